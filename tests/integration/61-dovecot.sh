# Dovecot's submission server as the provider, every mechanism it offers.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

MECHANISMS="plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 \
xoauth2 oauthbearer external"

begins start_relay
begins start_dovecot "$RELAY_PORT"
serves "Password mismatch" "550 5.1.1"
ok "nothing odd reached the relay" hasnt "$T/relay.log" VIOLATION

# last_login METHOD: the server's last login was by it.
last_login() {
	upper=$(echo "$1" | tr '[:lower:]' '[:upper:]')
	sed -n 's/.*method=\([^,]*\),.*/\1/p' "$SERVER_LOG" | tail -n 1 |
		grep -qx "$upper"
}

for AUTH in plain cram-md5 digest-md5 login scram-sha-1 scram-sha-256 auto; do
	seal=$AUTH
	relay_to "$AUTH" starttls "$STARTTLS_PORT"
	ok "$AUTH: it takes a message" send "$T/small" boss@example.com
	ok "$AUTH: it is whole" arrived "$T/small" boss
	[ "$AUTH" != auto ] || AUTH=scram-sha-256
	ok "$AUTH: it was $AUTH" until_true 5 last_login "$AUTH"
	ok "$AUTH: the log says so" \
		grep -qi "event=upstream-ready.* auth=$AUTH " "$T/$seal.log"
done

# other_login NAME LINES: a smtpseal that logs in by something else than user
# and password.
other_login() {
	PROVIDER_PORT=$STARTTLS_PORT
	write_config "$T/$1.whole" <<-END
	$2
	END
	grep -v -e '^user' -e '^password' "$T/$1.whole" >"$T/$1.ini"
	start_smtpseal "$T/$1.ini" "$1"
}

takes() { # NAME METHOD
	ok "$1: it takes a message" send "$T/small" boss@example.com
	ok "$1: it is whole" arrived "$T/small" boss
	ok "$1: it was $2" until_true 5 last_login "$2"
	ok "$1: the log says so" \
		grep -qi "event=upstream-ready.* auth=$2 " "$T/$1.log"
}

with_certificate="client_certificate = $CERTS/client-eku.pem
client_key = $CERTS/client-eku.key"
other_login external "auth = external
$with_certificate"
takes external external
"$SMTPSEAL" -c "$T/external.ini" doctor >"$T/doctor" 2>&1
ok "external: doctor says so" has "$T/doctor" "logged in by EXTERNAL"
ok "external: doctor finds nothing wrong" hasnt "$T/doctor" FAILED
other_login external-auto "$with_certificate"
takes external-auto external
# A user that is set, which the filter above would take out.
other_login external-named " user = localhost
auth = external
$with_certificate"
takes external-named external
other_login external-none "auth = external
client_certificate = $CERTS/other-ca.pem
client_key = $CERTS/other-ca.key"
ok "external-none: a certificate nobody signed is told" \
	hears "451 4.7" send "$T/small" boss@example.com

token scan@example.com 3600 >"$T/good-token"
token scan@example.com -60 >"$T/old-token"
for method in xoauth2 oauthbearer; do
	other_login "$method" " user = scan@example.com
auth = $method
token_command = cat $T/good-token"
	takes "$method" "$method"
	other_login "$method-old" " user = scan@example.com
auth = $method
token_command = cat $T/old-token"
	ok "$method-old: an expired token is told" hears "451 4.7.0" \
		send "$T/small" boss@example.com
	ok "$method-old: the log says what the server said" \
		grep -q 'event=login-refused .*said="{.*status' "$T/$method-old.log"
	ok "$method-old: it is not in the log" \
		hasnt "$T/$method-old.log" "$(cat "$T/old-token")"
done
