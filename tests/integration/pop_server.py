"""pop_server.py CERT KEY LOG [OPTION=VALUE...]: a POP3 server behind TLS.

It listens on 127.0.0.1 and, where there is one, on ::1, with one port, prints
"port NNNN", and knows USER, PASS and QUIT for scan@example.com with "pass
word;#1". Who is logged in has the mailbox for himself: others hear [IN-USE].
LOG gets "N from ADDRESS", "N C heard", "N S said" and "N ended" of the Nth
connection.

Options: connect, handshake, greeting, user, pass, quit = what is done there
instead: "close", "stall" (until it is closed), or an answer, with Python
escapes; hold=FILE: no login is taken before there is that file.
"""
import os
import signal
import socket
import ssl
import sys
import threading
import time

certificate, key, log_path = sys.argv[1:4]
options = dict(word.split("=", 1) for word in sys.argv[4:])
hold = options.get("hold", "/")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
log = open(log_path, "a", buffering=1, encoding="latin-1")
lock = threading.Lock()
state = {"count": 0, "owner": None}


class Over(Exception):
    """This connection has ended."""


class Session:
    def __init__(self, number, sock):
        self.number = number
        self.sock = sock
        self.user = None
        self.heard = b""

    def note(self, words):
        log.write("%d %s\n" % (self.number, words))

    def say(self, stage, words):
        action = options.get(stage, words + "\\r\\n")
        if action == "close":
            raise Over
        if action == "stall":
            while self.sock.recv(1000):
                pass
            raise Over
        raw = action.encode("latin-1").decode("unicode_escape")
        self.note("S " + raw.rstrip("\r\n"))
        self.sock.sendall(raw.encode("latin-1"))

    def line(self):
        while b"\n" not in self.heard:
            octets = self.sock.recv(1000)
            if not octets:
                raise Over
            self.heard += octets
        line, self.heard = self.heard.split(b"\n", 1)
        line = line.decode("latin-1").rstrip("\r")
        self.note("C " + line)
        return line.split(" ", 1) + [""]

    def user_said(self, name):
        self.user = name
        self.say("user", "+OK")

    def pass_said(self, word):
        answer = "+OK 0 messages"
        with lock:
            if (self.user, word) != ("scan@example.com", "pass word;#1"):
                answer = "-ERR [AUTH] Authentication failed."
            elif state["owner"] not in (None, self):
                answer = "-ERR [IN-USE] somebody has it open"
            else:
                state["owner"] = self
        while state["owner"] is self and not os.path.exists(hold):
            time.sleep(0.01)
        self.say("pass", answer)

    def quit_said(self, _):
        self.leave()
        self.say("quit", "+OK bye")
        raise Over

    def leave(self):
        with lock:
            if state["owner"] is self:
                state["owner"] = None

    def run(self, address):
        self.note("from " + address)
        verbs = {"USER": self.user_said, "PASS": self.pass_said,
                 "QUIT": self.quit_said}
        try:
            if options.get("connect") == "close":
                raise Over
            if options.get("handshake") == "close":
                self.sock.recv(1000)
                raise Over
            self.sock = context.wrap_socket(self.sock, server_side=True)
            self.say("greeting", "+OK ready <1@provider.test>")
            while True:
                verb, word = self.line()[:2]
                verbs.get(verb, lambda _: self.say("", "-ERR what?"))(word)
        except (Over, OSError) as error:
            if not isinstance(error, Over):
                self.note("failed: %s" % error)
        self.leave()
        self.note("ended")
        self.sock.close()


def serve(listener):
    while True:
        sock, address = listener.accept()
        with lock:
            state["count"] += 1
            session = Session(state["count"], sock)
        threading.Thread(target=session.run, args=address[:1],
                         daemon=True).start()


def listen():
    """One port, in both families where there are two."""
    while True:
        four = socket.create_server(("127.0.0.1", 0))
        port = four.getsockname()[1]
        try:
            return port, [four, socket.create_server(
                ("::1", port), family=socket.AF_INET6)]
        except OSError:
            try:
                socket.create_server(("::1", 0), family=socket.AF_INET6)
            except OSError:
                return port, [four]  # there is no IPv6
        four.close()


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
port, listeners = listen()
for each in listeners:
    threading.Thread(target=serve, args=(each,), daemon=True).start()
print("port %d" % port, flush=True)
threading.Event().wait(600)
