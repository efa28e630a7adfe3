# A device that leaves before it hears our 250 sends the same again: it hears
# 250, and there is no second mail. One that heard it sends two.
. "$(dirname "$0")/lib.sh"

start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict --do dot=delay:300
next_port
TLS=$PORT
write_config "$T/a.ini" <<-X
tls = implicit
[listen tls]
address = 127.0.0.1:$TLS
tls = implicit
certificate = $CERTS/good.pem
key = $CERTS/good.key
X
start_smtpseal "$T/a.ini"
LOG=$T/seal.log

# device HOW [OCTETS]: sends a message and leaves HOW:
#   polite    reads everything, says QUIT
#   half      closes its side behind the dot, and reads on
#   silent    reads the 250, closes without QUIT
#   early     closes behind its dot
#   quitting  says QUIT behind its dot and closes
#   reset     resets the connection behind its dot
#   deaf      reads nothing, so that the 250 stays on the way; closes its side,
#             and resets the connection when the relay knows that
#   mute      as deaf, but not before the relay doubts
#   gone      likewise, by a reset alone
#   tired     as gone, but says QUIT first
#   slowly    likewise, in two writes
#   hurried   closes its side at once, without having read, and is polite on
#             a second connection, while the first one stays
#   again     as mute, but sends the same again behind its envelope
#   crossing  closes when the provider's 250 has come, and the relay has read
#             neither of them
#   parting   likewise, but says QUIT first
#   tls       as silent, under TLS
device() {
	port=$LISTEN_PORT
	[ "$1" != tls ] || port=$TLS
	timeout 60 python3 -B "$HERE/impatient.py" "$port" "$PROVIDER_PORT" \
		"$SEAL_PID" "$T" "$@" >"$T/heard" 2>&1
}
sent() { [ "$(count "$LOG" result=sent)" = "$1" ]; }
over() { ! grep -qi ":$(printf %04X "$LISTEN_PORT") 0100007F:[0-9A-F]* 0[18]" /proc/net/tcp; }

