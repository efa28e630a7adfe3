# s-nail as the device: the mailx of scripts and monitoring.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
need s-nail

# sends [OPTION...]: the text comes from standard input.
sends() {
	timeout 60 s-nail -:/ -S v15-compat -S from="$ME" -S sendwait \
		-S smtp-auth=none -S mta="smtp://127.0.0.1:$LISTEN_PORT" "$@"
}

sends_by() {
	how=$1; shift
	sends -S smtp-auth="$how" \
		-S mta="smtp://copier:toner@127.0.0.1:$LISTEN_PORT" "$@"
}

# says WORDS: the next message is this.
says() { taken && has "$STORED.eml" "$1"; }

start_relay
echo "two scans" >"$T/text"
ok "it sends" sends -s scan boss@example.com <"$T/text"
ok "the text arrives" says "two scans"
ok "it attaches two files" sends -s scans -a "$T/large" -a "$SMTPSEAL" \
	boss@example.com desk@example.com <"$T/text"
ok "the files arrive" carries "$T/large" "$SMTPSEAL"
for how in plain login; do
	ok "it logs in with $how" logged_in sends_by $how -s scan boss@example.com \
		<"$T/text"
	ok "the text arrives after $how" says "two scans"
done
ok "it tells a refusal" refused 4 sends -v -s scan bad@example.com <"$T/text"
start_refuser
ok "it tells one behind the dot" refused 4 sends -v -s scan boss@example.com \
	<"$T/text"
nothing_odd
