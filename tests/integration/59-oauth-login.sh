# smtpseal-oauth login by a browser: a code with PKCE, brought by a redirect to
# loopback or pasted; the presets' addresses through a proxy; and logging out.
. "$(dirname "$0")/lib.sh"
. "$HERE/oauth.sh"
need curl ss ip openssl

# begin_login: runs it with a standard input that stays open (fd 9), and waits
# for the address to be opened; sets ADDRESS and LOGIN_PID.
begin_login() {
	rm -f "$T/paste"
	mkfifo "$T/paste"
	: >"$T/said"
	timeout 60 "$OAUTH" -c "$INI" login default \
		<"$T/paste" >"$T/said" 2>"$T/said.err" &
	LOGIN_PID=$!
	PIDS="$PIDS $!"
	exec 9<>"$T/paste" # not a broken pipe when nobody reads
	until_has "$T/said" "paste the address" || cat "$T/said.err"
	ADDRESS=$(grep '^https:' "$T/said")
}
ends() { # CODE: the login does
	wait "$LOGIN_PID"
	got=$?
	exec 9>&-
	cat "$T/said.err" >>"$T/all.err"
	same "$1" "$got" || { cat "$T/said.err"; return 1; }
}
# browse OPTION...: as a browser does; where it ends is shown.
browse() {
	timeout 20 curl -s --cacert "$CERTS/ca.pem" -o "$T/page" \
		-w '%{http_code} %{url_effective} %{redirect_url}\n' "$@"
}

server code
account code 'oauth_grant = code' "oauth_authorize_url = $URL/authorize"

begin_login
ok "the user is hinted at" has "$T/said" "login_hint=scan%40example.com"
ok "PKCE by S256" has "$T/said" "code_challenge_method=S256"
ok "nothing of Google's" hasnt "$T/said" access_type
port=$(echo "$ADDRESS" | sed -n 's/.*localhost%3A\([0-9]*\).*/\1/p')
ok "it listens on loopback only" same "" \
	"$(ss -Hltn "sport = :$port" | grep -v -e 127.0.0.1: -e '\[::1\]:')"
ok "somebody else's answer is turned away" same 404 \
	"$(browse "http://127.0.0.1:$port/?code=co-1&state=guess" | cut -c1-3)"
ok "so is anything" same 404 \
	"$(browse "http://localhost:$port/favicon.ico" | cut -c1-3)"
browse -L "$ADDRESS" >"$T/went"
ok "the browser is told" has "$T/page" "may be closed"
ok "login" ends 0
ok "a token" token
ok "the server's first" is_nth 1
ok "the refresh token" holds_nth 1

begin_login
pasted=$(browse "$ADDRESS" | sed 's/.* //')
echo "http://localhost/?code=co-1&state=wrong" >&9
until_has "$T/said.err" "not the address" >/dev/null
ok "pasted: a wrong one is told" has "$T/said.err" "not the address"
echo "$pasted" >&9
ok "pasted: login" ends 0
ok "pasted: a token" token
ok "pasted: the server's second" is_nth 2

begin_login
state=$(echo "$ADDRESS" | sed 's/.*[?&]state=\([^&]*\).*/\1/')
echo "?error=access_denied&state=$state&error_description=no%20way%1b" >&9
ok "refused in the browser" ends 77
ok "refused: said so" has "$T/said.err" "access_denied"
ok "refused: the old login stays" holds_nth 2

begin_login
echo "?code=stolen&state=$(echo "$ADDRESS" |
	sed 's/.*[?&]state=\([^&]*\).*/\1/')" >&9
ok "a code the server does not know" ends 77
ok "logout where nothing can be revoked" run 0 logout default
ok "no revocation was asked for" hasnt "$SERVER/requests" /revoke
stop "$SERVER_PID"

# ---- Google's preset, by way of a proxy ----

openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=google.test \
	-addext "subjectAltName=DNS:oauth2.googleapis.com,DNS:accounts.google.com" \
	-keyout "$T/google.key" -out "$T/google.pem" 2>/dev/null
SERVER_CERT=$T/google.pem SERVER_KEY=$T/google.key
server google strict=1 proxy=1 refresh_expires=604799
until_has "$SERVER/out" proxy
https_proxy=http://127.0.0.1:$(sed -n 's/^proxy //p' "$SERVER/out")
export https_proxy
INI=$T/google.ini STORE=$T/state-google/default.oauth
cat >"$INI" <<X
[state]
directory = state-google
[account]
provider = gmail
user = scan@example.com
oauth_client_id = app
oauth_ca_file = google.pem
X
begin_login
ok "Google: a refresh token is asked for" has "$T/said" \
	"&access_type=offline&prompt=consent"
ok "Google: its scope" has "$T/said" "scope=https%3A%2F%2Fmail.google.com%2F"
timeout 20 curl -s --cacert "$T/google.pem" -o "$T/page" \
	-w '%{redirect_url}\n' "$ADDRESS" >&9
ok "Google: login" ends 0
ok "Google: by the proxy" has "$SERVER/proxied" \
	"CONNECT oauth2.googleapis.com:443"
ok "Google: a token" token
ok "Google: status" run 0 status
ok "Google: the seven days are told" has "$T/said" 'Testing'
ok "Google: logout" run 0 logout default
ok "Google: revoked" has "$SERVER/requests" /revoke
ok "Google: the refresh token" grep -q '/revoke.*rt-1-' "$SERVER/requests"
ok "Google: the store is gone" test ! -e "$STORE"
ok "nothing of a token was ever complained of" hasnt "$T/all.err" xxxx

# ---- where others listen at ::1 ----

unshare -n true 2>/dev/null ||
	skip "a machine with eight ports needs a network namespace, and so root"
[ -e /proc/net/if_inet6 ] || skip "no IPv6 here"
account eight 'oauth_grant = code' "oauth_authorize_url = $URL/authorize"
# Six of the eight ports are somebody's at ::1: the code must not go there.
unshare -n sh -c 'ip link set lo up &&
	echo 40000 40007 >/proc/sys/net/ipv4/ip_local_port_range &&
	exec python3 - "$@"' - "$OAUTH" "$INI" >"$T/ports" <<'PY'
import re, socket, subprocess, sys
others = [socket.create_server(("::1", port), family=socket.AF_INET6)
          for port in (40000, 40001, 40003, 40004, 40006, 40007)]
for _ in range(5):
    login = subprocess.Popen(
        [sys.argv[1], "-c", sys.argv[2], "login", "default"], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    address = next(line for line in login.stdout if line[:6] == "https:")
    print(re.search(r"localhost%3A(\d+)", address).group(1))
    login.terminate()
    login.wait()
PY
ok "a port that is free at both" same 5 \
	"$(grep -c -e '^40002$' -e '^40005$' "$T/ports")"
