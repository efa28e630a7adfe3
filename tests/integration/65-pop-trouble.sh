# POP before SMTP, where something is wrong with POP: nothing of the login goes
# to a server that is not the one, no SMTP connection is made without a login
# that was taken, and everybody is told what it is.
. "$(dirname "$0")/lib.sh"
need python3

good="--cert $CERTS/good.pem --key $CERTS/good.key"

# pop_server NAME CERTIFICATE OPTION...: sets POP_PORT, POP_PID, POP_LOG.
pop_server() {
	name=$1 certificate=$2; shift 2
	POP_LOG=$T/pop-$name.log
	: >"$POP_LOG"
	: >"$T/pop-$name.out"
	python3 "$HERE/pop_server.py" "$CERTS/$certificate.pem" \
		"$CERTS/$certificate.key" "$POP_LOG" "$@" \
		>"$T/pop-$name.out" 2>"$T/pop-$name.err" &
	POP_PID=$!
	PIDS="$PIDS $!"
	until_has "$T/pop-$name.out" "port " || cat "$T/pop-$name.err"
	POP_PORT=$(sed -n 's/^port //p' "$T/pop-$name.out")
}

# smtp_server NAME: a provider that asks for no login; HEARD is its log.
smtp_server() {
	mkdir -p "$T/$1.store"
	HEARD=$T/$1.log
	: >"$HEARD"
	"$PROVIDER" --store "$T/$1.store" --log "$HEARD" $good --tls starttls \
		--strict >"$T/$1.out" 2>"$T/$1.err" &
	PROVIDER_PID=$!
	PIDS="$PIDS $!"
	until_has "$T/$1.out" "port " || cat "$T/$1.err"
	PROVIDER_PORT=$(sed -n 's/^port //p' "$T/$1.out")
}

# seal NAME LINES [PASSWORD]: the relay before both; LOG is what it writes.
seal() {
	write_config "$T/$1.whole" <<-X
	tls = starttls
	auth = pop-before-smtp
	pop_port = $POP_PORT
	$2
	[state]
	directory = $T
	X
	[ -z "${3:-}" ] || printf '%s\n' "$3" >"$T/password"
	case $2 in
	*password_command*) grep -v '^password_file' "$T/$1.whole" ;;
	*) cat "$T/$1.whole" ;;
	esac | sed -e 's/^level = .*/level = trace/' \
		-e "s/^host = localhost/host = ${HOST:-localhost}/" >"$T/$1.ini"
	start_smtpseal "$T/$1.ini" "seal-$1"
	LOG=$T/seal-$1.log
}

over() {
	stop "$SEAL_PID"
	stop "$POP_PID"
	stop "$PROVIDER_PID"
	ok "$1: nothing odd at the provider" hasnt "$HEARD" VIOLATION
	ok "$1: no password in the log" hasnt "$LOG" "word;#1"
	ok "$1: nor in what the device heard" hasnt "$T/heard" "word;#1"
}

# nothing_sent NAME: no SMTP, and not a message.
nothing_sent() {
	ok "$1: no SMTP connection" same 0 "$(count "$HEARD" " S 220")"
	ok "$1: no message" same 0 "$(find "$T/$1.store" -name '*.eml' | wc -l)"
}

# told NAME HEARD FAILURE STAGE DETAIL HINT: what the device and the log say.
told() {
	ok "$1: the device hears it" hears "$2"
	ok "$1: the log says where" has "$LOG" \
		"failure=$3 stage=$4 account=default host=localhost port=$POP_PORT"
	ok "$1: and what" grep -qF -- "$5" "$LOG"
	ok "$1: and what to do" grep -q "hint=\".*$6" "$LOG"
}

# ---- in order, to see the others differ ----

pop_server good good-rsa
smtp_server good
seal good ""
mail_by_hand
over good
ok "good: the message is sent" hears "250 2.0.0 queued"
ok "good: one connection each" has "$T/good.out" "connections=1 messages=1"
printf '1 %s\n' "from 127.0.0.1" "S +OK ready <1@provider.test>" \
	"C USER scan@example.com" "S +OK" "C PASS pass word;#1" \
	"S +OK 0 messages" "C QUIT" "S +OK bye" ended >"$T/wanted"
