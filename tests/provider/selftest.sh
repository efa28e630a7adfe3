#!/bin/sh
# selftest.sh PROVIDER - proves that the provider does what it is told.
#
# Speaks to it with swaks, curl, msmtp and openssl s_client, and with python3
# where octets must be exact. Ends with "N passed, N failed".
set -u

here=$(cd "$(dirname "$0")" && pwd)
provider=$(cd "$(dirname "${1:?usage: selftest.sh PROVIDER}")" && pwd)
provider=$provider/$(basename "$1")
work=$(mktemp -d)
pid=
port=

stop() {
	[ -n "$pid" ] || return 0
	kill "$pid" 2>/dev/null
	wait "$pid"
	status=$?
	read -r summary <&3 || summary=
	exec 3<&-
	pid=
}

clean_up() {
	stop
	rm -rf "$work"
}
trap clean_up EXIT

# start OPTION...: a provider of its own for what follows; sets $port.
start() {
	stop
	rm -rf "$work/store" "$work/log" "$work/pipe" "$work/errors"
	mkfifo "$work/pipe"
	"$provider" --store "$work/store" --log "$work/log" --for 60 \
		"$@" >"$work/pipe" 2>"$work/errors" &
	pid=$!
	exec 3<"$work/pipe"
	port=
	read -r _ port <&3
	if [ -z "$port" ]; then
		echo "the provider did not start with: $*"
		cat "$work/errors"
		exit 1
	fi
}

certificate="--cert $work/good.pem --key $work/good.key"
login='--user scanner@example.com --password geheim'
plain="--tls none --user scanner --password geheim"

# A client that says exactly what it is told, in flights. One flight goes out
# at once, with a FIN behind it; of several each waits for the reply to the one
# before. Prints all it heard, then FIN, RESET or TIMEOUT, and the time it took.
cat >"$work/speak.py" <<'END'
import re, socket, sys, time
began = time.monotonic()
flights = [a.encode().decode("unicode_escape").encode("latin-1")
           for a in sys.argv[2:]]
heard = b""
def hear():
    global heard
    got = s.recv(65536)
    heard += got
    return got
def reply():
    before = len(heard)
    while not re.search(rb"(?m)^\d\d\d .*\n\Z", heard[before:]) and hear():
        pass
try:
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
    s.settimeout(1)
    if len(flights) > 1:
        reply()
    for flight in flights[:-1]:
        s.sendall(flight)
        reply()
    s.sendall(flights[-1])
    if len(flights) == 1:
        s.shutdown(socket.SHUT_WR)
    while hear():
        pass
    heard += b"\nFIN\n"
except OSError as error:
    heard += b"\nTIMEOUT\n" if "timed" in str(error) else b"\nRESET\n"
sys.stdout.buffer.write(heard)
print("after %d ms" % ((time.monotonic() - began) * 1000))
END

speak() { # speak FLIGHT...
	python3 "$work/speak.py" "$port" "$@"
}

# speak_tls TEXT [S_CLIENT-OPTION...]
speak_tls() {
	text=$1
	shift
	printf "$text" | openssl s_client -quiet "$@" "127.0.0.1:$port" 2>&1
}

mail() { # mail SWAKS-OPTION...: one mail, a short transcript
	swaks --server "127.0.0.1:$port" --from a@example.com \
		--to b@example.net --helo test.example --suppress-data \
		--timeout 5 "$@" 2>&1
}

# tally SENTENCE STATUS EXPECTED: kept in a file, since pipes are subshells.
tally() {
	if [ "$2" = "$3" ]; then
		echo passed >>"$work/tally"
		return
	fi
	echo failed >>"$work/tally"
	echo "FAIL: $1: '$2', expected '$3'"
	return 1
}

# check SENTENCE PATTERN: does what comes in hold the pattern (grep -E)?
check() {
	cat >"$work/got"
	grep -qE -- "$2" "$work/got"
	tally "$1" $? 0 || sed 's/^/    /' "$work/got"
}

check_not() {
	cat >"$work/got"
	grep -qE -- "$2" "$work/got"
	tally "$1" $? 1
}

hello='EHLO test.example\r\n'
envelope='MAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\n'
message="${hello}${envelope}DATA\r\nSubject: x\r\n\r\nbody\r\n.\r\n"
good='AUTH PLAIN AHNjYW5uZXIAZ2VoZWlt\r\n'

"$here/certs.sh" "$work" || exit 1

