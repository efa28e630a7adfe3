"""Makes, sends and compares messages, octet by octet.

message.py make small FILE      8-bit octets, dots, lines of 998 octets
message.py make large FILE      300 kB of such lines, more than is held back
message.py make scan FILE       a text and an attachment, both 8-bit and full of
                                dots, below a header of long fields
message.py send PORT[,SOURCE] FILE[,FILE...] FROM RCPT...
                                all in one connection, from that address;
                                replies are printed
message.py compare FILE STORED...
                                every STORED is FILE, but for fields that
                                servers put above it and for their line ends
message.py attachments FILE     what is attached, decoded

Exit status: 0 if it went well, 1 if not.
"""
import email
import random
import re
import socket
import sys

ABOVE = (b"received:", b"return-path:", b"delivered-to:", b"x-original-to:",
         b"envelope-to:", b"delivery-date:")

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


def fields_above(text):
    """Whether all of this is fields that a server may put above a message."""
    unfolded = re.sub(rb"\r\n[ \t]+", b" ", text)
    return all(line.lower().startswith(ABOVE)
               for line in unfolded.split(b"\r\n")[:-1])


def compare(path, *stored):
    with open(path, "rb") as file:
        want = file.read()
    if not stored:
        sys.exit("nothing is stored")
    for each in stored:
        with open(each, "rb") as file:
            got = file.read()
        if b"\r\n" not in got:
            got = got.replace(b"\n", b"\r\n")
        if got.endswith(want) and fields_above(got[:len(got) - len(want)]):
            continue
        start = got.find(want[:32])
        at = next((n for n, (a, b) in enumerate(zip(want, got[start:]))
                   if a != b), min(len(want), len(got) - start))
        sys.exit(f"{each}: {len(got)} octets, differs from {path} at {at}:\n"
                 f"sent   {want[max(at - 20, 0):at + 60]!r}\n"
                 f"stored {got[max(start + at - 20, 0):start + at + 60]!r}\n"
                 f"above  {got[:max(start, 0)]!r}")


def attachments(path):
    with open(path, "rb") as file:
        parsed = email.message_from_binary_file(file)
    for part in parsed.walk():
        if part.get_filename():
            sys.stdout.buffer.write(part.get_payload(decode=True))


{"make": make, "send": send, "compare": compare,
 "attachments": attachments}[sys.argv[1]](*sys.argv[2:])
