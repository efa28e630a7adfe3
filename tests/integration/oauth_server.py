"""oauth_server.py CERT KEY FOLDER [OPTION=VALUE...]: an authorisation server.

It listens with TLS on 127.0.0.1, prints "port NNNN", and knows the device
grant (RFC 8628), the code grant with PKCE (RFC 7636), refreshing with
rotation, client credentials and revocation (RFC 7009). FOLDER/requests gets a
line for each request. Each line of FOLDER/orders is done to one request to
/token or /device, instead of or behind what it asked for, and then gone.

Options: expires=SECONDS of an access token; agree=N polls until the user
agrees; strict=1: a refresh token is good once; secret=TEXT of the client;
pubkey=FILE: what clients sign (RFC 7523) is checked against it by openssl;
proxy=1: prints "proxy NNNN" as well, a proxy that leads every CONNECT here.
"""
import base64
import email.utils
import hashlib
import http.server
import json
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

certificate, key, folder = sys.argv[1:4]
options = dict(word.split("=", 1) for word in sys.argv[4:])
expires = int(options.get("expires", 3600))
lock = threading.Lock()
state = {"count": 0, "polls": 0, "codes": {}}
SLEEPY = ("slow", "silent")  # orders that others need not wait for
LONG = "x" * 3000  # tokens are as long as they are in life


def order():
    """The next order, if there is one."""
    try:
        with open(folder + "/orders") as file:
            lines = file.read().split("\n")
    except FileNotFoundError:
        return ""
    with open(folder + "/orders", "w") as file:
        file.write("\n".join(lines[1:]))
    return lines[0]


def tokens(form):
    state["count"] += 1
    answer = {
        "access_token": "at-%d-%s" % (state["count"], LONG),
        "token_type": "Bearer",
        "expires_in": expires,
        "scope": form.get("scope", "mail offline"),
    }
    if form["grant_type"] != "client_credentials":
        answer["refresh_token"] = "rt-%d-%s" % (state["count"], LONG)
    if "refresh_expires" in options:
        answer["refresh_token_expires_in"] = int(options["refresh_expires"])
    return 200, answer


def refuse(error, status=400, words="no luck"):
    return status, {"error": error, "error_description": words}


def is_challenge_met(code, form):
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return (base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            == code["challenge"]
            and form.get("redirect_uri") == code["redirect_uri"])


def unpack(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def claims(assertion):
    """What a JWT with RS256 says, if it is signed and of now."""
    head, body, signature = assertion.split(".")
    with open(folder + "/signature", "wb") as file:
        file.write(unpack(signature))
    subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", options["pubkey"],
         "-signature", folder + "/signature"],
        input=(head + "." + body).encode(), check=True,
        stdout=subprocess.DEVNULL)
    said = json.loads(unpack(body))
    said["header"] = json.loads(unpack(head))
    now = time.time()
    assert said["header"]["alg"] == "RS256"
    assert said["aud"].endswith("/token")
    assert now - 60 < said["iat"] <= now + 1
    assert now < said["exp"] <= now + 3601
    with open(folder + "/claims", "w") as file:
        json.dump(said, file)
    return said


def proven(form):
    """By a signature of the application (RFC 7523 2.2)?"""
    try:
        said = claims(form["client_assertion"])
        return (form["client_assertion_type"] ==
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                and said["iss"] == said["sub"] == "app" and said["jti"]
                and said["nbf"] <= time.time() + 1)
    except (KeyError, ValueError, AssertionError,
            subprocess.CalledProcessError):
        return False


def service(form):
    """A service account (RFC 7523 2.1)."""
    try:
        said = claims(form["assertion"])
    except (KeyError, ValueError, AssertionError,
            subprocess.CalledProcessError):
        return refuse("invalid_grant")
    if said["iss"] != "app" or "client_id" in form or \
            said["scope"] != "mail offline":
        return refuse("invalid_client", 401)
    return tokens({"grant_type": "client_credentials"})


def token(form):
    grant = form.get("grant_type", "")
    if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
        return service(form)
    if "pubkey" in options:
        return tokens(form) if proven(form) else refuse("invalid_client", 401)
    if form.get("client_id") != "app" or \
            form.get("client_secret", "") != options.get("secret", ""):
        return refuse("invalid_client", 401)
    if grant == "refresh_token":
        number = form["refresh_token"].split("-")[1]
        if "strict" in options and number != str(state["count"]):
            return refuse("invalid_grant")
        return tokens(form)
    if grant == "client_credentials":
        return tokens(form)
    if grant == "authorization_code":
        code = state["codes"].pop(form.get("code", ""), None)
        if not code or not is_challenge_met(code, form):
            return refuse("invalid_grant")
        return tokens(form)
    if grant.endswith(":device_code"):
        state["polls"] += 1
        if form.get("device_code") != "dc-" + LONG:
            return refuse("invalid_grant")
        if state["polls"] <= int(options.get("agree", 0)):
            return refuse("authorization_pending")
        return tokens(form)
    return refuse("unsupported_grant_type")