# What it offers and how it is reached.
start --tls starttls $certificate $login
mail --tls --auth PLAIN -au scanner@example.com -ap geheim |
	check 'STARTTLS and PLAIN' '250 2.0.0 queued as 0001'
check 'the log has the TLS version' '^1 N tls TLSv1.3' <"$work/log"
check 'the log has commands' '^1 C MAIL FROM' <"$work/log"
check 'the log has replies' '^1 S 354' <"$work/log"
check 'the envelope is kept' '^RCPT TO:<b@example.net>' <"$work/store/0001.txt"
speak "$message" | check 'no mail without login' '^530 5.7.0'
speak "${hello}QUIT\r\n" | check_not 'AUTH is not shown before TLS' AUTH
speak "${hello}STARTTLS\r\nEHLO early\r\n" |
	check 'STARTTLS answers 220' '^220 2.0.0'
check 'octets behind STARTTLS are noted' 'VIOLATION 12 octets behind' \
	<"$work/log"
stop
tally 'a violation is exit status 3' "$status" 3
echo "$summary" | check 'a summary at the end' 'messages=1 .*violations=1'

start --tls implicit $certificate $login
mail --tlsc --auth LOGIN -au scanner@example.com -ap geheim |
	check 'implicit TLS and LOGIN' '250 2.0.0 queued'
stop
tally 'no violation is exit status 0' "$status" 0

start --tls implicit $certificate --min-tls 1.0 --max-tls 1.1
speak_tls 'QUIT\r\n' -tls1_1 -cipher DEFAULT@SECLEVEL=0 |
	check 'TLS 1.1 to order' '^220'
speak_tls 'QUIT\r\n' -tls1_2 | check 'and nothing newer' 'unsupported protocol|protocol version'
for name in sha1 rsa1024 expired; do
	start --tls implicit --cert "$work/$name.pem" --key "$work/$name.key"
	speak_tls 'QUIT\r\n' | check "serves the certificate $name" '^220'
done
start --tls implicit $certificate --ca "$work/ca.pem" --user me --token t \
	--auth EXTERNAL
speak_tls 'QUIT\r\n' | check 'a client certificate is demanded' 'alert'
speak_tls "${hello}AUTH EXTERNAL =\r\nQUIT\r\n" \
	-cert "$work/client-eku.pem" -cert_chain "$work/client-eku.pem" \
	-key "$work/client-eku.key" | check 'and EXTERNAL accepted' '^235'
check 'the log names the client' 'client=/CN=localhost' <"$work/log"

# The mechanisms, right and wrong.
start --tls starttls $certificate $login
for mechanism in PLAIN LOGIN CRAM-MD5; do
	mail --tls --auth "$mechanism" -au scanner@example.com -ap geheim |
		check "$mechanism" 'queued as'
	mail --tls --auth "$mechanism" -au scanner@example.com -ap falsch |
		check "$mechanism, wrong password" '535 5.7.8'
	mail --tls --auth "$mechanism" -au nobody -ap geheim |
		check "$mechanism, wrong user" '535 5.7.8'
done
submit() { # submit MECHANISM PASSWORD
	printf 'Subject: x\n\nbody\n' | msmtp --host=127.0.0.1 --port="$port" \
		--tls=on --tls-trust-file="$work/ca.pem" --auth="$1" \
		--user=scanner@example.com --passwordeval="echo $2" \
		--from=a@example.com \
		b@example.net 2>&1 && echo submitted
}
for mechanism in scram-sha-1 scram-sha-256; do
	submit "$mechanism" geheim | check "$mechanism" '^submitted'
	submit "$mechanism" falsch | check "$mechanism, wrong password" 535
done
oauth='--user me@example.com --token ya29.token'
start --tls starttls $certificate $oauth --auth XOAUTH2
fetch() {
	printf 'Subject: x\r\n\r\nbody\r\n' | curl -sv --ssl-reqd \
		--cacert "$work/ca.pem" --mail-from a@example.com \
		--mail-rcpt b@example.net --user me@example.com \
		--login-options "AUTH=$1" --oauth2-bearer "$2" -T - \
		"smtp://localhost:$port/test.example" 2>&1
}
fetch XOAUTH2 ya29.token | check 'XOAUTH2' 'queued as'
fetch XOAUTH2 stale | check 'XOAUTH2, stale token' '334 eyJzdGF0dXMiO'
start --tls starttls $certificate $oauth --auth OAUTHBEARER
fetch OAUTHBEARER ya29.token | check 'OAUTHBEARER' 'queued as'
fetch OAUTHBEARER stale | check 'OAUTHBEARER, stale token' '535 5.7.8'
for mechanism in XOAUTH2 OAUTHBEARER; do
	start --tls starttls $certificate --user me@example.com \
		--token-check 'grep -qx ya29.fresh' --auth $mechanism
	fetch $mechanism ya29.fresh | check "$mechanism, a command is asked" \
		'queued as'
	fetch $mechanism stale | check "$mechanism, and says no" \
		'334 eyJzdGF0dXMiO|535 5.7.8'
