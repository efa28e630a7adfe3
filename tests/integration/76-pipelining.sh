# A device that does not wait for replies, and one that is slow with each octet.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"

start_relay
cat >"$T/python" <<'PYTHON'
import re
import socket
import sys

port, me, path = sys.argv[1:]
content = re.sub(rb"(?m)^\.", b"..", open(path, "rb").read())


def envelope(*recipients):
    return (f"MAIL FROM:<{me}>\r\n" + "".join(
        f"RCPT TO:<{each}@example.com>\r\n" for each in recipients) +
        "DATA\r\n").encode()


def talk(flights, grain=1 << 20):
    """Each flight is octets and the codes that answer them."""
    sock = socket.create_connection(("127.0.0.1", int(port)), 20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(60)
    stream = sock.makefile("rb")
    for octets, codes in [(b"", "220")] + flights:
        for at in range(0, len(octets), grain):
            sock.sendall(octets[at:at + grain])
        for code in codes.split():
            line = b"   -"
            while line[3:4] == b"-":
                line = stream.readline()
            if line[:3] != code.encode():
                sys.exit(f"want {code}, got {line!r} after {octets[:60]!r}")


end = content + b".\r\n"
hello = (b"EHLO copier\r\n", "250")
bye = (b"QUIT\r\n", "221")
talk([hello, (envelope("boss", "bad", "desk"), "250 250 550 250 354"),
      (end + envelope("boss"), "250 250 250 354"),
      (end + b"NOOP\r\nRSET\r\n" + envelope("boss"), "250 250 250 250 250 354"),
      (end + b"QUIT\r\n", "250 221")])
talk([(hello[0] + envelope("boss"), "250 250 250 354"),
      (end + envelope("bad") + b"RSET\r\n" + envelope("boss"),
       "250 250 550 554 250 250 250 354"),
      (end, "250"), bye])
talk([hello, (envelope("boss"), "250 250 354"), (end, "250"), bye], grain=1)
PYTHON
speaks() {
	timeout 60 python3 "$T/python" "$LISTEN_PORT" "$ME" "$T/small" 2>&1
}
ok "each is answered in order" speaks
ok "the first arrives" arrives "$T/small" boss@example.com desk@example.com
for which in second third fourth fifth sixth; do
	ok "the $which arrives" arrives "$T/small"
done
nothing_odd
