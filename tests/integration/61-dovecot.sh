# Dovecot's submission server as the provider, every mechanism it offers.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

MECHANISMS="plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256"
begins start_relay
begins start_dovecot "$RELAY_PORT"
serves "Password mismatch" "550 5.1.1"
ok "nothing odd reached the relay" hasnt "$T/relay.log" VIOLATION

for AUTH in plain login cram-md5; do
	relay_to "$AUTH" starttls "$STARTTLS_PORT"
	ok "$AUTH: it takes a message" send "$T/small" boss@example.com
	ok "$AUTH: it is whole" arrived "$T/small" boss
	ok "$AUTH: it was $AUTH" has "$SERVER_LOG" "method=$(echo "$AUTH" | tr a-z A-Z),"
done