done
start --tls none $oauth
speak "$hello" 'AUTH XOAUTH2 dXNlcj1tZQFhdXRoPUJlYXJlciBvbGQBAQ==\r\n' \
	'\r\n' 'QUIT\r\n' | check 'XOAUTH2, the verdict' '^535 5.7.8'
check 'XOAUTH2, the empty line' '^1 C $' <"$work/log"
start $plain --auth LOGIN
speak "${hello}${good}QUIT\r\n" | check 'a mechanism not listed' '^504 5.5.4'
speak "${hello}AUTH LOGIN\r\n*\r\nQUIT\r\n" | check 'a cancelled AUTH' '^501 5.0'

# The transaction.
start --tls none
speak "${hello}MAIL FROM:<badsender@x.test>\r\nQUIT\r\n" |
	check 'a sender refused' '^550 5.7.60'
speak "${hello}MAIL FROM:<a@b.test>\r\nRCPT TO:<bad@x>\r\nDATA\r\nQUIT\r\n" |
	check 'all recipients refused' '^554 5.5.1'
speak "${hello}MAIL FROM:<a@b.test>\r\nRCPT TO:<later@x>\r\nQUIT\r\n" |
	check 'a recipient deferred' '^451 4.2.1'
speak "${hello}MAIL FROM:<a@b.test> SIZE=99999999\r\nQUIT\r\n" |
	check 'a size announced too large' '^552 5.3.4'
speak "${hello}${envelope}DATA\r\n..one\r\n...\r\n.two\r\n.\r\nQUIT\r\n" |
	check 'dots' 'queued as 0001'
printf '.one\r\n..\r\ntwo\r\n' | cmp -s - "$work/store/0001.eml"
tally 'dots are unstuffed and nothing else changed' $? 0
start --tls none --discard --sum --chunking --size 1000
speak "$message" | check 'a message only counted' 'queued as 0001'
tally 'and not stored' "$(ls "$work/store" 2>/dev/null)" ''
sum=$(printf 'Subject: x\r\n\r\nbody\r\n' | sha256sum | cut -d ' ' -f 1)
check 'its sum' "octets=20 sha256=$sum" <"$work/log"
speak "${hello}${envelope}BDAT 4\r\na: b\r\nQUIT\r\n" >/dev/null
speak "${hello}${envelope}BDAT 4\r\na: bBDAT 4 LAST\r\n\r\n\r\nQUIT\r\n" |
	check 'BDAT' 'queued as 0002'
speak "${hello}${envelope}BDAT 2000 LAST\r\n$(printf %2000s)QUIT\r\n" |
	check 'a message larger than --size' '^552 5.3.4'
start --tls none --chunking --do 'chunk@2=reply:550 no\r\n'
speak "${hello}${envelope}BDAT 1\r\naBDAT 1\r\nbBDAT 1 LAST\r\ncQUIT\r\n" \
	>"$work/chunks"
check 'a chunk refused' '^550 no' <"$work/chunks"
check 'and those behind it' '^503 5.5.1' <"$work/chunks"
start --tls none --chunking --do 'bdat=reply:500 what?\r\n,1'
speak "${hello}${envelope}BDAT 6\r\nNOOP\r\nQUIT\r\n" |
	check 'a BDAT not known: its octets are commands' '^250 2.0.0 OK'
printf '250-x\n250-AUTH=LOGIN\n250 8 BITMIME\n' >"$work/ehlo"
start --tls none --ehlo "$work/ehlo"
speak "${hello}QUIT\r\n" | check 'literal EHLO lines' '^250-AUTH=LOGIN'
start --tls none --connections 1
python3 - "$port" <<'END' | check 'too many connections' '^220.*421 4.3.2'
import socket, sys
seats = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in "12"]
print(*[seat.recv(100).decode().strip() for seat in seats])
END

