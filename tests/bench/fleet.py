"""fleet - devices of all kinds, for hours; each message is like no other.

A visit is one connection of a device with some messages. The dice that make
the visits are seeded, so that the same come in the same order; when exactly
they come is up to the machine. A message that got a temporary answer is sent
again with the same content, as devices do.
"""

import hashlib
import heapq
import random
import re
import socket
import struct
import threading
import time

# What became of an attempt to send a message.
SENT = "sent"            # 250
LATER = "later"          # a temporary answer
UNKNOWN = "unknown"      # likewise: "lost before it answered for the message"
REFUSED = "refused"      # refused for good
LEFT = "left"            # the device left within the content
UNHEARD = "unheard"      # it left behind the dot: it will send it again
HUNG_UP = "hung up"      # the relay closed the connection, or was silent

# How a device behaves, of a thousand messages.
WAYS = (
    ("leaves", 20),      # in the middle of the content, for good
    ("pauses", 30),      # there
    ("impatient", 10),   # leaves behind its dot, comes again a second later
    ("bad", 10),         # its recipient is refused
    ("too large", 5),    # so it says
)
LARGEST = 5_000_000
RETRY_SECONDS = (0.5, 1, 2, 4)
REPLY_SECONDS = 120
PART = 16 * 1024

HEADER = """\
Date: Sat, 21 Nov 2026 10:15:08 +0000\r
From: Scanner <scanner@example.com>\r
To: office@example.com\r
Message-ID: <{name}.fleet@example.com>\r
Subject: {name}\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
"""


class Paper:
    """Lines enough for the largest message: canonical ones, which no relay
    has a reason to change; some begin with a dot. And the same, stuffed."""

    def __init__(self, dice):
        letters = bytes(range(33, 127)) + b" " * 6
        foreign = "\u00e4\u00f6\u20ac".encode()
        noise = bytes(dice.choices(letters, k=1 << 16))
        self.plain, self.stuffed = bytearray(), bytearray()
        self.starts = [(0, 0)]
        while len(self.plain) < LARGEST + 100_000:
            at = dice.randrange(len(noise) - 1000)
            line = noise[at:at + dice.choice((0, 1, 60, 72, 76, 76, 200, 998))]
            if dice.random() < 0.1:
                line = (b"." * dice.randint(1, 3) + line)[:998]
            elif dice.random() < 0.05:
                line = foreign + line[:900]
            dot = b"." if line.startswith(b".") else b""
            self.plain += line + b"\r\n"
            self.stuffed += dot + line + b"\r\n"
            self.starts.append((len(self.plain), len(self.stuffed)))

    def cut(self, size, dice):
        """Where about so many octets lie, as two numbers of lines."""
        count = max(1, size * len(self.starts) // len(self.plain))
        first = dice.randrange(max(1, len(self.starts) - count))
        return first, min(first + count, len(self.starts) - 1)


class Message:
    def __init__(self, name, way, piece):
        self.name = name
        self.way = way
        self.piece = piece
        self.attempts = 0

    def octets(self, paper, stuffed):
        first, last = (paper.starts[line][stuffed] for line in self.piece)
        body = (paper.stuffed if stuffed else paper.plain)[first:last]
        return HEADER.format(name=self.name).encode() + body

    def digest(self, paper):
        return hashlib.sha256(self.octets(paper, False)).hexdigest()


class HungUp(Exception):
    """The relay closed the connection; what it said last."""


class Device:
    """A connection of a plain old device: one line, one answer."""

    def __init__(self, port, source):
        self.last = ""
        self.in_envelope = False    # the last message ended within it
        self.sock = socket.socket()
        self.sock.settimeout(REPLY_SECONDS)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.sock.bind((source, 0))
            self.sock.connect(("127.0.0.1", port))
            self.stream = self.sock.makefile("rb")
            self.hear()
            self.say("EHLO device")
        except OSError as error:
            raise HungUp(f"{error}; {self.last}") from error

    def hear(self):
        """A whole reply; its last line."""
        line = "   -"
        while line[3:4] == "-":
            line = self.stream.readline().decode("latin-1").rstrip()
            if not line:
                raise HungUp(f"behind: {self.last}")
            self.last = line
        return line

    def say(self, line):
        self.sock.sendall(line.encode() + b"\r\n")
        return self.hear()

    def quit(self):
        if self.sock.fileno() >= 0:
            try:
                self.say("QUIT")
            except (HungUp, OSError):
                pass  # it is over either way
            self.close()

    def close(self, reset=False):
        if reset:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack("ii", 1, 0))
        self.stream.close()
        self.sock.close()

    def send(self, message, octets, dice):
        """An attempt; what became of it."""
        try:
            if self.in_envelope:
                self.say("RSET")
            self.in_envelope = True
            if no := self.envelope(message):
                return judge(no)
            self.in_envelope = False
            return self.content(message, octets, dice)
        except OSError as error:
            raise HungUp(f"{error}; {self.last}") from error

    def envelope(self, message):
        """Up to DATA. The answer when it is none of those hoped for."""
        size = " SIZE=99000000" if message.way == "too large" else ""
        to = "bad" if message.way == "bad" else "office"
        for line in (f"MAIL FROM:<{message.name}@example.com>{size}",
                     f"RCPT TO:<{to}@example.com>", "DATA"):
            answer = self.say(line)
            if answer[:1] not in "23":
                return answer
        return None

    def content(self, message, octets, dice):
        middle = len(octets) // 2
        if message.way == "leaves":
            self.sock.sendall(octets[:middle])
            self.close(reset=dice.random() < 0.5)
            return LEFT
        if message.way == "pauses":
            self.sock.sendall(octets[:middle])
            time.sleep(dice.uniform(1, 8))
            octets = octets[middle:]
        if message.way == "impatient" and message.attempts == 1:
            # The dot leaves together with the end of the connection: what is
            # said behind it cannot be heard. (MSG_MORE would not do: the next
            # acknowledgement lets the dot go, and an answer that is here
            # before the end counts as heard.)
            self.sock.sendall(octets)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            parting = b"QUIT\r\n" if dice.random() < 0.5 else b""
            self.sock.sendall(b".\r\n" + parting)
            self.close()
            return UNHEARD
        self.sock.sendall(octets + b".\r\n")
        return judge(self.hear())


