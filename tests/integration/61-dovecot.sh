# Dovecot's submission server as the provider, every mechanism it offers.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

MECHANISMS="plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256"
begins start_relay
begins start_dovecot "$RELAY_PORT"
serves "Password mismatch" "550 5.1.1"
ok "nothing odd reached the relay" hasnt "$T/relay.log" VIOLATION

# last_login METHOD: the server's last login was by it.
last_login() {
	method=$(echo "$1" | tr '[:lower:]' '[:upper:]')
	sed -n 's/.*method=\([^,]*\),.*/\1/p' "$SERVER_LOG" | tail -n 1 |
		grep -qx "$method"
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