# Strictness: what no client of ours may say, one by one.
start --tls none --strict --chunking
check_violation() { # check_violation WORDS FLIGHT...
	words=$1
	shift
	: >"$work/log"
	speak "$@" >"$work/heard"
	check "violation: $words" "VIOLATION $words" <"$work/log"
}
talk_body() { # talk_body SENTENCE PATTERN WORDS OCTETS TEXT
	: >"$work/log"
	speak "$hello" 'MAIL FROM:<a@b.test>\r\n' 'RCPT TO:<c@d.test>\r\n' \
		"BDAT $4 LAST\r\n$5" 'QUIT\r\n' | check "$1: its reply" "$2"
	check "$1" "$3" <"$work/log"
	speak "$hello" 'MAIL FROM:<a@b.test>\r\n' 'RCPT TO:<c@d.test>\r\n' \
		'DATA\r\n' "$5.\r\n" 'QUIT\r\n' |
		check "$1: its reply in DATA" "$2"
}
spaces=$(printf %998s)
talk_body 'a good body' '^250 2.0.0 queued' 'message 0001' 5 'a\r\n\r\n'
talk_body 'bare LF' '^554 5.6.0' 'VIOLATION bare LF in the' 5 'a\nb\r\n'
talk_body 'bare CR' '^554 5.6.0' 'VIOLATION bare CR in the' 5 'a\rb\r\n'
talk_body 'CR CR LF' '^554 5.6.0' 'VIOLATION bare CR in the' 4 'a\r\r\n'
talk_body 'NUL' '^554 5.6.0' 'VIOLATION NUL in the' 4 'a\0\r\n'
talk_body '999 octets' '^554 5.6.0' 'VIOLATION line over' 1001 "x$spaces\r\n"
talk_body '998 octets' '^250 2.0.0 queued' 'octets=1000' 1000 "$spaces\r\n"
check_violation 'bare LF behind a command' 'EHLO x\n' 'QUIT\r\n'
check_violation 'bare CR in a command' 'EHLO x\ry\r\n' 'QUIT\r\n'
check_violation 'NUL in a command' 'EHLO x\0y\r\n' 'QUIT\r\n'
check_violation 'command line too long' "MAIL FROM:<$spaces@x>\r\n" 'QUIT\r\n'
check_violation 'EHLO localhost' 'EHLO localhost\r\n' 'QUIT\r\n'
check 'it is refused' '^550 5.7.1' <"$work/heard"
check_violation 'NOOP' 'NOOP\r\n' 'QUIT\r\n'
check_violation 'pipelined behind a last' 'EHLO x\r\nRSET\r\n' 'QUIT\r\n'
check_violation 'blank where none' "$hello" 'MAIL FROM: <a@b.test>\r\n' 'QUIT\r\n'
check_violation 'parameter that was not' "$hello" \
	'MAIL FROM:<a@b.test> SMTPUTF8\r\n' 'QUIT\r\n'
stop
tally 'violations are exit status 3' "$status" 3
start $plain --strict --auth 'PLAIN CRAM-MD5' --ehlo "$work/ehlo" --delay-ms 20
check_violation 'spoke before the reply' "$hello" 'MAIL FROM:<a@b.test>\r\nX\r\n' 'QUIT\r\n'
check_violation 'BDAT was not offered' "$hello" 'BDAT 1\r\nx' 'QUIT\r\n'
check_violation 'secret shown without TLS' "$hello" "$good" 'QUIT\r\n'
check 'it is refused' '^538 5.7.11' <"$work/heard"
start $plain --strict --auth 'CRAM-MD5 EXTERNAL' --do 'auth=reply:235 ok\r\n'
check_violation 'EHLO after AUTH' "$hello" 'AUTH EXTERNAL =\r\n' "$hello" \
	'MAIL FROM:<a@b.test>\r\n' 'QUIT\r\n'
check 'and the login is forgotten' '^530 5.7.0' <"$work/heard"

# Misbehaviour, stage by stage.
disobey() { # disobey ORDER PATTERN: what is heard instead
	start $plain --do "$1"
	speak "$hello" "$good" 'MAIL FROM:<a@b.test>\r\n' \
		'RCPT TO:<c@d.test>\r\n' 'DATA\r\n' 'x: y\r\n\r\n.\r\n' \
		'QUIT\r\n' >"$work/heard"
	check "$1" "$2" <"$work/heard"
}
last='421 4.3.2 end\r\n'
for stage in greeting ehlo auth mail rcpt data body dot quit idle; do
	disobey "$stage=close" '^FIN'
	check "the log: $stage=close" '^1 N close' <"$work/log"
	disobey "$stage=reset" '^RESET'
	disobey "$stage=reply:$last" '^421 4.3.2 end'
	disobey "$stage=delay:300" '^after ([3-9][0-9][0-9]|[0-9]{4}) ms'
	disobey "$stage=stall" '^TIMEOUT'
