"""tls_device.py PORT MODE VERSION CIPHERS [CA] <MESSAGE - a device with TLS.

MODE is starttls or implicit; VERSION the only one it knows (1.0, 1.1, 1.2) or
any; CIPHERS as OpenSSL writes them. With CA it checks our certificate, else
it does not care, as most printers. `proxy` behind MODE, as in implicit+proxy,
says a balancer's header first. It prints what was agreed on, and the name of
the certificate.
"""
import smtplib
import socket
import ssl
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
port, mode, version, ciphers = sys.argv[1:5]
mode, _, proxy = mode.partition("+")
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
if len(sys.argv) > 5:
    context.load_verify_locations(sys.argv[5])
else:
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
context.set_ciphers(ciphers + ":@SECLEVEL=0")
if version == "any":
    context.minimum_version = ssl.TLSVersion.TLSv1
else:
    number = getattr(ssl.TLSVersion, "TLSv" + version.replace(".", "_").replace("1_0", "1"))
    context.minimum_version = number
    context.maximum_version = number


class Device(smtplib.SMTP):
    """Says the header, and begins TLS where it must."""

    def _get_socket(self, host, port, timeout):
        sock = socket.create_connection((host, port), timeout)
        if proxy:
            sock.sendall(b"PROXY TCP4 192.0.2.77 192.0.2.1 4000 25\r\n")
        if mode == "implicit":
            sock = context.wrap_socket(sock, server_hostname="localhost")
        return sock


device = Device("localhost", int(port), timeout=60, local_hostname="copier")
# Python asks whether it is localhost's certificate.
device._host = "localhost"
if mode == "starttls":
    device.starttls(context=context)
print(device.sock.version(), device.sock.cipher()[0])
if len(sys.argv) > 5:
    print(device.sock.getpeercert()["subject"])
device.sendmail("printer@device", ["boss@example.com"], sys.stdin.buffer.read())
device.quit()
