# lib.sh - what every integration test uses. Sourced by the tests; POSIX sh.
#
# A test is a file NN-what.sh. It sources this file, starts what it needs, and
# calls `ok WHAT COMMAND...` once for each thing it shows. Everything lives in
# a folder of its own, $T, and on loopback; what was started is ended, and on
# a failure the logs are shown.
#
#   SMTPSEAL   the program under test
#   PROVIDER   our scripted provider (tests/provider)
#   CERTS      a folder of throw-away certificates (tests/provider/certs.sh)

set -u
umask 077
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
SMTPSEAL=${SMTPSEAL:-$TOP/build/smtpseal}
PROVIDER=${PROVIDER:-$TOP/build/provider}
T=$(mktemp -d "${TMPDIR:-/tmp}/smtpseal-test.XXXXXX")
CERTS=${CERTS:-$T/certs}
PATH=$PATH:/usr/sbin:/sbin
PIDS=
PASSED=0
FAILED=0

# ---- telling ----

# ok WHAT COMMAND...: one thing that must hold.
ok() {
	what=$1; shift
	if "$@" >"$T/ok.out" 2>&1; then
		PASSED=$((PASSED + 1))
	else
		FAILED=$((FAILED + 1))
		echo "not ok: $(basename "$0"): $what"
		echo "  ran: $*"
		head -c 3000 "$T/ok.out" | sed 's/^/  | /'
	fi
}

# not COMMAND...: it must fail.
not() { if "$@"; then return 1; fi; }

# same WANT GOT
same() { [ "$1" = "$2" ] || { echo "want: $1"; echo "got:  $2"; return 1; }; }

# has FILE WORDS: a line of the file holds these words.
has() { grep -qF -- "$2" "$1" || { echo "no '$2' in $1"; return 1; }; }
hasnt() { [ -f "$1" ] && not grep -F -- "$2" "$1"; }

# How often a file's lines hold these words; 0 when there is no such file.
count() { grep -cF -- "$2" "$1" 2>/dev/null || :; }

# skip WHY: the whole test cannot run here. CI allows none.
skip() {
	echo "skipped: $(basename "$0"): $1"
	[ -z "${CI:-}" ] || FAILED=$((FAILED + 1))
	SKIPPED=1
	exit 0
}

need() { for n; do command -v "$n" >/dev/null 2>&1 || skip "no $n here"; done; }

# ---- waiting: for a state, never for a time ----

# until_true SECONDS COMMAND...: polls until it holds.
until_true() {
	tries=$(($1 * 50)); shift
	while ! "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { echo "never: $*"; return 1; }
		sleep 0.02
	done
}

# until_has FILE WORDS [SECONDS]
until_has() { until_true "${3:-10}" grep -qF -- "$2" "$1" ||
	{ echo "never '$2' in $1"; return 1; }; }

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# stop PID [SIGNAL]: ends it and waits; its exit code.
stop() {
	kill -"${2:-TERM}" "$1" 2>/dev/null
	wait "$1"
}

# A port that is free, below those that the system gives to clients, and not
# given to another test of this run.
free_port() {
	mkdir -p "${PORTS:-$T/ports}"
	python3 - "${PORTS:-$T/ports}" <<-'X'
	import os, random, socket, sys
	while True:
	    port = random.randrange(10000, 30000)
	    try:
	        os.close(os.open(f"{sys.argv[1]}/{port}", os.O_CREAT | os.O_EXCL))
	        with socket.socket() as s:
	            s.bind(("127.0.0.1", port))
	        print(port)
	        break
	    except OSError:
	        pass  # taken: by another test, or by somebody
	X
}

# next_port: sets PORT to one that nobody listens on, without the cost of a
# python: below those that the kernel gives to others, and apart from those of
# a test that runs beside.
PORT=$((10000 + $$ % 440 * 50))
next_port() {
	PORT=$((PORT + 1))
	while grep -qi ":$(printf %04X $PORT) 0" /proc/net/tcp* 2>/dev/null; do
		PORT=$((PORT + 1))
	done
}

# ---- starting ----

certs() { [ -f "$CERTS/ca.pem" ] || sh "$TOP/tests/provider/certs.sh" "$CERTS"; }

