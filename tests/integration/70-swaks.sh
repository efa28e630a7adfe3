# swaks as the device.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
need swaks

swaks_here() {
	timeout 60 swaks --server 127.0.0.1 --port "$LISTEN_PORT" -n \
		--from "$ME" --to boss@example.com "$@"
}

sends() {
	file=$1; shift
	swaks_here --data - "$@" <"$file"
}

start_relay
ok "it sends" sends "$T/small.less"
ok "all arrives" arrives "$T/small"
ok "it sends to three, in one flight" sends "$T/large.less" --pipeline \
	--to "boss@example.com,desk@example.com,third@example.com"
ok "it arrives for three" arrives "$T/large" \
	boss@example.com desk@example.com third@example.com
for how in PLAIN LOGIN; do
	ok "it logs in with $how" logged_in sends "$T/small.less" \
		--auth $how --auth-user copier --auth-password toner
	ok "all arrives after $how" arrives "$T/small"
done
ok "it attaches two files" swaks_here --header "Subject: scans" \
	--attach "@$T/large" --attach "@$SMTPSEAL"
ok "the files arrive" carries "$T/large" "$SMTPSEAL"
ok "it tells a refusal" refused 24 sends "$T/small.less" --to bad@example.com
ok "and one of two, in one flight" sends "$T/small.less" --pipeline \
	--to bad@example.com,boss@example.com
ok "which arrives" arrives "$T/small"
start_refuser
ok "it tells a refusal behind the dot" refused 26 sends "$T/small.less"
nothing_odd
