# smtpseal-oauth and the daemon beside an authorisation server that others
# wrote: oidc-provider, which is certified for OpenID Connect. Chromium agrees
# on its pages, and the mail server asks it about each token.
. "$(dirname "$0")/lib.sh"
. "$HERE/oauth.sh"
. "$HERE/packages.sh"
need chromium chromedriver curl openssl pgrep
npm_aside oidc-provider 8.8.1 2025-12-01

certificate() { # NAME SUBJECT KEY...
	name=$1 subject=$2; shift 2
	openssl req -x509 -nodes -days 300 -subj "/CN=$subject" \
		-addext "subjectAltName=DNS:$subject" -newkey "$@" \
		-keyout "$T/$name.key" -out "$T/$name.pem" 2>/dev/null
}

certificate app application.test rsa:2048
certificate stranger application.test rsa:2048
# Of the kind of the server's other one, or that is shown instead.
certificate google oauth2.googleapis.com \
	ec -pkeyopt ec_paramgen_curve:P-256
in_modules() { cd "$ASIDE" && exec node "$@"; }
serve oidc in_modules "$HERE/oidc_server.js" "$T/oidc" \
	"$CERTS/good.pem" "$CERTS/good.key" "application=$T/app.pem" \
	"google=$T/google.pem" "google-key=$T/google.key"
PROXY=$(sed -n 's/^proxy //p' "$SERVER/out")

start_provider mail --tls implicit --strict \
	--cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--auth "LOGIN XOAUTH2 OAUTHBEARER" --token-check "
		cd '$ASIDE' && NODE_EXTRA_CA_CERTS='$CERTS/ca.pem' \
		exec node '$HERE/oidc_check.js' '$URL' '$SERVER'"

# client NAME LINE...: an account for this client of the server, for both
# programs; sets INI and STORE.
client() {
	INI=$T/$1.ini STORE=$T/state-$1/default.oauth
	{
		printf '[listen]\naddress = 127.0.0.1:25\n'
		printf '[log]\nlevel = debug\n[state]\ndirectory = state-%s\n' "$1"
		printf '[account]\nhost = localhost\ntls = implicit\n'
		printf 'port = %s\nca_file = %s\n' "$PROVIDER_PORT" "$CERTS/ca.pem"
		printf 'user = scan@example.com\noauth_client_id = %s\n' "$1"
		printf 'oauth_token_url = %s/token\n' "$URL"
		printf 'oauth_ca_file = %s\n' "$CERTS/ca.pem"
		shift
		printf '%s\n' "$@"
	} >"$INI"
}

# sends NAME: the daemon, started for it, sends a message; what the device
# hears is in $T/heard, the log in $T/NAME.log. Its port is chosen now: nobody
# could keep one while somebody logs in.
sends() {
	next_port
	LISTEN_PORT=$PORT
	sed -i "s/^address = .*/address = 127.0.0.1:$PORT/" "$INI"
	start_smtpseal "$INI" "$1"
	mail_by_hand
	stop "$SEAL_PID"
}
arrives() { # NAME
	sends "$1"
	hears "250 2.0.0 queued"
}
is_turned_away() { # NAME
	sends "$1"
	hears "451 4.7.0 localhost refused the login" &&
		has "$T/$1.log" 'detail="535'
}
judged() { tail -n 1 "$SERVER/judged" >"$T/judged"; has "$T/judged" "$1"; }

# asks PATH OPTION...: a request to the server, whose answer goes to $T/answer.
asks() {
	path=$1; shift
	timeout 20 curl -s --cacert "$CERTS/ca.pem" -o "$T/answer" "$@" "$URL$path"
}
held() { sed -n "s/^$1 //p" "$STORE"; } # a field of the store
introspect() { # TOKEN WORDS: the server says this of it
	printf %s "$1" | asks /token/introspection -u mailbox:mailbox-secret \
		--data-urlencode token@- && has "$T/answer" "$2"
}
is_good() { introspect "$1" '"active":true'; }
is_dead() { introspect "$1" '"active":false'; }

