# Who may come in, how much is taken, for how long is waited, and what happens
# to those that speak no SMTP at all.
. "$(dirname "$0")/lib.sh"

start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict --size 1000000
write_config "$T/a.ini" <<-X
tls = implicit
[limits]
connections = 3
connections_per_client = 2
recipients = 2
message_size = 1000
message_timeout = 1s
X
sed 's/^address = .*/&\nallow = 127.0.0.1, 127.0.0.2, 127.0.0.3/' \
	"$T/a.ini" >"$T/b.ini"
start_smtpseal "$T/b.ini"
LOG=$T/seal.log

# heard [SOURCE]: what a script on standard input hears.
heard() { say "$LISTEN_PORT" "${1:-127.0.0.1}" >"$T/heard" 2>&1; }

# ---- who may come in ----

echo QUIT | heard 127.0.0.9
ok "not allowed: the device hears 554" hears "554 5.7.1 "
ok "not allowed: the log says what to do" until_has "$LOG" \
	"event=refused failure=not-allowed client=127.0.0.9 hint=\"add"
echo QUIT | heard 127.0.0.2
ok "allowed: it is let in" hears "220 "

# sit SOURCE: a device that says nothing.
echo '?' >"$T/silence"
SAT=
sit() {
	: >"$T/sits" # what the one before heard is not this one's
	timeout 120 python3 "$HERE/say.py" "$LISTEN_PORT" "$1" \
		<"$T/silence" >"$T/sits" 2>&1 &
	SAT="$SAT $!"
	until_has "$T/sits" "220 "
}
sit 127.0.0.1
sit 127.0.0.1
echo QUIT | heard 127.0.0.1
ok "two of one client: the third hears 421" hears "421 4.3.2 "
ok "two of one client: the log says which limit" until_has "$LOG" \
	"event=refused failure=too-many client=127.0.0.1"
sit 127.0.0.2
echo QUIT | heard 127.0.0.3
ok "three in all: the fourth hears 421" hears "421 4.3.2 "
for pid in $SAT; do kill "$pid"; done
has_room() { echo QUIT | heard 127.0.0.1; hears "220 "; }
ok "there is room again" until_true 10 has_room

# Those that said QUIT hold no place, though they keep their sockets open.
python3 - "$LISTEN_PORT" >"$T/kept" 2>&1 <<'PY'
import socket, sys
def says(octets):
    sock = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
    sock.sendall(octets)
    return sock, sock.makefile("rb")
kept = [says(b"QUIT\r\n") for _ in range(2)]
print([stream.read().count(b"\n") for _, stream in kept])
print(says(b"")[1].readline())
PY
ok "QUIT: 220, 221 and the end" has "$T/kept" "[2, 2]"
ok "QUIT: the next one has room" has "$T/kept" "b'220 "

# ---- how much ----

heard <<-X
	EHLO device
	MAIL FROM:<printer@device> SIZE=1001
	MAIL FROM:<printer@device> SIZE=1000
	RCPT TO:<a@example.com>
	RCPT TO:<b@example.com>
	RCPT TO:<c@example.com>
	DATA
	Subject: to two

	.
	QUIT
X
ok "size: the smaller limit is offered" grep -q "^250.SIZE 1000$" "$T/heard"
ok "size: too large by its own word" hears "552 5.3.4 "
ok "recipients: the third is refused" hears "452 4.5.3 "
ok "recipients: two get it" grep -q "rcpts=2 " "$LOG"
ok "recipients: it arrives" stored p 1

{
	printf 'EHLO device\nMAIL FROM:<printer@device>\n'
	printf 'RCPT TO:<boss@example.com>\nDATA\nSubject: large\n\n'
	yes "0123456789012345678901234567890123456789" | head -n 50
	printf '.\nMAIL FROM:<printer@device>\nRCPT TO:<boss@example.com>\n'
	printf 'DATA\nSubject: small\n\n.\nQUIT\n'
} | heard
ok "large: 552 at the dot" hears "552 5.3.4 "
ok "large: the log says so" has "$LOG" "result=refused"
ok "large: the next one arrives" hears "250 2.0.0 queued"
ok "large: nothing of it was stored" stored p 2

# ---- how long ----

heard <<-X
	EHLO device
	MAIL FROM:<printer@device>
	RCPT TO:<boss@example.com>
	DATA
	Subject: never ends
	!\r\n
	?
X
ok "slow message: the device hears 421 4.4.2" hears "421 4.4.2 "
ok "slow message: nothing was stored" stored p 2
ok "it ends in order" stop "$SEAL_PID"
sed 's/^message_timeout.*/command_timeout = 1s/' "$T/b.ini" >"$T/c.ini"
start_smtpseal "$T/c.ini" seal-timeout
heard <"$T/silence"
ok "silence: the device hears 421 4.4.2" hears "421 4.4.2 "
heard <<-X
	EHLO device
	!MAIL FR
	?
X
ok "half a command: the device hears 421 4.4.2" hears "421 4.4.2 "

ok "it ends in order, too" stop "$SEAL_PID"

# ---- what is said by us ----

start_smtpseal "$T/b.ini"

heard <<-X
	EHLO device
	NOOP
	RSET
	VRFY boss
	HELP
	BDAT 5 LAST
	XCLIENT LOGIN=boss
	RCPT TO:<boss@example.com>
	DATA
	STARTTLS
	QUIT
X
for reply in "250 2.0.0" "252 2" "214 2" "500 5.5.1" "503 5.5.1" "502 5.5.1" \
	"221 2.0.0"; do
	ok "verbs: $reply" hears "$reply"
done
{ echo "EHLO device"; yes NONSENSE | head -n 20; } | heard
ok "ten unknown verbs end it" same 9 "$(grep -c '^500 5.5.1' "$T/heard")"
ok "ten unknown verbs: with a 421" hears "421 "

# ---- strangers ----

# stranger NAME WORDS: they are answered with a 421 or not at all, and no
# sender behind them is heard.
stranger() {
	printf '!%sEHLO x\\r\\nMAIL FROM:<evil@device>\\r\\n\n?\n?\n' "$2" | heard
	ok "$1: nothing is accepted" not hears 250
	ok "$1: it is closed" hears "(closed)"
	ok "$1: the log tells" same "$3" "$(count "$LOG" event=foreign)"
}
stranger post 'POST / HTTP/1.1\r\nHost: relay:2525\r\n\r\n' 1
stranger get 'GET / HTTP/1.0\r\n\r\n' 2
stranger tls '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03' 3
stranger proxy-v1 'PROXY TCP4 192.0.2.1 192.0.2.2 1234 2525\r\n' 4
stranger proxy-v2 '\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x7f\x00\x00\x01\x7f\x00\x00\x01\x04\xd2\x00\x19' 5
heard <<-X
	EHLO device
	Host: relay
	?
X
ok "a header field for a command: it is closed" hears "421 "
ok "strangers: nothing went up" hasnt "$T/p.log" evil
ok "strangers: nothing odd at the provider" hasnt "$T/p.log" VIOLATION
ok "it ends in order" stop "$SEAL_PID"
