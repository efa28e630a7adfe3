# busybox as the device: the sendmail of routers, cameras and rescue systems.
# It waits for 334 in both logins, and goes on when a recipient is refused.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"
. "$HERE/packages.sh"

# Debian's busybox has no sendmail, so its source is built with that alone: in
# ten seconds, once for all runs.
build_sendmail() {
	unpack_source busybox || return 1
	cd "$ASIDE/source" || return 1
	unset MAKEFLAGS MAKELEVEL MFLAGS
	make -s allnoconfig >/dev/null &&
		sed -i 's/.*CONFIG_SENDMAIL .*/CONFIG_SENDMAIL=y/' .config &&
		make -s -j2 </dev/null && mv busybox ../sendmail &&
		rm -rf "$ASIDE/source"
}

need cc make apt-get dpkg-source
once busybox-sendmail build_sendmail

# sends FILE OPTION...
sends() {
	file=$1; shift
	timeout 60 "$ASIDE/sendmail" -S "127.0.0.1:$LISTEN_PORT" -f "$ME" "$@" \
		<"$file"
}

start_relay
ok "it sends" sends "$T/scan.lf" boss@example.com
ok "all arrives" arrives "$T/scan"
ok "it sends to two" sends "$T/large.lf" boss@example.com desk@example.com
ok "it arrives for two" arrives "$T/large" boss@example.com desk@example.com
ok "it reads the recipients" sends "$T/scan.lf" -t
ok "and finds one" arrives "$T/scan"
for how in PLAIN LOGIN; do
	ok "it logs in with $how" logged_in sends "$T/scan.lf" -am$how \
		-aucopier -aptoner boss@example.com
	ok "all arrives after $how" arrives "$T/scan"
done
# It says so, but 0 is its exit status all the same: it never takes DATA ill.
ok "it tells a refusal" refused 0 sends "$T/scan.lf" -v bad@example.com
ok "one refused and one not" sends "$T/scan.lf" \
	bad@example.com boss@example.com
ok "who is not refused gets it" arrives "$T/scan"
start_refuser
ok "it tells one behind the dot" refused 1 sends "$T/scan.lf" -v \
	boss@example.com
nothing_odd