# browse STEP...: in a Chromium of its own, which is gone behind it.
browse() {
	timeout 100 python3 "$HERE/browser.py" "$T/browser" "$@" &&
		until_true 10 not pgrep -f "user-data-dir=$T/browser" &&
		rm -r "$T/browser"
}
# agrees WORDS STEP...: after these steps somebody logs in and says yes; a page
# with these words is the last one.
agrees() {
	words=$1; shift
	browse "$@" type 'input[name=login]' scan@example.com \
		type 'input[name=password]' any \
		click 'input[value=login] ~ button' \
		click 'input[value=consent] ~ button' see "$words"
}

# begin_login WORDS: in the background, until it says this.
begin_login() {
	: >"$T/login"
	timeout 60 "$OAUTH" -c "$INI" login default </dev/null \
		>"$T/login" 2>"$T/login.err" &
	LOGIN_PID=$!
	PIDS="$PIDS $!"
	until_has "$T/login" "$1" || cat "$T/login.err"
}
ends() { # CODE: the login does
	wait "$LOGIN_PID"
	got=$?
	cat "$T/login.err" >>"$T/all.err"
	same "$1" "$got" || { cat "$T/login.err"; return 1; }
}
address() { grep '^https:' "$T/login"; }

# ---- by device code ----

client device 'oauth_grant = device' "oauth_device_url = $URL/device/auth" \
	'oauth_scope = mail offline_access'
begin_login "enter "
code=$(sed -n 's/^enter *//p' "$T/login")
ok "device: somebody agrees" agrees "Sign-in Success" \
	go "$(sed -n 's/^Open *//p' "$T/login")" \
	type 'input[name=user_code]' "$code" \
	click 'button[form="op.deviceInputForm"]' see "$code" \
	click 'button[form="op.deviceConfirmForm"][autofocus]'
ok "device: login" ends 0
ok "device: a token" token
ok "device: that the server knows" is_good "$(cat "$T/said")"
ok "device: the message arrives" arrives device
ok "device: by XOAUTH2" has "$T/mail.log" " C AUTH XOAUTH2"
ok "device: the mail server asked" judged '"sub":"scan@example.com"'

# A token that is refused is renewed, unless it is new: then that cannot help.
asks /revoke -d client_id=device -d "token=$(held access_token)"
aged 0
ok "revoked: it is turned away" is_turned_away revoked
ok "revoked: as the mail server was told" judged '{"active":false}'
aged
ok "revoked: it arrives by a new one" arrives renewed
ok "revoked: the old one was refused" has "$T/renewed.log" token-refused

# Every refresh token is good once. Who shows one again ends the login: it may
# have been stolen.
old=$(held refresh_token)
due
ok "rotation: a token" token
new=$(held refresh_token)
ok "rotation: by a new refresh token" not same "$old" "$new"
ok "rotation: the old one is dead" is_dead "$old"
ok "rotation: ours lives" is_good "$new"
due
ok "rotation: and is good for a token" token
ok "rotation: that the server knows" is_good "$(cat "$T/said")"
asks /token -d client_id=device -d grant_type=refresh_token \
	-d "refresh_token=$old"
ok "reuse: is noticed" has "$T/answer" invalid_grant
ok "reuse: our token has ended" is_dead "$(cat "$T/said")"
due
ok "reuse: there is no other" token 77
ok "reuse: what to do is said" complains "run smtpseal-oauth login"

# ---- by code, in a browser ----

printf 'browser secret;&1\n' >"$T/browser-secret"
client browser 'oauth_grant = code' 'oauth_scope = mail offline_access' \
	"oauth_authorize_url = $URL/o/oauth2/v2/auth?prompt=consent" \
	"oauth_client_secret_file = $T/browser-secret" 'auth = oauthbearer'
