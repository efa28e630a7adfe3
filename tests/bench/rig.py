"""rig - what all benchmarks start and look at: the provider, a relay, /proc.

Everything listens on loopback and lives in a folder of its own. BUILD names
the folder of the programs.
"""

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("BUILD") or os.path.join(TOP, "build"))
USER, PASSWORD = "scanner@example.com", "correct horse"
TICKS = os.sysconf("SC_CLK_TCK")


class DidNotRun(Exception):
    """Something could not be measured at all."""


# ---- processes ----

def end(process):
    """SIGTERM and a moment; then SIGKILL."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port():
    """One below those that the system gives to clients: it stays free for a
    server that is started again."""
    while True:
        port = random.randrange(10000, 30000)
        with socket.socket() as sock:
            try:
                sock.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass  # taken


def await_port(process, port, log):
    """Until it listens; shows its log if it does not."""
    give_up = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.01)
    with open(log, errors="replace") as text:
        sys.stderr.write(text.read()[-2000:])
    raise DidNotRun(f"nothing listens: {process.args[0]}")


def cpu_seconds(pid):
    """User and system time of all its threads and ended children."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def kilobytes(path, name):
    """A size of /proc, in kB of 1024."""
    with open(path) as lines:
        for line in lines:
            if line.startswith(name + ":"):
                return int(line.split()[1])
    raise DidNotRun(f"no {name} in {path}")


def pss_kb(pid):
    return kilobytes(f"/proc/{pid}/smaps_rollup", "Pss")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


# ---- what is started ----

def make_certs(work):
    subprocess.run(["sh", os.path.join(TOP, "tests/provider/certs.sh"),
                    os.path.join(work, "certs")], check=True)


class Provider:
    """tests/provider, which takes everything and keeps nothing; `options` may
    say otherwise, the last one counts.

    It resumes TLS sessions in TLS 1.2 only. Real ones resume in 1.3 too, and
    for stunnel, with its handshake for each client, that halves the cost.
    """

    def __init__(self, work, *options):
        certs = os.path.join(work, "certs")
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "provider"), "--discard",
             "--tls", "starttls", "--max-tls", "1.2",
             "--cert", f"{certs}/good.pem", "--key", f"{certs}/good.key",
             "--user", USER, "--password", PASSWORD,
             "--auth", "PLAIN LOGIN", "--connections", "4096", *options],
            stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        if len(words) != 2:
            raise DidNotRun("the provider")
        self.port = int(words[1])

    def close(self):
        """Gives how many messages it took."""
        end(self.process)
        last = self.process.stdout.read().split()
        return int(dict(word.split("=") for word in last)["messages"])


SEAL_INI = """\
[listen]
address = 127.0.0.1:{port}
[limits]
connections = 4000
connections_per_client = 4000
{limits}
[account]
host = localhost
port = {provider}
user = {user}
password = {password}
ca_file = {certs}/ca.pem
connections = {connections}
{account}
"""


class Server:
    """A relay of some kind: a program and its configuration, in which
    {names} are filled in. Its log is relay.log."""
    kind = "smtpseal"

    def __init__(self, work, provider, command, conf, **values):
        self.port = free_port()
        self.log = os.path.join(work, "relay.log")
        path = os.path.join(work, "relay.conf")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                          0o600), "w") as file:
            file.write(conf.format(
                port=self.port, provider=provider.port, user=USER,
                password=PASSWORD, certs=os.path.join(work, "certs"),
                **values))
        with open(self.log, "w") as file:
            self.process = subprocess.Popen(
                [word.format(conf=path) for word in command], stderr=file,
                stdout=file)
        self.pid = self.process.pid
        await_port(self.process, self.port, self.log)

    def close(self):
        """Gives its exit status."""
        end(self.process)
        return self.process.returncode


def smtpseal(work, provider, connections, limits="", account=""):
    """smtpseal with the usual configuration; `limits` and `account` are more
    lines of those sections."""
    command = [os.path.join(BUILD, "smtpseal"), "-c", "{conf}", "run"]
    return Server(work, provider, command, SEAL_INI, connections=connections,
                  limits=limits, account=account)


# ---- the load ----

class Load:
    """Runs bench-load, and remembers every failure and every message."""

    def __init__(self):
        self.failures = []
        self.messages = 0

    def note(self, result, what, words):
        self.messages += int(result["messages"])
        if int(result["failures"]):
            kinds = " ".join(f"{key}={value}" for key, value
                             in result.items() if key.startswith("failed_"))
            self.failures.append(f"{what}: {kinds}; {words.strip()}")

    def run(self, relay, what, **options):
        """The line of bench-load, its values as numbers."""
        command = [os.path.join(BUILD, "bench-load"), "--port",
                   str(relay.port)]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        done = subprocess.run(command, capture_output=True, text=True,
                              timeout=100, check=False)
        result = self.read(done.stdout, what)
        self.note(result, f"{relay.kind}, {what}", done.stderr)
        if result["messages"] == 0:
            raise DidNotRun(f"{relay.kind}, {what}: {done.stderr}")
        return result

    def read(self, line, what):
        if "=" not in line:
            raise DidNotRun(f"bench-load, {what}")
        return {key: float(value) for key, value
                in (word.split("=") for word in line.split())}

    def hold(self, relay, how, clients, size):
        """The PSS while so many devices are held, per device, in kB."""
        before = pss_kb(relay.pid)
        process = subprocess.Popen(
            [os.path.join(BUILD, "bench-load"), "--port", str(relay.port),
             "--hold", how, "--clients", str(clients), "--size", str(size),
             "--limit", "20"], stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        held = self.read(process.stdout.readline(), how)["held"]
        during = pss_kb(relay.pid)
        out, words = process.communicate(timeout=60)
        self.note(self.read(out, how), f"{relay.kind}, {how}", words)
        if held == 0:
            raise DidNotRun(f"{relay.kind}, {how}: {words}")
        return (during - before) / held


# ---- a benchmark as a program ----

def run(name, measure):
    """Calls it with a folder to work in; gives the exit status: what it gives,
    or 1 when something did not run at all."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8192)),
                                                hard))
    work = tempfile.mkdtemp(prefix="smtpseal-bench.")
    try:
        return measure(work) or 0
    except (DidNotRun, OSError, subprocess.SubprocessError) as error:
        print(f"{name}: did not run: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(work)
