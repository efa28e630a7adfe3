"""browser.py FOLDER [-m HOST=PORT] STEP...: Chromium does as somebody would.

Steps, each done as soon as it can be:

    go URL           opens it
    type CSS TEXT    replaces what stands in the field that CSS finds
    click CSS        clicks on what CSS finds
    see TEXT         the page shows this text
    at TEXT          the page's address holds this text

The browser is driven by chromedriver (W3C WebDriver), has an empty profile in
FOLDER, reaches nothing but loopback, and takes any certificate. With -m HOST
is this machine's PORT. Browser and driver end with this program. A step that
cannot be done in time: the page is shown, and the exit status is 1.
"""
import errno
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

PATIENCE_S = 20
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # as W3C names one
NOT_YET = ("no such element", "stale element reference",
           "element not interactable", "element click intercepted")


class Refused(Exception):
    """A command that the driver did not do: the error's name, and words."""


def keep(family, host, port):
    """A socket that keeps the port from all but those who listen there with
    SO_REUSEADDR, as the driver does."""
    keeper = socket.socket(family)
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind((host, port))
    return keeper


def free_port():
    """A port, and the sockets that keep it. The driver listens at 127.0.0.1
    and at ::1; by itself it would take any that is free at one of them, and
    end if the other is taken."""
    keepers = []
    while True:
        keepers.append(keep(socket.AF_INET, "127.0.0.1", 0))
        port = keepers[-1].getsockname()[1]
        try:
            keepers.append(keep(socket.AF_INET6, "::1", port))
        except OSError as why:
            if why.errno == errno.EADDRINUSE:
                continue
        return port, keepers  # maybe without IPv6


class Browser:
    def __init__(self, folder, hosts):
        os.makedirs(folder, exist_ok=True)
        self.session = "/session"
        self.port, self.keepers = free_port()
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}",
             f"--log-path={folder}/driver.log"],
            stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, HOME=folder))
        try:
            self.await_driver()
            answer = self.ask("POST", "", {"capabilities": {"alwaysMatch": {
                "acceptInsecureCerts": True,
                "goog:chromeOptions": self.options(folder, hosts)}}})
            self.session += "/" + answer["sessionId"]
        except BaseException:
            self.end()
            raise

    def await_driver(self):
        said = ""
        for line in self.driver.stdout:
            said += line
            if "started successfully" in line:
                return
        raise Refused("the driver ended", said)

    @staticmethod
    def options(folder, hosts):
        rules = [f"MAP {host}:443 127.0.0.1:{port}" for host, port in hosts]
        rules += ["MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1"]
        return {"binary": shutil.which("chromium"), "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
            "--disable-background-networking", "--disable-component-update",
            "--no-proxy-server", f"--user-data-dir={folder}/profile",
            "--host-resolver-rules=" + ",".join(rules)]}

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60)
        connection.request(
            method, self.session + path,
            json.dumps(body or {}) if method == "POST" else None,
            {"Content-Type": "application/json"})
        answer = json.load(connection.getresponse())["value"]
        connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise Refused(answer["error"], answer["message"])
        return answer

    def find(self, css):
        found = self.ask("POST", "/element",
                         {"using": "css selector", "value": css})
        return "/element/" + found[ELEMENT]

    def go(self, url):
        self.ask("POST", "/url", {"url": url})
        return True

    def type(self, css, text):
        field = self.find(css)
        self.ask("POST", field + "/clear")
        self.ask("POST", field + "/value", {"text": text})
        return True

    def click(self, css):
        field = self.find(css)
        self.ask("POST", field + "/click")
        return True

    def see(self, text):
        return text in self.ask("GET", self.find("body") + "/text")

    def at(self, text):
        return text in self.ask("GET", "/url")

    def end(self):
        """Whatever state it is in: the driver takes the browser with it."""
        try:
            self.ask("DELETE", "")
        except (Refused, OSError, AttributeError):
            pass
        self.driver.terminate()
        self.driver.wait()


def done(step, *words):
    try:
        return step(*words)
    except Refused as why:
        if why.args[0] not in NOT_YET:
            raise
        return False


def run(browser, steps):
    while steps:
        name = steps.pop(0)
        count = 2 if name == "type" else 1
        words, steps[:count] = steps[:count], []
        end = time.monotonic() + PATIENCE_S
        while not done(getattr(browser, name), *words):
            if time.monotonic() > end:
                print(f"never: {name} {words}")
                print(browser.ask("GET", "/url"))
                print(browser.ask("GET", "/source")[:3000])
                return 1
            time.sleep(0.05)
    return 0


def main(folder, *steps):
    steps, hosts = list(steps), []
    if steps[0] == "-m":
        hosts.append(steps[1].split("="))
        del steps[:2]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    browser = Browser(folder, hosts)
    try:
        return run(browser, steps)
    finally:
        browser.end()


sys.exit(main(*sys.argv[1:]))