def device(form):
    return 200, {
        "device_code": "dc-" + LONG, "user_code": "ABCD-EFGH",
        "verification_uri": "https://provider.test/device",
        "verification_uri_complete": "https://provider.test/device?c=1",
        "expires_in": int(options.get("code_ends", 60)), "interval": 1,
    }


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body, **headers):
        self.send_response(status)
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def note(self, form):
        with open(folder + "/requests", "a") as file:
            file.write("%s %s %s\n" % (
                time.time(), self.path.split("?")[0],
                json.dumps(form, sort_keys=True)))

    def obey(self, what, form, act):
        """True when the order left nothing more to say."""
        word, _, rest = what.partition(":")
        if word == "status":
            number, _, wait = rest.partition(":")
            self.answer(int(number), b"<html>no</html>",
                        **({"Retry_After": wait} if wait else {}))
        elif word == "error":
            self.answer(*refuse(rest))
        elif word == "because":
            self.answer(*refuse("invalid_grant", 400, rest))
        elif word == "clock":  # it is so many seconds later here
            self.date_time_string = lambda: email.utils.formatdate(
                time.time() + int(rest), usegmt=True)
            self.answer(*refuse("invalid_grant"))
        elif word == "say":
            self.answer(200, rest.encode())
        elif word == "words":
            self.answer(*refuse("invalid_scope", 400, "a\nb\x1b[1m"))
        elif word == "redirect":
            self.answer(302, b"", Location="https://127.0.0.1:1/")
        elif word == "flood":
            self.answer(200, b" " * 1000000)
        elif word == "close":
            self.close_connection = True
        elif word == "half":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"access_token": "half')
            self.close_connection = True
        elif word == "commit":  # done, but nobody hears it
            act(form)
            self.close_connection = True
        elif word == "slow":
            time.sleep(float(rest))
            return False
        elif word == "silent":  # what was asked for is not done, either
            time.sleep(float(rest))
            self.close_connection = True
        else:
            return False
        return True

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = dict(urllib.parse.parse_qsl(body.decode()))
        act = {"/token": token, "/device": device}.get(self.path)
        with lock:
            self.note(form)
            what = order() if act else ""
            if what.startswith(SLEEPY):
                pass
            elif act and self.obey(what, form, act):
                return
        if what.startswith(SLEEPY) and self.obey(what, form, act):
            return
        with lock:
            if act:
                self.answer(*act(form))
            else:
                self.answer(200 if self.path == "/revoke" else 404, {})

    def do_GET(self):
        """/authorize: the user agrees at once."""
        form = dict(urllib.parse.parse_qsl(
            urllib.parse.urlsplit(self.path).query))
        with lock:
            self.note(form)
            code = "co-%d" % (len(state["codes"]) + 1)
            state["codes"][code] = {
                "challenge": form.get("code_challenge", ""),
                "redirect_uri": form.get("redirect_uri", "")}
        self.answer(302, b"", Location=form["redirect_uri"] + "?" +
                    urllib.parse.urlencode(
                        {"state": form["state"], "code": code}))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, address):
        pass  # a client that was killed


class Proxy(socketserver.StreamRequestHandler):
    """CONNECT, to this server whatever the name."""

    def handle(self):
        line = self.rfile.readline().decode()
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        with open(folder + "/proxied", "a") as file:
            file.write(line)
        with socket.create_connection(server.server_address) as other:
            self.wfile.write(b"HTTP/1.1 200 Go\r\n\r\n")
            back = threading.Thread(
                target=self.pump, args=(other, self.connection))
            back.start()
            self.pump(self.connection, other)
            back.join()

    @staticmethod
    def pump(source, target):
        try:
            while octets := source.recv(65536):
                target.sendall(octets)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # whoever it was, is gone


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server = Server(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(
    server.socket, server_side=True, do_handshake_on_connect=False)
if "proxy" in options:
    proxy = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy)
    proxy.daemon_threads = True
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    print("proxy", proxy.server_address[1], flush=True)
print("port", server.server_address[1], flush=True)
server.serve_forever()