def judge(answer):
    """What an answer means to a device."""
    if answer.startswith("2"):
        return SENT
    if answer.startswith("5"):
        return REFUSED
    return UNKNOWN if "lost before it answered" in answer else LATER


class Visit:
    def __init__(self, messages, source, seed):
        self.messages = messages
        self.source = source
        self.dice = random.Random(seed)


class Schedule:
    """Who comes when: new visits at an even rate, and those that come again."""

    def __init__(self, seed, rate):
        self.dice = random.Random(seed)
        self.rate = rate
        self.paper = Paper(random.Random(seed))
        self.made = 0
        self.coming = []            # (time, number, visit)
        self.numbers = 0
        self.busy = 0
        self.next_at = time.monotonic()
        self.open = True            # new ones come yet
        self.change = threading.Condition()

    def size(self):
        kind = self.dice.random()
        if kind < 0.80:
            return self.dice.randint(1000, 8000)
        if kind < 0.95:
            return self.dice.randint(100_000, 1_000_000)
        return self.dice.randint(1_000_000, LARGEST)

    def message(self):
        self.made += 1
        point, way = self.dice.randrange(1000), "plain"
        for name, share in WAYS:
            if 0 <= point < share:
                way = name
            point -= share
        return Message(f"m{self.made:07}", way,
                       self.paper.cut(self.size(), self.dice))

    def make_visit(self):
        count = self.dice.choice((1, 1, 1, 1, 1, 1, 1, 2, 4, 10))
        visit = Visit([self.message() for _ in range(count)],
                      f"127.0.1.{self.dice.randint(1, 250)}",
                      self.dice.random())
        self.next_at += count / self.rate
        return visit

    def come_again(self, visit, seconds):
        with self.change:
            self.numbers += 1
            heapq.heappush(self.coming, (time.monotonic() + seconds,
                                         self.numbers, visit))
            self.change.notify()

    def take(self):
        """The next visit, when its time has come; None when all is done. It
        is to be told when the visit is over."""
        with self.change:
            while self.open or self.coming or self.busy:
                now = time.monotonic()
                if self.coming and self.coming[0][0] <= now:
                    self.busy += 1
                    return heapq.heappop(self.coming)[2]
                if self.open and self.next_at <= now:
                    self.busy += 1
                    return self.make_visit()
                due = [self.next_at] if self.open else []
                due += [self.coming[0][0]] if self.coming else []
                self.change.wait(min(due) - now if due else 1)
            self.change.notify_all()
            return None

    def over(self):
        with self.change:
            self.busy -= 1
            self.change.notify()

    def close(self):
        """No new ones come; those that come again do."""
        with self.change:
            self.open = False
            self.change.notify_all()


class Fleet:
    """Threads that make the visits; `heard` is called with each message and
    what became of it."""

    def __init__(self, port, schedule, heard, threads):
        self.port = port
        self.schedule = schedule
        self.heard = heard
        self.faults = []            # what went wrong in ourselves
        self.threads = [threading.Thread(target=self.work, daemon=True)
                        for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def work(self):
        while (visit := self.schedule.take()) is not None:
            try:
                self.make(visit)
            except Exception as error:  # pylint: disable=broad-except
                self.faults.append(repr(error))
            finally:
                self.schedule.over()

    def make(self, visit):
        """One connection. Messages that are left when it ends come in
        another."""
        messages, device = list(visit.messages), None
        while messages:
            message = messages.pop(0)
            message.attempts += 1
            try:
                device = device or Device(self.port, visit.source)
                result = device.send(
                    message, message.octets(self.schedule.paper, True),
                    visit.dice)
                words = device.last
            except HungUp as error:
                result, words = HUNG_UP, str(error)
            self.heard(message, result, words)
            if result in (LATER, UNKNOWN, UNHEARD, HUNG_UP):
                self.again(message, visit)
            if result in (LEFT, UNHEARD, HUNG_UP) or words.startswith("421"):
                break
        if messages:
            self.schedule.come_again(
                Visit(messages, visit.source, visit.dice.random()), 0)
        if device:
            device.quit()

    def again(self, message, visit):
        wait = RETRY_SECONDS[min(message.attempts, len(RETRY_SECONDS)) - 1]
        self.schedule.come_again(
            Visit([message], visit.source, visit.dice.random()), wait)

    def join(self, seconds):
        """Whether all have ended by then."""
        end = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self.threads)


class Idlers:
    """Devices that are connected and silent. The relay may close one with a
    421 when it was silent too long; then it comes anew."""

    def __init__(self, port, count):
        self.port = port
        self.devices = [Device(port, "127.0.2.1") for _ in range(count)]
        self.ended = 0
        self.faults = 0

    def look(self):
        """Now and then: who was closed?"""
        for at, device in enumerate(self.devices):
            device.sock.setblocking(False)
            try:
                heard = device.sock.recv(4096)
            except BlockingIOError:
                continue
            if re.match(rb"421 .*Nothing complete was heard", heard):
                self.ended += 1
            else:
                self.faults += 1
            device.close()
            self.devices[at] = Device(self.port, "127.0.2.1")

    def close(self):
        for device in self.devices:
            device.close()
