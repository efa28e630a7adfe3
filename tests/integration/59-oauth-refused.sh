# A mail server refuses a token that should be valid: a new one is got, once;
# what is said of it, and of what a token is for, helps to find the reason.
. "$(dirname "$0")/lib.sh"
. "$HERE/oauth.sh"

good="--cert $CERTS/good.pem --key $CERTS/good.key --tls implicit --strict"
long=$(printf '%03000d' 0 | tr 0 x)

# listening: the last account's ini, with a place to listen.
listening() {
	next_port
	LISTEN_PORT=$PORT
	printf '[listen]\naddress = 127.0.0.1:%s\n[log]\nlevel = debug\n' \
		"$PORT" >>"$INI"
}
logins() { count "$T/$1.log" " C AUTH"; }

# ---- withdrawn before its time ----

server oauth
start_provider mail $good --auth "LOGIN XOAUTH2" --token "at-2-$long"
account mail 'oauth_grant = device' "oauth_device_url = $URL/device"
listening
ok "login" run 0 login default
aged
start_smtpseal "$INI"
mail_by_hand
ok "withdrawn: the message arrives all the same" hears "250 2.0.0 queued"
ok "withdrawn: the new one was taken" same 2 "$(logins mail)"
ok "withdrawn: the log says so" has "$T/seal.log" \
	"event=token-refused account=default host=localhost"
ok "withdrawn: and what the server said" has "$T/seal.log" 'and before that: {'
ok "withdrawn: nothing failed" hasnt "$T/seal.log" event=failed
ok "withdrawn: the login is not held" hasnt "$T/seal.log" held-down
stop "$SEAL_PID"

# A clock set back by an hour: the token ended, and nobody here knows.
stop "$PROVIDER_PID"
start_provider later $good --auth "LOGIN XOAUTH2" --token "at-3-$long"
sed -i "s/^port = .*/port = $PROVIDER_PORT/" "$INI"
aged
due 3600
start_smtpseal "$INI" later-seal
mail_by_hand
ok "a wrong clock: the message arrives" hears "250 2.0.0 queued"
ok "a wrong clock: by one renewal" same 3 "$(cut -d' ' -f2 "$STORE" |
	sed -n 's/^at-\([0-9]*\)-.*/\1/p')"
stop "$SEAL_PID"

# ---- refused for good ----

stop "$PROVIDER_PID"
start_provider never $good --auth "LOGIN XOAUTH2" --token none
sed -i "s/^port = .*/port = $PROVIDER_PORT/" "$INI"
aged
before=$(asked)
start_smtpseal "$INI" never-seal
mail_by_hand
ok "for good: the device hears 451" hears "451 4.7.0 localhost refused the login"
ok "for good: two logins" same 2 "$(logins never)"
ok "for good: one renewal" same $((before + 1)) "$(asked)"
ok "for good: told as a failure" has "$T/never-seal.log" "failure=auth-refused"
ok "for good: with advice for tokens" has "$T/never-seal.log" \
	"the provider did not take the token"
ok "for good: and the server's words" has "$T/never-seal.log" \
	'before that: {\"status\":\"401\"'
mail_by_hand
ok "for good: then it is held" hears "451 4.7.0 localhost refused the login a moment ago"
ok "for good: no login more" same 2 "$(logins never)"
ok "for good: no token in the log" hasnt "$T/never-seal.log" xxxx

# ---- doctor ----

# A JWT, as Microsoft's tokens are.
url64() { base64 -w 0 | tr '+/' '-_' | tr -d '='; }
ends=$(($(date +%s) + 3000))
jwt=$(printf '{"typ":"JWT"}' | url64).$(printf '{"aud":"https://outlook.office.com","scp":"IMAP.AccessAsUser.All","upn":"boss@example.com","appid":"app-7","exp":%s}' $ends |
	url64).$(printf sign | url64)
due 1
order "say:{\"access_token\":\"$jwt\",\"expires_in\":3000}" \
	"say:{\"access_token\":\"$jwt\",\"expires_in\":3000}"
"$SMTPSEAL" -c "$INI" doctor >"$T/said" 2>&1
ok "doctor: exit 1" same 1 $?
for words in "a token was obtained" "https://outlook.office.com" \
	IMAP.AccessAsUser.All boss@example.com app-7 "valid until" \
	"refused the login" 'and before that: {"status":"401"' \
	"user must be the mailbox"; do
	ok "doctor: $words" says "$words"
done
ok "doctor: a young token is not renewed in vain" same 1 \
	"$(grep -c "say:" "$SERVER/orders")"
ok "doctor: no token is shown" hasnt "$T/said" "$(printf %s "$jwt" | cut -c1-30)"
: >"$SERVER/orders"
aged
stop "$PROVIDER_PID"
n=$(($(sed -n 's/^refresh_token rt-\([0-9]*\).*/\1/p' "$STORE") + 1))
start_provider again $good --auth "LOGIN XOAUTH2" --token "at-$n-$long"
sed -i "s/^port = .*/port = $PROVIDER_PORT/" "$INI"
"$SMTPSEAL" -c "$INI" doctor >"$T/said" 2>&1
ok "doctor, a stale token: exit 0" same 0 $?
ok "doctor, a stale token: tried anew" says "once more, with a new token"
ok "doctor, a stale token: it is ready" says "account default is ready"
mail_by_hand
ok "doctor ends the hold-down, but the daemon has its old port" hears 451
stop "$SEAL_PID"

# ---- what the authorisation server says ----

order "because:AADSTS65001: The user has not consented."
due
ok "consent: no token" token 77
ok "consent: what to do" complains "an administrator grants consent"
"$SMTPSEAL" -c "$INI" doctor >"$T/said" 2>&1
ok "doctor, no token: exit 1" same 1 $?
ok "doctor, no token: the step" grep -q "FAILED  credential" "$T/said"
ok "doctor, no token: why" says "an administrator grants consent"
due_again
sed -i '/^is_refused/d' "$STORE"
order "because:AADSTS7000218: body must contain"
ok "public client: what to do" token 77
ok "public client: it says" complains "Allow public client flows"
due_again
order clock:3700
ok "the clock: no token" token 77
ok "the clock: it is told" complains "this machine's clock is 61 minutes behind the server's"
due_again
order clock:-7300
ok "the clock, ahead: no token" token 77
ok "the clock, ahead: it is told" complains "clock is 2 hours ahead of"
stop "$PROVIDER_PID"
stop "$SERVER_PID"
ok "no token was ever complained of" hasnt "$T/all.err" xxxx