ok "good: what is said" cmp "$T/wanted" "$POP_LOG"
ok "good: no AUTH" hasnt "$HEARD" "C AUTH"
ok "good: POP is over before SMTP begins" same "pop-quit greeting" \
	"$(sed -n 's/.*-reply stage=\([a-z-]*\) .*/\1/p' "$LOG" |
		sed -n '/pop-quit/,$p' | head -n 2 | xargs)"

# ---- not the server that is meant ----

# stranger NAME CERTIFICATE LINES FAILURE DETAIL HINT
stranger() {
	pop_server "$1" "$2"
	smtp_server "$1"
	seal "$1" "$3"
	mail_by_hand
	told "$1" "451 4.7.5 localhost cannot be trusted" "$4" pop-handshake \
		"$5" "$6"
	ok "$1: nothing was said to it" hasnt "$POP_LOG" " C "
	nothing_sent "$1"
	ok "$1: the log shows the certificate" grep -q \
		'stage=pop-handshake .* certificate="CN=' "$LOG"
	timeout 20 "$SMTPSEAL" -c "$T/$1.ini" doctor >"$T/said" 2>&1
	ok "$1: doctor says which step" \
		grep -q "^  FAILED  POP TLS      localhost port $POP_PORT cannot" \
		"$T/said"
	ok "$1: doctor shows the certificate" has "$T/said" "certificate:  CN="
	ok "$1: doctor says what to do" grep -q "what to do: .*$6" "$T/said"
	ok "$1: nothing was said to it by doctor" hasnt "$POP_LOG" " C "
	over "$1"
}

pin=$(openssl x509 -in "$CERTS/good.pem" -noout -pubkey |
	openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64)
pop_pin=$(openssl x509 -in "$CERTS/good-rsa.pem" -noout -pubkey |
	openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64)
stranger wrong-name wrong-name "" tls-name "is for other.test" "set pop_host"
stranger host-name wrong-name "tls_name = localhost" tls-name \
	"is for other.test, not for localhost" "set pop_host"
stranger expired expired "" tls-dates "has expired on" "clock"
stranger other-ca other-ca "" tls-untrusted "CN=another root" "ca_file"
stranger self-signed self-signed "" tls-untrusted "self-signed" "ca_file"
stranger pin good-rsa "pin_sha256 = $pin" tls-pin "does not match" \
	"pin_sha256 is for the POP server, too"

pop_server pins good-rsa
smtp_server pins
seal pins "pin_sha256 = $pin, $pop_pin"
mail_by_hand
over pins
ok "pins: with both keys it is sent" hears "250 2.0.0 queued"

# Where the POP3 server has no host of its own, tls_name is its name, too;
# where it has one, that is.
stranger own-name wrong-name "tls_name = other.test
pop_host = localhost" tls-name "is for other.test, not for localhost" \
	"set pop_host"
pop_server named wrong-name
smtp_server named
seal named "tls_name = other.test"
mail_by_hand
over named
ok "named: it logs in by POP3" has "$LOG" "event=pop-login"
ok "named: and then misses that name in the other certificate" has "$LOG" \
	"failure=tls-name stage=handshake account=default host=localhost port=$PROVIDER_PORT"

# ---- it ends, at each point ----

# dies NAME STAGE HEARD FAILURE LOST_IN DETAIL HINT: with nothing dialled ahead
# at EHLO, which may have failed before MAIL dials again.
dies() {
	pop_server "$1" good "$2"
	smtp_server "$1"
	seal "$1" "keep_warm = 0"
	mail_by_hand
	over "$1"
	told "$1" "$3" "$4" "$5" "$6" "$7"
	nothing_sent "$1"
	ok "$1: it was tried once" same 1 "$(count "$POP_LOG" " from ")"
}

for how in connect handshake; do
	dies "$how" "$how=close" "451 4.7.5 localhost could not agree" \
		tls-handshake pop-handshake "closed" "check pop_host and pop_port"
done
ended="closed the connection"
dies greeting greeting=close "451 4.4.2 localhost closed" closed pop-greeting \
	"$ended" "try again"
dies user user=close "451 4.4.2 localhost closed" closed pop-user \
	"$ended" "try again"
dies pass pass=close "451 4.4.2 localhost closed" closed pop-pass \
	"$ended" "try again"

# Behind the login it makes no difference.
for how in close stall "-ERR what?\\r\\n" "HTTP/1.1 400\\r\\n"; do
	name=quit-$(echo "$how" | tr -cd '[:alnum:]')
	pop_server "$name" good "quit=$how"
	smtp_server "$name"
	seal "$name" ""
	mail_by_hand
	over "$name"
	ok "quit, $how: the message is sent" hears "250 2.0.0 queued"
	ok "quit, $how: by one login" same 1 "$(count "$POP_LOG" " C PASS")"