begin_login "login_hint="
ok "code: somebody agrees" agrees "may be closed" go "$(address)"
ok "code: login" ends 0
ok "code: a token" token
ok "code: which is a JWT" same 2 "$(tr -dc . <"$T/said" | wc -c)"
ok "code: a refresh token" is_good "$(held refresh_token)"
ok "code: the message arrives" arrives browser
ok "code: by OAUTHBEARER" has "$T/mail.log" " C AUTH OAUTHBEARER"
ok "code: the mail server looked at it" judged '"aud":"https://mail.test"'
old=$(held access_token)
due
ok "code: a new token" token
ok "code: it is another" not same "$old" "$(held access_token)"
ok "code: it arrives" arrives browser
begin_login "login_hint="
ok "code: somebody says no" browse go "$(address)" \
	click 'a[href$="/abort"]' at error=access_denied see "may be closed"
ok "code: no login" ends 77
ok "code: said so" has "$T/login.err" access_denied
ok "code: the old one stays" token

sed -i 's/?prompt=consent//' "$INI"
begin_login "login_hint="
ok "no consent: somebody agrees" agrees "may be closed" go "$(address)"
ok "no consent: login" ends 0
ok "no consent: it cannot last, which is told" \
	has "$T/login.err" "prompt=consent"

# ---- at Google's addresses, and logging out ----

INI=$T/gmail.ini STORE=$T/state-gmail/default.oauth
cat >"$INI" <<X
[state]
directory = state-gmail
[account]
provider = gmail
user = scan@example.com
oauth_client_id = gmail
oauth_ca_file = google.pem
X
https_proxy=http://127.0.0.1:$PROXY
export https_proxy
begin_login "login_hint="
ok "Google: somebody agrees" agrees "may be closed" \
	-m "accounts.google.com=${URL##*:}" go "$(address)"
ok "Google: login" ends 0
ok "Google: a token" token
access=$(held access_token) refresh=$(held refresh_token)
ok "Google: the token is known" is_good "$access"
ok "Google: so is the refresh token" is_good "$refresh"
ok "Google: logout" run 0 logout default
ok "Google: nothing was complained of" test ! -s "$T/said.err"
ok "Google: the token is dead" is_dead "$access"
ok "Google: so is the refresh token" is_dead "$refresh"
unset https_proxy

# ---- applications ----

printf 'app secret;&1\n' >"$T/app-secret"
client application 'oauth_grant = client-credentials' 'oauth_scope = mail' \
	"oauth_client_secret_file = $T/app-secret"
ok "secret: a token" token
ok "secret: the message arrives" arrives application
echo 1 >"$SERVER/lifetime"
due
ok "expired: a token for a second" token
rm "$SERVER/lifetime"
ok "expired: it ends" until_true 10 is_dead "$(held access_token)"
due 3600
aged 0
ok "expired: it is turned away" is_turned_away expired
aged
ok "expired: it arrives by a new one" arrives anew
ok "expired: the old one was refused" has "$T/anew.log" token-refused
printf 'wrong\n' >"$T/app-secret"
due
ok "secret: a wrong one" token 75
ok "secret: which is said" complains "secret or certificate is wrong"

client signed 'oauth_grant = client-credentials' 'oauth_scope = mail' \
	"oauth_certificate = $T/app.pem" "oauth_key = $T/app.key"
ok "certificate: a token" token
ok "certificate: the message arrives" arrives signed
ok "certificate: the mail server looked at it" judged '"client_id":"signed"'
sed -i "s/app\.\(pem\|key\)/stranger.\1/" "$INI"
due
ok "certificate: of somebody else" token 75
ok "certificate: which is said" complains "secret or certificate is wrong"

stop "$SERVER_PID"
sed -n 's/^[a-z]*_token //p' "$T"/state-*/default.oauth >"$T/tokens"
ok "tokens are kept" test "$(wc -l <"$T/tokens")" -ge 5
ok "no token was ever told" not grep -F -f "$T/tokens" "$T"/*.err "$T"/*.log
