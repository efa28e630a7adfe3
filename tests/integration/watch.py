"""watch.py - what can be seen of another process from outside: what lies in its
sockets, whether it is held still, what its log says."""
import os
import signal
import time

LOCAL, REMOTE, STATE, QUEUES = 1, 2, 3, 4   # columns of /proc/net/tcp
ESTABLISHED, CLOSE_WAIT = "01", "08"
TO_SEND, TO_READ = 0, 1


def until(true, *arguments):
    while not true(*arguments):
        time.sleep(0.005)


def ends(side, port):
    """The rows of connections that have this port at this side."""
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return [row for row in rows if row[side].endswith(f":{port:04X}")]


def waits(side, port, queue):
    """Are there octets to be sent or to be read on such an open connection?"""
    return any(row[STATE] in (ESTABLISHED, CLOSE_WAIT) and
               int(row[QUEUES].split(":")[queue], 16) > 0
               for row in ends(side, port))


def is_read(port):
    """Has who listens there read all that was sent to it?"""
    return (not waits(REMOTE, port, TO_SEND) and
            not waits(LOCAL, port, TO_READ))


def count(log, words):
    with open(log, encoding="latin-1") as lines:
        return sum(words in line for line in lines)


def says(log, words, times=1):
    return count(log, words) >= times


def is_stopped(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"


def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    until(is_stopped, pid)


def go_on(pid):
    os.kill(pid, signal.SIGCONT)
