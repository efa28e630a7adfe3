# Large messages arrive octet for octet, and the daemon does not grow with
# them.
. "$(dirname "$0")/lib.sh"

start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict --discard --sum --size 400000000
write_config "$T/a.ini" <<-X
tls = implicit
X
start_smtpseal "$T/a.ini"
LOG=$T/seal.log

# send MEGABYTES: prints the SHA-256 of what must arrive.
cat >"$T/send.py" <<'X'
import hashlib
import random
import socket
import sys

device = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 60)
heard = device.makefile("rb")


def say(line, code):
    if line:
        device.sendall(line + b"\r\n")
    while True:
        answer = heard.readline()
        if answer[3:4] != b"-":
            break
    assert answer[:3] == code, answer


say(b"", b"220")
say(b"EHLO device", b"250")
say(b"MAIL FROM:<printer@device>", b"250")
say(b"RCPT TO:<boss@example.com>", b"250")
say(b"DATA", b"354")
# A block of lines of all lengths, some of which begin with dots.
dice = random.Random(1)
lines = [b"From: printer@device", b"To: boss@example.com",
         b"Date: Sat, 21 Nov 2026 10:00:00 +0000",
         b"Message-ID: <large@device>", b"Subject: large", b""]
block = [b"." * dice.choice((0, 0, 0, 1, 2)) +
         bytes(dice.choices(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ+/", k=dice.choice(
             (0, 1, 60, 76, 76, 990)))) for _ in range(4000)]
digest = hashlib.sha256()
left = int(sys.argv[2]) * 1000000


def send(lines):
    plain = b"".join(line + b"\r\n" for line in lines)
    digest.update(plain)
    device.sendall(b"".join(
        (b"." if line[:1] == b"." else b"") + line + b"\r\n" for line in lines))
    return len(plain)


left -= send(lines)
while left > 0:
    left -= send(block)
say(b".", b"250")
say(b"QUIT", b"221")
print(digest.hexdigest())
X
send() { timeout 200 python3 "$T/send.py" "$LISTEN_PORT" "$1"; }

peak() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$SEAL_PID/status"; }

# arrives MEGABYTES: at the provider P.
P=p
arrives() {
	send "$1" >"$T/sum" 2>"$T/send.err"
	ok "$P, $1 MB: the device hears 250" same 64 "$(tr -d '\n' <"$T/sum" | wc -c)"
	ok "$P, $1 MB: the same octets arrive" has "$T/$P.log" "$(cat "$T/sum")"
	ok "$P, $1 MB: the log says how many" grep -qE \
		"event=message result=sent .* bytes=$1[0-9]{6} " "$LOG"
}

arrives 1
small=$(peak)
arrives 30
middle=$(peak)
arrives 200
large=$(peak)
# A sanitizer keeps freed memory for a while: it proves nothing about sizes.
case $SMTPSEAL in
*/san/*) allowed=100000 ;;
*) allowed=1000 ;;
esac
ok "30 MB: memory does not grow ($small to $middle kB)" \
	[ "$((middle - small))" -le "$allowed" ]
ok "200 MB: memory does not grow ($small to $large kB)" \
	[ "$((large - small))" -le "$allowed" ]
ok "nothing odd at the provider" hasnt "$T/p.log" VIOLATION

# A provider that twice does not read for a while: what the socket does not
# take waits, and leaves in order.
for P in slow slow-chunks; do
	case $P in
	slow) offer= ;;
	slow-chunks) offer=--chunking ;;
	esac
	start_provider "$P" --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
		--tls implicit --strict --discard --sum --size 400000000 \
		--do body@1000000=delay:300 --do body@14000000=delay:300 $offer
	LOG=$T/seal-$P.log
	write_config "$T/$P.ini" <<-X
	tls = implicit
	X
	start_smtpseal "$T/$P.ini" "seal-$P"
	arrives 30
	ok "$P: nothing odd at the provider" hasnt "$T/$P.log" VIOLATION
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
done
