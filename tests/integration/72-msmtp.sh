# msmtp as the device.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
need msmtp

sends() {
	file=$1; shift
	timeout 60 msmtp --file=/dev/null --host=127.0.0.1 \
		--port="$LISTEN_PORT" --from="$ME" "$@" <"$file"
}

start_relay
ok "it sends" sends "$T/small.lf" boss@example.com
ok "all arrives" arrives "$T/small"
ok "it sends to two" sends "$T/large.lf" boss@example.com desk@example.com
ok "it arrives for two" arrives "$T/large" boss@example.com desk@example.com
for how in plain login; do
	ok "it logs in with $how" logged_in sends "$T/small.lf" --auth=$how \
		--user=copier --passwordeval="echo toner" boss@example.com
	ok "all arrives after $how" arrives "$T/small"
done
ok "it reads the recipients" sends "$T/small.lf" --read-recipients
ok "and finds one" arrives "$T/small"
# 65 is its EX_DATAERR: the server did not accept the mail.
ok "it tells a refusal" refused 65 sends "$T/small.lf" bad@example.com
start_refuser
# 69: EX_UNAVAILABLE.
ok "it tells one behind the dot" refused 69 sends "$T/small.lf" \
	boss@example.com
nothing_odd
