# nullmailer as the device: the sendmail of machines that have no other. It
# says HELO unless it logs in, names itself twice in PLAIN, puts its name behind
# AUTH LOGIN, and hangs up behind its QUIT.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
. "$HERE/packages.sh"

aside nullmailer usr/lib/nullmailer/smtp

# sends LOGIN FILE RECIPIENT...: its protocol module, run as its queue does:
# options in lines, the message below its envelope on descriptor 3.
sends() {
	login=$1 file=$2; shift 2
	{ printf '%s\n' "$ME" "$@" ""; cat "$file"; } >"$T/queued"
	printf 'host=127.0.0.1\nport=%s\n%b' "$LISTEN_PORT" "$login" |
		HELOHOST=copier LD_LIBRARY_PATH=$(libraries "$ASIDE") \
			timeout 60 "$ASIDE/usr/lib/nullmailer/smtp" 3<"$T/queued"
}

start_relay
ok "it sends" sends "" "$T/scan.lf" boss@example.com
ok "all arrives" arrives "$T/scan"
ok "it sends to two" sends "" "$T/large.lf" boss@example.com desk@example.com
ok "it arrives for two" arrives "$T/large" boss@example.com desk@example.com
for how in auth-login ""; do
	ok "it logs in with ${how:-PLAIN}" logged_in sends \
		"user=copier\npass=toner\n$how" "$T/scan.lf" boss@example.com
	ok "all arrives after ${how:-PLAIN}" arrives "$T/scan"
done
# 35 is its ERR_MSG_PERMFAIL: it will not try again.
ok "it tells a refusal" refused 35 sends "" "$T/scan.lf" bad@example.com
start_refuser
ok "it tells one behind the dot" refused 35 sends "" "$T/scan.lf" \
	boss@example.com
nothing_odd