# start_provider NAME OPTION...: sets PROVIDER_PORT and PROVIDER_PID; messages
# go to $T/NAME.store, what was said to $T/NAME.log.
start_provider() {
	name=$1; shift
	mkdir -p "$T/$name.store"
	: >"$T/$name.out"
	"$PROVIDER" --store "$T/$name.store" --log "$T/$name.log" \
		--user scan@example.com --password "pass word;#1" "$@" \
		>"$T/$name.out" 2>"$T/$name.err" &
	PROVIDER_PID=$!
	PIDS="$PIDS $!"
	until_has "$T/$name.out" "port " || { cat "$T/$name.err"; return 1; }
	PROVIDER_PORT=$(sed -n 's/^port //p' "$T/$name.out")
}

# write_config FILE <<X: an ini for the last provider; sets LISTEN_PORT. More
# lines, of [account] first, come from standard input: not from a pipe, whose
# reader would be another shell.
write_config() {
	next_port
	LISTEN_PORT=$PORT
	printf 'pass word;#1\n' >"$T/password"
	{
		printf '[listen]\naddress = 127.0.0.1:%s\n' "$LISTEN_PORT"
		printf '[log]\nlevel = debug\n'
		printf '[account]\nhost = localhost\nport = %s\n' "$PROVIDER_PORT"
		printf 'user = scan@example.com\npassword_file = password\n'
		printf 'ca_file = %s\n' "$CERTS/ca.pem"
		cat
	} >"$1"
}

# start_smtpseal FILE [NAME]: sets SEAL_PID; its log is $T/NAME.log (seal.log).
start_smtpseal() {
	"$SMTPSEAL" -c "$1" run 2>"$T/${2:-seal}.log" &
	SEAL_PID=$!
	PIDS="$PIDS $!"
	until_has "$T/${2:-seal}.log" event=listening ||
		{ cat "$T/${2:-seal}.log"; return 1; }
}

# ---- speaking ----

# say PORT [SOURCE]: sends standard input as it is to the port, from that
# address, and shows the answers. The lines are sent one at a time, each after
# an answer to the one before.
say() {
	timeout 120 python3 "$HERE/say.py" "$@"
}

# mail_by_hand [PORT]: one small message, as a plain device sends it; it gives
# up where it is refused. What it heard is in $T/heard.
mail_by_hand() {
	say "${1:-$LISTEN_PORT}" >"$T/heard" 2>&1 <<-X
	+EHLO device
	+MAIL FROM:<printer@device>
	+RCPT TO:<boss@example.com>
	+DATA
	Subject: a scan

	the scan
	.
	QUIT
	X
}

# hears WORDS: a line that the device heard last begins so.
hears() {
	grep -q "^$1" "$T/heard" || { echo "no '$1':"; cat "$T/heard"; return 1; }
}

# stored NAME COUNT: so many copies lie at the provider of this name.
stored() { same "$2" "$(find "$T/$1.store" -name '*.eml' | wc -l)"; }

# swak OPTION...: swaks without the noise, to $LISTEN_PORT.
swak() {
	timeout 60 swaks --server 127.0.0.1 --port "$LISTEN_PORT" --helo test \
		--from printer@device --to boss@example.com "$@"
}

# ---- the end ----

finish() {
	code=$?
	for pid in $PIDS; do kill "$pid" 2>/dev/null; done
	for pid in $PIDS; do wait "$pid" 2>/dev/null; done
	if [ $FAILED -gt 0 ] && [ -z "${SKIPPED:-}" ]; then
		# The latest ones, which mostly are what failed.
		for log in $(ls -t "$T"/*.log "$T"/*.err | head -n 6); do
			[ -s "$log" ] || continue
			echo "  --- $(basename "$log")"
			tail -n 40 "$log" | cut -c1-300 | sed 's/^/  | /'
		done
	fi
	if grep -lE "ERROR: (Address|Leak)Sanitizer|runtime error:" "$T"/*.log "$T"/*.err \
		2>/dev/null; then
		FAILED=$((FAILED + 1))
		echo "not ok: $(basename "$0"): a sanitizer complains"
	fi
	rm -rf "$T"
	[ $code -eq 0 ] || FAILED=$((FAILED + 1))
	echo "$(basename "$0" .sh): $PASSED passed, $FAILED failed"
	[ $FAILED -eq 0 ]
	exit $?
}
trap finish EXIT
trap 'exit 1' INT TERM
certs
