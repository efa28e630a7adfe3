# curl as the device.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
need curl

curl_here() {
	timeout 60 curl -sS "smtp://127.0.0.1:$LISTEN_PORT/copier" \
		--mail-from "$ME" --mail-rcpt boss@example.com "$@"
}

start_relay
ok "it sends" curl_here -T "$T/small"
ok "all arrives" arrives "$T/small"
ok "it sends to two" curl_here -T "$T/large" --mail-rcpt desk@example.com
ok "it arrives for two" arrives "$T/large" boss@example.com desk@example.com
for how in PLAIN LOGIN; do
	ok "it logs in with $how" logged_in curl_here -T "$T/small" \
		--user copier:toner --login-options AUTH=$how
	ok "all arrives after $how" arrives "$T/small"
done
ok "it logs in with the first line" logged_in curl_here -T "$T/small" \
	--user copier:toner --sasl-ir
ok "all arrives after that" arrives "$T/small"
ok "it attaches two files" curl_here -H "From: $ME" -H "Subject: scans" \
	-H "Date: Sat, 21 Nov 2026 10:15:08 +0000" -H "Message-ID: <2@copier>" \
	-F "=two scans" -F "=@$T/large;encoder=base64" \
	-F "=@$SMTPSEAL;encoder=base64"
ok "the files arrive" carries "$T/large" "$SMTPSEAL"
ok "two messages in one connection" curl_here -T "$T/small" \
	--next -sS "smtp://127.0.0.1:$LISTEN_PORT/copier" --mail-from "$ME" \
	--mail-rcpt desk@example.com -T "$T/large"
ok "the first of them" arrives "$T/small"
ok "the second" arrives "$T/large" desk@example.com
ok "it tells a refusal" refused 55 curl_here -v -T "$T/small" \
	--mail-rcpt bad@example.com
start_refuser
ok "it tells one behind the dot" refused 8 curl_here -v -T "$T/small"
nothing_odd
