# What devices do to the socket itself: they speak before they are greeted,
# read one segment and no more, come and go without a word, and are gone before
# the answer to their dot.
. "$(dirname "$0")/lib.sh"

start_provider provider --tls implicit --cert "$CERTS/good.pem" \
	--key "$CERTS/good.key" --strict --do dot=delay:200
write_config "$T/seal.ini" <<-END
tls = implicit
END
start_smtpseal "$T/seal.ini"
cat >"$T/python" <<'PYTHON'
import socket
import struct
import sys

what, port = sys.argv[1], int(sys.argv[2])


def connect():
    sock = socket.create_connection(("127.0.0.1", port), 20)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(60)
    return sock


def want(heard, begins, lines=1):
    if (not heard.startswith(begins) or not heard.endswith(b"\r\n")
            or heard.count(b"\r\n") != lines):
        sys.exit(f"want {begins!r}, {lines} lines, got {heard!r}")


def early():
    sock = connect()
    sock.sendall(b"EHLO camera\r\n")
    stream = sock.makefile("rb")
    want(stream.readline(), b"220 ")
    want(stream.readline(), b"250-")


def come_and_go():
    """More in all than may be there at once: each that left has left."""
    for _ in range(100):
        sock = connect()
        want(sock.recv(4096), b"220 ")
        sock.close()


def segments(sock):
    """Those with data that came in: tcpi_data_segs_in, Linux 4.6."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return struct.unpack_from("I", info, 152)[0]


def one_segment():
    sock = connect()
    stream = sock.makefile("rb")
    want(stream.readline(), b"220 ")
    for count, command, lines in ((1, b"EHLO printer", 6), (2, b"HELP", 1),
                                  (3, b"HELO printer", 1)):
        if segments(sock) != count:
            sys.exit(f"{segments(sock)} segments before {command!r}")
        sock.sendall(command + b"\r\n")
        want(b"".join(stream.readline() for _ in range(lines)), b"2", lines)
    if segments(sock) != 4:
        sys.exit(f"{segments(sock)} segments in all")


def leave(how):
    sock = connect()
    stream = sock.makefile("rb")
    stream.readline()
    for command in (b"HELO x", b"MAIL FROM:<a@device>",
                    b"RCPT TO:<boss@example.com>", b"DATA"):
        sock.sendall(command + b"\r\n")
        want(stream.readline(), b"354 " if command == b"DATA" else b"250 ")
    sock.sendall(b"Subject: " + how + b"\r\n\r\n.\r\n")
    if how == b"reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                        struct.pack("ii", 1, 0))
    stream.close()
    sock.close()


if what in ("close", "reset"):
    leave(what.encode())
else:
    {"early": early, "segment": one_segment, "go": come_and_go}[what]()
PYTHON
device() { timeout 60 python3 "$T/python" "$1" "$LISTEN_PORT"; }
sent() { [ "$(count "$T/seal.log" "event=message result=sent")" = "$1" ]; }

ok "c3: who speaks before the greeting is greeted and answered" device early
ok "c5: each reply is one segment" device segment
ok "c7: who comes and goes keeps no place" device go
device close
ok "d8: gone behind its dot: the message is sent" until_true 20 sent 1
device reset
ok "d8: gone by a reset: the message is sent" until_true 20 sent 2
ok "d8: each once" stored provider 2
ok "the provider saw nothing odd" hasnt "$T/provider.log" VIOLATION
ok "it ends in order" stop "$SEAL_PID"
