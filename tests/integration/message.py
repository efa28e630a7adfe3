"""Makes, sends and compares messages, octet by octet.

message.py make small FILE      8-bit octets, dots, lines of 998 octets
message.py make large FILE      300 kB of such lines, more than is held back
message.py make scan FILE       a text and an attachment, both 8-bit and full of
                                dots, below a header of long fields
message.py send PORT[,SOURCE] FILE[,FILE...] FROM RCPT...
                                all in one connection, from that address;
                                replies are printed
message.py compare FIELD[,FIELD...] FILE STORED...
                                every STORED is FILE, but for its line ends and
                                these fields of the server, each once and in
                                this order, above it. %DATE% and %ID% in FILE
                                stand for a date of these minutes and for the
                                name of a message
message.py attachments FILE     what is attached, decoded

Exit status: 0 if it went well, 1 if not.
"""
import email
import email.utils
import random
import re
import socket
import sys
import time

HEADER = [
    b"Date: Sat, 21 Nov 2026 10:15:08 +0000",
    b"From: Copier <scan@example.com>",
    b"To: boss@example.com",
    b"Message-ID: <1.2.3@copier>",
    b"Subject: a scan",
    b"\tof two pages",
    b"MIME-Version: 1.0",
    b"Content-Type: text/plain; charset=utf-8",
    b"Content-Transfer-Encoding: 8bit",
    b"X-Dots: ...",
    b"",
]

AWKWARD = [
    b".", b"..", b"...", b".hidden", b". ", b" .", b"",
    b"From the start of a line", b">From there", b"trailing blanks  \t ",
    b"x" * 998, b"." * 998, b"." + b"\xe9" * 997, b"\xc3\xa9" * 499,
    b"QUIT", b"RSET", b"DATA", b"MAIL FROM:<x@example.com>", b"250 OK",
    bytes(n for n in range(1, 128) if n not in b"\r\n"),
    bytes(range(128, 256)),
    "gr\u00fc\u00dfe, \u65e5\u672c\u8a9e".encode(),
]


SCAN = [
    *HEADER[:4],
    b"References:",
    *(b" <%04d.%s@copier>" % (n, b"r" * 40) for n in range(60)),
    b"X-Long: " + b"y" * 990,
    b"Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?=",
    b"MIME-Version: 1.0",
    b"Content-Type: multipart/mixed; boundary=\".=_scan\"",
    b"",
    b".", b"...", b"",
    b"--.=_scan",
    b"Content-Type: text/plain; charset=utf-8",
    b"Content-Transfer-Encoding: 8bit",
    b"",
    "zwei Seiten f\u00fcr B\u00fcro 2".encode(), b".", b".gruesse", b"",
    b"--.=_scan",
    b"Content-Type: text/plain; charset=iso-8859-1",
    b"Content-Disposition: attachment; filename=\"page.txt\"",
    b"Content-Transfer-Encoding: 8bit",
    b"",
    *AWKWARD,
    b"--.=_scan--",
]


def make(kind, path):
    dice = random.Random(5321)
    lines = SCAN if kind == "scan" else HEADER + AWKWARD
    if kind == "large":
        for _ in range(600):
            line = bytes(dice.choices(b".ab \xe9\xff\t", k=dice.randint(0, 998)))
            lines = lines + [line, dice.choice(AWKWARD)]
    with open(path, "wb") as file:
        file.write(b"".join(line + b"\r\n" for line in lines + [b".", b"", b"", b""]))


class Speaker:
    def __init__(self, port):
        port, _, source = port.partition(",")
        self.sock = socket.create_connection(("127.0.0.1", int(port)), 20,
                                             (source, 0) if source else None)
        self.sock.settimeout(60)
        self.stream = self.sock.makefile("rb")
        self.refused = False
        self.reply()

    def reply(self):
        line = b"   -"
        while line[3:4] == b"-":
            line = self.stream.readline()
            if not line:
                print("(closed)")
                sys.exit(1)
            print(line.decode("latin-1").rstrip())
        if line[:1] not in b"23":
            self.refused = True
        return line[:1] in b"23"

    def command(self, text):
        self.sock.sendall(text.encode() + b"\r\n")
        return self.reply()

    def message(self, content, sender, recipients):
        if not self.command(f"MAIL FROM:<{sender}>"):
            return
        heard = [self.command(f"RCPT TO:<{each}>") for each in recipients]
        if not any(heard) or not self.command("DATA"):
            self.command("RSET")
            return
        stuffed = re.sub(rb"(?m)^\.", b"..", content)
        self.sock.sendall(stuffed + b".\r\n")
        self.reply()


def send(port, paths, sender, *recipients):
    speaker = Speaker(port)
    speaker.command("EHLO copier")
    for path in paths.split(","):
        with open(path, "rb") as file:
            speaker.message(file.read(), sender, recipients)
    refused = speaker.refused
    speaker.command("QUIT")
    sys.exit(1 if refused else 0)


def end_of_fields(text, count):
    """Where so many fields are over."""
    fields = re.match(rb"(?:[!-9;-~]+:.*\r\n(?:[ \t].*\r\n)*){%d}" % count, text)
    return fields.end() if fields else 0


def is_above(text, fields):
    """Whether these fields, of this server, are all there is."""
    lines = re.sub(rb"\r\n[ \t]+", b" ", text).split(b"\r\n")
    known = {b"return-path": b"<scan@example.com>", b"received": b" by provider.test "}
    return [line.partition(b":")[0].lower().decode()
            for line in lines] == fields + [""] and all(
        known.get(line.partition(b":")[0].lower(), b"") in line for line in lines)


def fill_in(want, got):
    """What must be there with the date and the name that are there."""
    for mark, pattern in ((b"%DATE%", rb"^Date: (\w{3}, \d\d? .*)\r$"),
                          (b"%ID%", rb"^Message-ID: (<[^<>@\s]+@[^<>@\s]+>)\r$")):
        found = re.findall(pattern, got, re.M)
        if mark not in want or len(found) != 1:
            continue
        told = email.utils.parsedate_to_datetime(found[0].decode()).timestamp() \
            if mark == b"%DATE%" else time.time()
        if abs(told - time.time()) < 600:
            want = want.replace(mark, found[0])
    return want


def compare(above, path, *stored):
    with open(path, "rb") as file:
        sent = file.read()
    if not stored:
        sys.exit("nothing is stored")
    fields = above.split(",")
    for each in stored:
        with open(each, "rb") as file:
            got = file.read()
        if b"\r\n" not in got:
            got = got.replace(b"\n", b"\r\n")
        want = fill_in(sent, got)
        start = end_of_fields(got, len(fields))
        if got[start:] == want and is_above(got[:start], fields):
            continue
        at = next((n for n, (a, b) in enumerate(zip(want, got[start:]))
                   if a != b), min(len(want), len(got) - start))
        sys.exit(f"{each}: {len(got)} octets, differs from {path} at {at}:\n"
                 f"want   {want[max(at - 20, 0):at + 60]!r}\n"
                 f"stored {got[max(start + at - 20, 0):start + at + 60]!r}\n"
                 f"above  {got[:start]!r}, should be {above}")


def attachments(path):
    with open(path, "rb") as file:
        parsed = email.message_from_binary_file(file)
    for part in parsed.walk():
        if part.get_filename():
            sys.stdout.buffer.write(part.get_payload(decode=True))


{"make": make, "send": send, "compare": compare,
 "attachments": attachments}[sys.argv[1]](*sys.argv[2:])
