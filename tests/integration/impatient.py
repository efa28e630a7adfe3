"""impatient.py PORT PROVIDER_PORT RELAY FOLDER HOW [OCTETS]: a device that sends
a message by the relay and leaves HOW; 57-impatient.sh says which ways there are.

RELAY is the process that listens at PORT. FOLDER holds the logs of both; a file
p.log.said appears behind the dot, and p.log.go is waited for by some."""
import os
import socket
import ssl
import struct
import sys
import threading
from watch import (
    LOCAL, REMOTE, STATE, TO_READ, count, ends, go_on, is_read, stop, until,
    waits)

LAST_ACK = "09"
UNHEARD = ("deaf", "hurried", "mute", "gone", "tired", "slowly", "again")
LATE = ("mute", "gone", "tired", "slowly", "again")
CROSSING = ("crossing", "parting")

port, provider_port, relay = map(int, sys.argv[1:4])
folder, how = sys.argv[4:6]
size = int(sys.argv[6]) if len(sys.argv) > 6 else 20
content = (b"Subject: alarm\r\n\r\n" + b"on battery\r\n" * (size // 12 + 1) +
           b".\r\n")
envelope = ("MAIL FROM:<ups@x.example>", "RCPT TO:<boss@x.example>", "DATA")
envelope_octets = "".join(line + "\r\n" for line in envelope).encode()


def taken():
    return count(f"{folder}/p.log", " N message ")


def sent():
    return count(f"{folder}/seal.log", "result=sent")


def is_leaving():
    return any(row[STATE] == LAST_ACK for row in ends(LOCAL, port))


def talk_deaf():
    """Its window is shut by replies when the 250 is said."""
    before = sent()
    device = socket.socket()
    device.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    device.connect(("127.0.0.1", port))
    device.sendall(b"EHLO ups\r\n" * 40)
    device.sendall(envelope_octets + content)
    if how == "again":
        device.sendall(envelope_octets)
    until(lambda: sent() > before)
    if how in LATE:
        until(os.path.exists, f"{folder}/p.log.go")
    if how == "tired":
        device.sendall(b"QUIT\r\n")
    elif how == "slowly":
        device.sendall(b"QUIT")
        until(is_read, port)
        device.sendall(b"\r\n")
    elif how == "again":
        device.sendall(content)
        until(lambda: sent() > before + 1)
    elif how == "hurried":
        device.shutdown(socket.SHUT_WR)
        closer = threading.Thread(target=close_behind_content, args=(device,))
        closer.start()
        talk("polite")
        closer.join()
    elif how != "gone":
        device.shutdown(socket.SHUT_WR)
        until(is_leaving)
    device.close()


def close_behind_content(device):
    """When the relay has the content of the next one."""
    until(os.path.exists, f"{folder}/p.log.said")
    until(is_read, port)
    device.close()


def connect(how):
    device = socket.create_connection(("127.0.0.1", port), 30)
    if how == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        device = context.wrap_socket(device)
    return device, device.makefile("rb")


def talk(how):
    before = taken()
    device, answers = connect(how)
    answers.readline()
    for line in ("HELO ups", *envelope):
        device.sendall(line.encode() + b"\r\n")
        answers.readline()
    device.sendall(content)
    open(f"{folder}/p.log.said", "w").close()
    if how in CROSSING:
        until(lambda: taken() > before)
        stop(relay)
        until(waits, REMOTE, provider_port, TO_READ)
    if how in ("quitting", "parting"):
        device.sendall(b"QUIT\r\n")
    if how == "half":
        device.shutdown(socket.SHUT_WR)
    if how == "reset":
        device.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    if how in ("polite", "half", "silent", "tls"):
        print(answers.readline().decode().strip())
    if how == "polite":
        device.sendall(b"QUIT\r\n")
        answers.readline()
    answers.close()
    device.close()
    if how in CROSSING:
        go_on(relay)


if how in UNHEARD:
    talk_deaf()
else:
    talk(how)