# twice WHAT HOW COPIES [OCTETS]: sent HOW, and once more politely.
SENT=0
twice() {
	rm -f "$T"/p.store/*
	device "$2" "${4:-20}"
	SENT=$((SENT + 1))
	ok "$1: the provider took it" until_true 20 sent $SENT
	ok "$1: the connection has ended" until_true 20 over
	device polite "${4:-20}"
	SENT=$((SENT + 1))
	ok "$1: the second time it hears 250" hears 250
	ok "$1: and the log tells" until_true 20 sent $SENT
	ok "$1: $3 in all" stored p "$3"
}

twice "polite" polite 2
twice "one that closes its side and reads" half 2
twice "one that leaves without QUIT" silent 2
twice "one that leaves without QUIT or goodbye, under TLS" tls 2
twice "too early" early 1
ok "it hears why" hears "250 2.0.0 localhost took this message a while ago"
twice "too early, large" early 1 300000
twice "gone when the answer comes" crossing 1
twice "gone with the answer on its way" deaf 1
twice "gone with a QUIT when the answer comes" parting 1
twice "QUIT and gone" quitting 1
twice "reset" reset 1
# doubted HOW: a second copy comes while the first one's 250 is on the way.
is_doubted() { [ "$(count "$LOG" event=unacknowledged)" = $DOUBTS ]; }
doubted() {
	rm -f "$T"/p.store/* "$T/p.log.go"
	DOUBTS=$(($(count "$LOG" event=unacknowledged) + 1))
	device "$1" &
	first=$!
	ok "$1, not acknowledged: it is told" until_true 20 is_doubted
	rm -f "$T/p.log.said"
	device polite &
	second=$!
	until_true 20 test -e "$T/p.log.said"
	: >"$T/p.log.go"
	wait $first
	wait $second
	SENT=$((SENT + 2))
	ok "$1, not acknowledged: a second copy waits" \
		hears "250 2.0.0 localhost took this message a while ago"
	ok "$1, not acknowledged: and there is one" stored p 1
}
doubted mute
doubted gone
doubted tired
doubted slowly

rm -f "$T"/p.store/* "$T"/p.log.said
device hurried
SENT=$((SENT + 2))
ok "hurried: a second copy waits at once" \
	hears "250 2.0.0 localhost took this message a while ago"
ok "hurried: and there is one" stored p 1

rm -f "$T"/p.store/* "$T"/p.log.go
DOUBTS=$(($(count "$LOG" event=unacknowledged) + 1))
device again &
first=$!
until_true 20 is_doubted
: >"$T/p.log.go"
SENT=$((SENT + 2))
ok "the same again in one connection is an alarm: it is sent" \
	until_true 20 sent $SENT
wait $first
ok "the same again in one connection: there are two" stored p 2

rm -f "$T"/p.store/*
device early
device polite
SENT=$((SENT + 2))
ok "the second copy overtakes the first: both are told of" until_true 20 sent $SENT
ok "it hears 250" hears "250 2.0.0 localhost took this message a while ago"
ok "and there is one" stored p 1
rm -f "$T"/p.store/*
device polite
SENT=$((SENT + 1))
ok "the next one like it is a new alarm" until_true 20 sent $SENT
ok "and is sent" stored p 1
ok "it ends in order" stop "$SEAL_PID"

# ---- an answer before the dot, in the turn in which the dot is said ----

# A second copy has come whole and waits for the first one's 250 to be
# acknowledged. Then the relay finds both at once: the first device has read it
# and speaks, so that the second copy may go on, and the provider has said 250
# to half of it.
start_provider hasty --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --do body@160000=delay:1,1 \
	--do 'body@160000=reply:250 2.0.0 hasty\r\n'
write_config "$T/hasty.ini" <<-X
tls = implicit
X
start_smtpseal "$T/hasty.ini" seal-hasty
PYTHONPATH=$HERE timeout 60 python3 -B - "$LISTEN_PORT" "$PROVIDER_PORT" \
	"$SEAL_PID" "$PROVIDER_PID" "$T/seal-hasty.log" >"$T/heard" 2>&1 <<'X'
import socket, sys
from watch import (
    LOCAL, REMOTE, TO_READ, TO_SEND, go_on, is_read, says, stop, until, waits)
port, provider_port, relay, provider = map(int, sys.argv[1:5])
envelope = (b"MAIL FROM:<ups@x.example>\r\nRCPT TO:<boss@x.example>\r\n"
            b"DATA\r\n")
content = b"Subject: alarm\r\n\r\n" + b"on battery\r\n" * 16000 + b".\r\n"

first = socket.socket()
first.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
first.connect(("127.0.0.1", port))
first.sendall(b"EHLO ups\r\n" * 40 + envelope + content)
until(says, sys.argv[5], "event=unacknowledged")
second = socket.create_connection(("127.0.0.1", port))
answers = second.makefile("rb")
second.sendall(b"HELO ups\r\n" + envelope)
while answers.readline()[:3] != b"354":
    pass
second.sendall(content[:150000])
until(is_read, port)  # more than it can hold: it has heard the provider's 354
stop(provider)
second.sendall(content[150000:])
until(is_read, port)
stop(relay)
heard = first.makefile("rb")
while not heard.readline().startswith(b"250 2.0.0 queued"):
    pass
until(lambda: not waits(LOCAL, port, TO_SEND))
first.sendall(b"NOOP\r\n")
go_on(provider)
until(waits, REMOTE, provider_port, TO_READ)
go_on(relay)
print(answers.readline().decode().strip())
X
kill -CONT "$SEAL_PID" "$PROVIDER_PID" # if it ended half-way
ok "too early an answer: the device hears 451" hears "451 4.4.2 localhost"
ok "too early an answer: nothing may have been delivered" \
	hasnt "$T/heard" "may have been"
ok "too early an answer: it is told" has "$T/seal-hasty.log" \
	"event=message result=failed"
ok "too early an answer: the first one is stored, no other" stored hasty 1
ok "it ends in order" stop "$SEAL_PID"

# ---- octets behind QUIT ----

# They have come and are unread when the last words are said: a close would be
# a reset, which may take these words away.
start_provider no --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --chunking --do 'dot=reply:554 5.7.1 spam\r\n'
write_config "$T/no.ini" <<-X
tls = implicit
X
start_smtpseal "$T/no.ini" seal-no
PYTHONPATH=$HERE timeout 60 python3 -B - "$LISTEN_PORT" "$PROVIDER_PORT" \
	"$SEAL_PID" "$PROVIDER_PID" >"$T/heard" 2>&1 <<'X'
import socket, sys
from watch import (
    LOCAL, REMOTE, TO_READ, go_on, is_read, stop, until, waits)
port, provider_port, relay, provider = map(int, sys.argv[1:5])
device = socket.create_connection(("127.0.0.1", port))
stream = device.makefile("rb")
device.sendall(b"HELO ups\r\nMAIL FROM:<ups@x.example>\r\n"
               b"RCPT TO:<boss@x.example>\r\nDATA\r\n")
while stream.readline()[:3] != b"354":
    pass
until(is_read, provider_port)
stop(provider)
device.sendall(b"Subject: alarm\r\n\r\n.\r\nQUIT\r\n")
until(is_read, port)
stop(relay)
go_on(provider)
until(waits, REMOTE, provider_port, TO_READ)
device.sendall(b"\r\n")
until(waits, LOCAL, port, TO_READ)
go_on(relay)
print(stream.read().decode() + "(closed)")
X
kill -CONT "$SEAL_PID" "$PROVIDER_PID" # if it ended half-way
ok "octets behind QUIT: the answer is heard" hears "554 5.7.1 spam"
ok "octets behind QUIT: and the goodbye" hears "221 2.0.0 "
ok "octets behind QUIT: and an end in order" hears "(closed)"
ok "it ends in order" stop "$SEAL_PID"
