# smtpseal-oauth without a user, by what it signs: a certificate's application,
# a service account. openssl checks the signatures.
. "$(dirname "$0")/lib.sh"
. "$HERE/oauth.sh"
need openssl

openssl req -x509 -newkey rsa:2048 -nodes -days 20 -subj /CN=application \
	-keyout "$T/app.key" -out "$T/app.pem" 2>/dev/null
openssl rsa -in "$T/app.key" -traditional -out "$T/app-old.key" 2>/dev/null
openssl pkey -in "$T/app.key" -pubout -out "$T/app.pub"
openssl genpkey -algorithm RSA -out "$T/foreign.key" 2>/dev/null
server signed "pubkey=$T/app.pub"
# thumb HASH: the certificate's digest, as a JWT has it
thumb() {
	openssl x509 -in "$T/app.pem" -outform DER | openssl dgst "-$1" -binary |
		base64 | tr '+/' '-_' | tr -d '='
}
for key in app.key app-old.key; do
	account "signed-$key" 'oauth_grant = client-credentials' \
		"oauth_certificate = $T/app.pem" "oauth_key = $T/$key"
	ok "certificate: a token by $key" token
	ok "certificate: its end is told" complains \
		"oauth_certificate ends in "
	ok "certificate: named by SHA-256" has "$SERVER/claims" "$(thumb sha256)"
	ok "certificate: and by SHA-1" has "$SERVER/claims" "$(thumb sha1)"
	ok "certificate: no secret beside it" \
		hasnt "$SERVER/requests" client_secret
done
"$SMTPSEAL" -c "$INI" check >"$T/said" 2>&1
ok "certificate: check finds it good" same 0 $?
ok "certificate: it warns of its end" says "oauth_certificate: expires on "
# fails_by CODE WORDS LINE...: the token is not to be had, for this reason.
fails_by() {
	code=$1 words=$2; shift 2
	FAILS=$((${FAILS:-0} + 1))
	account "fails-$FAILS" "$@"
	ok "signing: $words" token "$code"
	ok "signing: said" complains "$words"
}
# checked WORDS: `smtpseal check` finds it before anybody asks for a token.
checked() {
	timeout 20 "$SMTPSEAL" -c "$INI" check >"$T/said" 2>&1
	ok "checked: exit 78" same 78 $?
	ok "checked: $1" grep -q "ini:[0-9]*: oauth_key: .*$1" "$T/said"
}
fails_by 75 "the key is not that of the certificate" \
	'oauth_grant = client-credentials' \
	"oauth_certificate = $T/app.pem" "oauth_key = $T/foreign.key"
checked "the key is not that of the certificate"
fails_by 77 invalid_grant \
	'oauth_grant = service-account' "oauth_key = $T/foreign.key"
fails_by 75 "the key is no RSA key" \
	'oauth_grant = service-account' "oauth_key = $CERTS/good.key"
checked "the key is no RSA key"
account service 'oauth_grant = service-account' "oauth_key = $T/app.key"
ok "service account: a token" token
ok "service account: for the user" has "$SERVER/claims" \
	'"sub": "scan@example.com"'
account other 'oauth_grant = service-account' "oauth_key = $T/app.key" \
	'oauth_subject = boss\"@example.com'
ok "service account: for another" token
ok "service account: it is named" has "$SERVER/claims" \
	'"sub": "boss\\\"@example.com"'
stop "$SERVER_PID"
ok "no key was ever complained of" hasnt "$T/all.err" "PRIVATE KEY"