done

# ---- it says no ----

dies refused-greeting 'greeting=-ERR no service today\r\n' \
	"451 4.4.1 localhost does not accept connections now" greeting \
	pop-greeting "-ERR no service today" "try again"
dies not-pop 'greeting=220 mx.example ESMTP\r\n' \
	"451 4.4.1 localhost does not answer as a POP3 server" no-pop \
	pop-greeting "220 mx.example ESMTP" "check pop_host and pop_port"
dies ahead 'greeting=+OK\r\n+OK\r\n' \
	"451 4.4.1 localhost does not answer as a POP3 server" no-pop \
	pop-credential "an answer to nothing" "check pop_host and pop_port"
dies no-user 'user=-ERR nobody of that name\r\n' \
	"451 4.7.0 localhost refused the login" auth-refused pop-user \
	"-ERR nobody of that name" "allows POP3"
ok "no-user: no password was said" hasnt "$POP_LOG" " C PASS"
dies in-use 'pass=-ERR [IN-USE] locked\r\n' \
	"451 4.7.0 localhost could not check the login" auth-later pop-pass \
	"-ERR [IN-USE] locked" "another program"
dies quoted 'pass=-ERR unknown: PASS pass word;#1\r\n' \
	"451 4.7.0 localhost refused the login" auth-refused pop-pass \
	"its words are left out" "allows POP3"

# A wrong password is held down; a mailbox in use is not.
pop_server wrong good
smtp_server wrong
seal wrong "" "not it"
mail_by_hand
ok "wrong: the device hears it" hears "451 4.7.0 localhost refused the login;"
mail_by_hand
ok "wrong: and that it is held down" hears "451 4.7.0 localhost .*a moment ago"
over wrong
ok "wrong: it was asked once" same 1 "$(count "$POP_LOG" " C PASS")"
nothing_sent wrong

pop_server busy good "pass=-ERR [IN-USE] locked\\r\\n"
smtp_server busy
seal busy ""
mail_by_hand
mail_by_hand
ok "busy: the device hears it" hears "451 4.7.0 localhost could not check"
over busy
ok "busy: it was asked twice" same 2 "$(count "$POP_LOG" " C PASS")"
nothing_sent busy

# A password that would be two commands.
pop_server split good
smtp_server split
seal split "password_command = printf 'pass\\rDELE 1\\n'"
mail_by_hand
over split
told split "451 4.7.0 localhost could not be logged in to" auth-method \
	pop-credential "holds a line end" "248 octets"
ok "split: nothing was said" hasnt "$POP_LOG" " C "
nothing_sent split

# A command that gives none.
pop_server none good
smtp_server none
seal none "password_command = exit 3"
mail_by_hand
over none
told none "451 4.7.0 localhost could not be logged in to: no password" \
	credential pop-credential "exit status 3" "run password_command"
ok "none: nothing was said" hasnt "$POP_LOG" " C "
nothing_sent none

# ---- nobody there ----

pop_server nobody good
stop "$POP_PID"
smtp_server nobody
seal nobody ""
mail_by_hand
told nobody "451 4.4.1 localhost cannot be reached" connect pop-dial \
	"connection refused" "check pop_host and pop_port"
nothing_sent nobody
stop "$SEAL_PID"
seal unknown "pop_host = no.such.invalid"
mail_by_hand
ok "unknown: the device hears which" \
	hears "451 4.4.1 no.such.invalid is not known to the DNS"
ok "unknown: the log, too" has "$LOG" \
	"failure=resolve stage=pop-dial account=default host=no.such.invalid"
stop "$SEAL_PID"

# Where another account takes over, it does.
POP_PORT=1
seal next "[account spare]
host = localhost
port = $PROVIDER_PORT
ca_file = $CERTS/ca.pem
auth = none
[device any]
client = 127.0.0.1
account = default, spare"
mail_by_hand
ok "next: the spare account takes over" hears "250 2.0.0 queued"
POP_PID=$SEAL_PID
over next

# ---- an account's end in the middle of it ----

