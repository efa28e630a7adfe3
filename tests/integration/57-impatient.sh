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
#   crossing  closes when the provider's 250 has come, and the relay has read
#             neither of them
#   tls       as silent, under TLS
device() {
	port=$LISTEN_PORT
	[ "$1" != tls ] || port=$TLS
	timeout 60 python3 - "$port" "$PROVIDER_PORT" "$SEAL_PID" "$T/p.log" \
		"$@" >"$T/heard" 2>&1 <<-'X'
	import os, signal, socket, ssl, struct, sys, time
	port, provider, relay = map(int, sys.argv[1:4])
	how = sys.argv[5]
	size = int(sys.argv[6]) if len(sys.argv) > 6 else 20

	def taken():
	    with open(sys.argv[4], encoding="latin-1") as log:
	        return sum(" N message " in line for line in log)

	def sent():
	    with open(sys.argv[4].replace("p.log", "seal.log")) as log:
	        return sum("result=sent" in line for line in log)

	def waiting():
	    """Octets of the provider that the relay has not read."""
	    with open("/proc/net/tcp") as table:
	        for line in table.readlines()[1:]:
	            _, _, remote, _, queues = line.split()[:5]
	            if remote.endswith(f":{provider:04X}"):
	                if int(queues.split(":")[1], 16) > 0:
	                    return True
	    return False

	def until(true):
	    while not true():
	        time.sleep(0.005)

	def ours(state):
	    """Is the relay's side of a device's connection in this state?"""
	    with open("/proc/net/tcp") as table:
	        for line in table.readlines()[1:]:
	            _, local, _, now = line.split()[:4]
	            if local.endswith(f":{port:04X}") and now == state:
	                return True
	    return False

	def content():
	    body = b"on battery\r\n" * (size // 12 + 1)
	    return b"Subject: alarm\r\n\r\n" + body + b".\r\n"

	def talk_deaf():
	    """Its window is shut by replies when the 250 is said."""
	    s = socket.socket()
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
	    s.connect(("127.0.0.1", port))
	    s.sendall(b"EHLO ups\r\n" * 40)
	    s.sendall(b"MAIL FROM:<ups@x.example>\r\nRCPT TO:<boss@x.example>\r\n"
	              b"DATA\r\n" + content())
	    until(lambda: sent() > sent_before)
	    if how in ("mute", "gone"):
	        until(lambda: os.path.exists(sys.argv[4] + ".go"))
	    if how != "gone":
	        s.shutdown(socket.SHUT_WR)
	        until(lambda: ours("09"))
	    s.close()

	before, sent_before = taken(), sent()
	if how in ("deaf", "mute", "gone"):
	    talk_deaf()
	    sys.exit()
	s = socket.create_connection(("127.0.0.1", port), 30)
	if how == "tls":
	    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
	    context.check_hostname = False
	    context.verify_mode = ssl.CERT_NONE
	    s = context.wrap_socket(s)
	f = s.makefile("rb")
	f.readline()
	for line in ("HELO ups", "MAIL FROM:<ups@x.example>",
	             "RCPT TO:<boss@x.example>", "DATA"):
	    s.sendall(line.encode() + b"\r\n")
	    f.readline()
	s.sendall(content())
	open(sys.argv[4] + ".said", "w").close()
	if how == "crossing":
	    until(lambda: taken() > before)
	    os.kill(relay, signal.SIGSTOP)
	    until(waiting)
	if how == "quitting":
	    s.sendall(b"QUIT\r\n")
	if how == "half":
	    s.shutdown(socket.SHUT_WR)
	if how == "reset":
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	if how in ("polite", "half", "silent", "tls"):
	    print(f.readline().decode().strip())
	if how == "polite":
	    s.sendall(b"QUIT\r\n")
	    f.readline()
	f.close()
	s.close()
	if how == "crossing":
	    os.kill(relay, signal.SIGCONT)
	X
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
twice "QUIT and gone" quitting 1
twice "reset" reset 1
# doubted HOW: a second copy comes while the first one's 250 is on the way.
DOUBTS=0
is_doubted() { [ "$(count "$LOG" event=unacknowledged)" = $DOUBTS ]; }
doubted() {
	rm -f "$T"/p.store/* "$T/p.log.go"
	device "$1" &
	first=$!
	DOUBTS=$((DOUBTS + 1))
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
# acknowledged. Then the relay finds both at once: the first device speaks, so
# that the second copy may go on, and the provider has said 250 to half of it.
start_provider hasty --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --do body@160000=delay:1,1 \
	--do 'body@160000=reply:250 2.0.0 hasty\r\n'
write_config "$T/hasty.ini" <<-X
tls = implicit
X
start_smtpseal "$T/hasty.ini" seal-hasty
timeout 60 python3 - "$LISTEN_PORT" "$PROVIDER_PORT" "$SEAL_PID" \
	"$PROVIDER_PID" "$T/seal-hasty.log" \
	>"$T/heard" 2>&1 <<'X'
import os, signal, socket, sys, time
port, provider_port, relay, provider = map(int, sys.argv[1:5])
envelope = (b"MAIL FROM:<ups@x.example>\r\nRCPT TO:<boss@x.example>\r\n"
            b"DATA\r\n")
content = b"Subject: alarm\r\n\r\n" + b"on battery\r\n" * 16000 + b".\r\n"


def until(true, *arguments):
    while not true(*arguments):
        time.sleep(0.005)


def says(log, words, times):
    with open(log, encoding="latin-1") as lines:
        return sum(words in line for line in lines) >= times


LOCAL, REMOTE, QUEUES = 1, 2, 4


def waits(side, end, queue):
    """Are there octets to be sent (0) or to be read (1) on a connection with
    this port at this side?"""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(row[side].endswith(f":{end:04X}") and
               int(row[QUEUES].split(":")[queue], 16) > 0
               for row in rows if row[3] == "01")


def is_read():
    """Has the relay read all that its devices said?"""
    return not waits(REMOTE, port, 0) and not waits(LOCAL, port, 1)


def is_stopped(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"


def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    until(is_stopped, pid)


first = socket.socket()
first.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
first.connect(("127.0.0.1", port))
first.sendall(b"EHLO ups\r\n" * 40 + envelope + content)
until(says, sys.argv[5], "event=unacknowledged", 1)
second = socket.create_connection(("127.0.0.1", port))
answers = second.makefile("rb")
second.sendall(b"HELO ups\r\n" + envelope)
while answers.readline()[:3] != b"354":
    pass
second.sendall(content[:150000])
until(is_read)  # more than it can hold: it has heard the provider's 354
stop(provider)
second.sendall(content[150000:])
until(is_read)
stop(relay)
first.sendall(b"NOOP\r\n")
os.kill(provider, signal.SIGCONT)
until(waits, REMOTE, provider_port, 1)
os.kill(relay, signal.SIGCONT)
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
