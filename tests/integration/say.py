"""Speaks SMTP by hand: say.py PORT [SOURCE] < script; PORT may be the path of a
Unix socket.

Each line of the script is sent with CRLF behind; a line "!..." is sent raw,
with Python escapes; "?" only reads a reply; "." within DATA ends it; "~"
closes without a word. A line "+..." is sent like another, but when it is
refused the script ends there with a QUIT. Replies are printed. Sent lines
wait for the reply to the one before, but for content lines after a 354.
"""
import socket
import sys


def connect(port, source=None):
    if "/" in port:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(20)
        sock.connect(port)
        return sock
    sock = socket.create_connection(("127.0.0.1", int(port)), 20,
                                    (source, 0) if source else None)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def main():
    sock = connect(*sys.argv[1:])
    sock.settimeout(60)
    stream = sock.makefile("rb")

    def reply():
        while True:
            line = stream.readline()
            if not line:
                print("(closed)", flush=True)
                return None
            text = line.decode("latin-1").rstrip("\r\n")
            print(text, flush=True)
            if text[3:4] != "-":
                return text[:3]

    if reply() is None:
        return
    in_data = False
    for line in sys.stdin:
        line = line.rstrip("\n")
        if line == "~":
            sock.close()
            return
        if line == "?":
            reply()
            continue
        if line.startswith("!"):
            octets = line[1:].encode("latin-1").decode("unicode_escape")
            sock.sendall(octets.encode("latin-1"))
            continue
        must_pass = line.startswith("+") and not in_data
        line = line[1:] if must_pass else line
        sock.sendall(line.encode("latin-1") + b"\r\n")
        if in_data and line != ".":
            continue
        code = reply()
        if must_pass and code and code[0] in "45":
            sock.sendall(b"QUIT\r\n")
            reply()
            return
        in_data = code == "354"
        if code is None:
            return
    sock.close()


main()