done
for stage in greeting ehlo auth mail rcpt data dot quit; do
	disobey "$stage=trickle" '^after ([2-9][0-9][0-9]|[0-9]{4}) ms'
	disobey "$stage=reply:550 5.0.0 no\\r\\n" '^550 5.0.0 no'
done
for stage in greeting ehlo mail dot; do
	disobey "$stage=flood" '^250-and there is more'
	tally "$stage=flood is bounded" \
		"$(($(wc -c <"$work/heard") / 1000000))" 10
done
disobey 'dot=commit-close' '^FIN'
tally 'commit-close keeps the message' "$(ls "$work/store")" '0001.eml
0001.txt'
disobey 'dot=close' '^FIN'
tally 'close does not' "$(ls -A "$work/store")" ''
disobey 'dot=reply:250 2.0.0 fine\r\n' '^250 2.0.0 fine'
tally 'a reply of 250 keeps it' "$(ls "$work/store" | wc -l)" 2
disobey 'dot=reply:451 4.3.0 later\r\n' '^451 4.3.0 later'
tally 'a reply of 451 does not' "$(ls -A "$work/store")" ''
disobey 'rcpt=reply:\x32\x35\x30-a, b\r\n250 c\r\n,1' '^250-a, b'
start --tls none --do body@5000=close
{
	printf "${hello}${envelope}DATA\r\n"
	yes 'and so on and so on' | head -n 1000 | sed 's/$/\\r/'
} >"$work/long"
speak "$(sed 's/$/\\n/' "$work/long" | tr -d '\r\n')" | check 'in the body' '^FIN'
check 'not before' '^1 S 354' <"$work/log"
start --tls none --do greeting=close,2
speak "QUIT\r\n" | check_not 'a count: the first' '^220'
speak "QUIT\r\n" | check_not 'a count: the second' '^220'
speak "QUIT\r\n" | check 'a count: the third' '^220'
start --tls none --do 'rcpt@2=reply:452 4.5.3 many\r\n'
speak "${hello}${envelope}QUIT\r\n" | check_not 'the first is not' '^452'
speak "${hello}${envelope}RCPT TO:<x@y>\r\nQUIT\r\n" |
	check 'from the second on' '^452 4.5.3 many'
start --tls none --do idle@100=close
speak "$message" | check 'idle needs quiet' '^250 2.0.0 queued'

# Around TLS.
around() { # around ORDER PATTERN
	start --tls starttls $certificate --do "$1"
	printf "${hello}QUIT\r\n" | openssl s_client -connect \
		"127.0.0.1:$port" -starttls smtp -quiet 2>&1 | check "$1" "$2"
}
around handshake=close 'unexpected eof|write:errno|no peer certificate'
around handshake=reset 'errno=104|no peer certificate'
around handshake=notls 'wrong version number'
around handshake=alert 'alert handshake failure'
around 'handshake=reply:xxxxx' 'wrong version number'
around ehlo2=close 'unexpected eof|errno'
around 'ehlo2=reply:550 5.0.0 no\r\n' '^550 5.0.0 no'
around 'quit=alert' '^250 ENHANCEDSTATUSCODES'
start --tls starttls $certificate --do starttls=inject
speak "$hello" 'STARTTLS\r\n' | check 'starttls=inject' '^235 2.7.0 injected'
start --tls starttls $certificate --do 'starttls=reply:454 4.7.0 not now\r\n'
speak "$hello" 'STARTTLS\r\n' 'QUIT\r\n' |
	check 'starttls=reply' '^454 4.7.0 not now'
start --tls starttls $certificate --do handshake=stall
speak "$hello" 'STARTTLS\r\n' 'hello?' | check 'handshake=stall' '^(TIMEOUT|FIN)'

# Mistakes of whoever calls it.
for mistake in '--do mail=nothing' '--do nowhere=close' '--do mail=inject' \
	'--tls starttls' '--port 70000' '--nothing' '--for'; do
	# shellcheck disable=SC2086
	"$provider" $mistake >/dev/null 2>&1
	tally "mistake: $mistake" $? 64
done

failed=$(grep -c failed "$work/tally")
echo "$(grep -c passed "$work/tally") passed, $failed failed"
[ "$failed" -eq 0 ]