pop_server stalls good pass=stall
smtp_server stalls
seal stalls ""
mail_by_hand &
device=$!
ok "stalls: it logs in" until_has "$POP_LOG" " C PASS"
ok "stalls: the daemon goes at once all the same" stop "$SEAL_PID"
wait "$device"
ok "stalls: the device is told" hears "4[25]1 4\."
POP_PID=$SEAL_PID
over stalls

# ---- a mailbox that only one may open at a time ----

# device N: a message, as mail_by_hand; what it heard is in $T/heard.N.
device() {
	say "$LISTEN_PORT" >"$T/heard.$1" 2>&1 <<-X
	+EHLO device
	+MAIL FROM:<printer@device>
	+RCPT TO:<boss@example.com>
	+DATA
	Subject: scan $1

	the scan
	.
	QUIT
	X
}

wait_for_all() { same 3 "$(count "$LOG" "verb=MAIL")"; }

pop_server one good "hold=$T/go"
smtp_server one
seal one "connections = 3"
devices=
for i in 1 2 3; do
	device $i &
	devices="$devices $!"
done
ok "one: three devices wait for the first login" until_true 10 wait_for_all
ok "one: which is the only one" same 1 "$(count "$POP_LOG" " from ")"
ok "one: no SMTP before it" same 0 "$(count "$HEARD" " S 220")"
: >"$T/go"
# shellcheck disable=SC2086
wait $devices
ok "one: another login followed the first" until_has "$POP_LOG" "2 C PASS"
over one
for i in 1 2 3; do
	ok "one: message $i is sent" has "$T/heard.$i" "250 2.0.0 queued"
done
ok "one: nobody found it locked" hasnt "$POP_LOG" "IN-USE"

# ---- with another clock, and other name servers ----

# A library in front of the system's: the clock is as far ahead as the file
# AHEAD is long, in seconds; both.test has the two addresses of loopback.
cat >"$T/shim.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int (*real)(clockid_t, struct timespec *) =
	    (int (*)(clockid_t, struct timespec *))dlsym(
		RTLD_NEXT, "clock_gettime");
	struct stat ahead;
	int code = real(clock, now);

	if (stat(getenv("AHEAD"), &ahead) == 0)
		now->tv_sec += ahead.st_size;
	return code;
}

int getaddrinfo(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **list)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
	    struct addrinfo **) =
	    (int (*)(const char *, const char *, const struct addrinfo *,
		struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
	struct addrinfo numeric = { .ai_flags = AI_NUMERICHOST,
		.ai_socktype = SOCK_STREAM };

	if (!name || strcmp(name, "both.test") != 0)
		return real(name, service, hints, list);
	if (real("::1", service, &numeric, list) != 0)
		return real("127.0.0.1", service, &numeric, list);
	return real("127.0.0.1", service, &numeric, &(*list)->ai_next);
}
END

# shimmed COMMAND...: the relay begun by the command has the library.
shimmed() {
	AHEAD=$T/ahead
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
	LD_PRELOAD=$T/shim.so
	export AHEAD ASAN_OPTIONS LD_PRELOAD
	"$@"
	unset LD_PRELOAD
}

need cc
cc -shared -fPIC -o "$T/shim.so" "$T/shim.c" -ldl ||
	skip "no library can be made here"

logins() { count "$POP_LOG" "S +OK 0 messages"; }

# Providers forget who has logged in after some minutes.
: >"$T/ahead"
pop_server later good
smtp_server later
shimmed seal later "keep_warm = 1h"
mail_by_hand
ok "later: a message" hears "250 2.0.0 queued"
truncate -s 170 "$T/ahead"
mail_by_hand
ok "later: within three minutes the connection is used" \
	same "1 2" "$(logins) $(count "$HEARD" " C DATA")"
truncate -s 185 "$T/ahead"
mail_by_hand
ok "later: another message" hears "250 2.0.0 queued"
ok "later: after that it is made anew" same 2 "$(logins)"
truncate -s 355 "$T/ahead"
mail_by_hand
ok "later: and that one is used" same 2 "$(logins)"
over later
ok "later: four messages" has "$T/later.out" "connections=2 messages=4"

# Who lets an address in must see the one that the mail comes from.
pop_server family good
smtp_server family
HOST=both.test
shimmed seal family "tls_name = localhost"
mail_by_hand
over family
ok "family: a message" hears "250 2.0.0 queued"
ok "family: by IPv4 to the POP3 server" has "$POP_LOG" "1 from 127.0.0.1"
ok "family: and to the other one" has "$HEARD" " C EHLO [127.0.0.1]"
