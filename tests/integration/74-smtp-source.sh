# Postfix's smtp-source as the device: many sessions, many messages in each.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
need smtp-source

sends() {
	timeout 100 smtp-source -f "$ME" -t boss@example.com "$@" \
		"inet:127.0.0.1:$LISTEN_PORT"
}

start_relay
ok "it sends a file" sends -F "$T/small.less"
ok "it arrives" arrives "$T/small"
ok "fifty, in five sessions that stay" sends -d -s 5 -m 50 -F "$T/small.less"
for number in $(seq 50); do
	arrives "$T/small" || break
done >"$T/ok.each" 2>&1
ok "all fifty arrive" same 51 "$TAKEN"
ok "thirty, each in its own" sends -s 5 -m 30 -F "$T/small.less"
for number in $(seq 30); do
	arrives "$T/small" || break
done >"$T/ok.each" 2>&1
ok "all thirty arrive" same 81 "$TAKEN"
nothing_odd
