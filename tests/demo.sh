#!/bin/sh
# demo.sh: shows smtpseal at work on this machine alone: an old printer, an
# older copier, the relay, and a mail provider of our own with TLS and a login.
# Nothing leaves the machine, and nothing stays behind.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
work=$(mktemp -d "${TMPDIR:-/tmp}/smtpseal-demo.XXXXXX")
chmod 700 "$work"
cd "$work"
pids=
finish() {
	for pid in $pids; do kill "$pid" 2>/dev/null || true; done
	for pid in $pids; do wait "$pid" 2>/dev/null || true; done
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM
umask 077

say() { printf '\n== %s\n' "$*"; }

# Waits until a line of the file begins with these words; shows why if never.
wait_for() {
	tries=500
	until grep -q "$2" "$1" 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { echo "demo: never: $2"; cat "$1"; exit 1; }
		sleep 0.02
	done
}

say "a mail provider with STARTTLS and a login, and a certificate authority"
sh "$top/tests/provider/certs.sh" certs
mkdir store
"$build/provider" --tls starttls --cert certs/good.pem --key certs/good.key \
	--user scanner@example.com --password "correct horse" \
	--store store --log provider.log >provider.out 2>&1 &
pids="$pids $!"
wait_for provider.out '^port '
port=$(sed -n 's/^port //p' provider.out)
echo "   on port $port, user scanner@example.com"

say "smtpseal, with config/minimal.ini pointed at that provider"
echo "correct horse" >password
sed -e 's/^host *=.*/host = localhost/' -e 's/^user *=.*/user = scanner@example.com/' \
	-e 's/^password_file *=.*/password_file = password/' \
	"$top/config/minimal.ini" >demo.ini
cat >>demo.ini <<X
port = $port
ca_file = certs/ca.pem
[device copier]
client = 127.0.0.2
sender = scanner@example.com
end_of_data = close
[log]
level = debug
X
relay_port=2525
while :; do
	printf '[listen]\naddress = 127.0.0.1:%s\n' "$relay_port" >listen.ini
	cat demo.ini listen.ini >smtpseal.ini
	"$build/smtpseal" -c smtpseal.ini run 2>smtpseal.log &
	relay=$!
	tries=500
	until grep -qE 'event=(listening|listen-failed)' smtpseal.log 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { cat smtpseal.log; exit 1; }
		sleep 0.02
	done
	grep -q event=listen-failed smtpseal.log || break
	wait "$relay" || true
	relay_port=$((relay_port + 1))
	[ $relay_port -lt 2600 ] || { cat smtpseal.log; exit 1; }
done
pids="$pids $relay"
grep -v '^ *#\|^ *;\|^$' smtpseal.ini | sed 's/^/   /'

say "doctor: every step to the provider, without sending mail"
"$build/smtpseal" -c smtpseal.ini doctor

say "an old printer sends a scan: no TLS, no login, no EHLO"
{
	printf 'From: <printer@example.com>\nTo: <boss@example.com>\n'
	printf 'Date: Sat, 21 Nov 2026 10:15:00 +0000\n'
	printf 'Message-ID: <1@printer.example.com>\n'
	printf 'Subject: Scan from the printer\nMIME-Version: 1.0\n'
	printf 'Content-Type: application/pdf; name="scan.pdf"\n'
	printf 'Content-Transfer-Encoding: base64\n\n'
	head -c 36000 /dev/urandom | base64
} >scan.txt
"$build/printer" "$relay_port" "<printer@example.com>" \
	"<boss@example.com>" scan.txt

say "what the provider heard (the login is a made-up one)"
# Its first connection was the doctor's.
sed -n 's/^2 \([CSN]\) /   \1: /p' provider.log |
	sed -e 's/ S: / provider: /' -e 's/ C: / smtpseal: /' -e 's/ N: / (note)    /'

say "did it arrive as it was scanned?"
sent=$(sed 's/$/\r/' scan.txt | sha256sum | sed 's/ .*//')
stored=$(sha256sum <store/0001.eml | sed 's/ .*//')
printf '   %s  as sent\n   %s  as stored by the provider\n' "$sent" "$stored"
[ "$sent" = "$stored" ] || { echo "   NOT the same"; exit 1; }
echo "   the same, octet for octet"

say "a copier of 2004: bare line feeds, no brackets, no Date, a refused sender"
{
	printf 'From: "Copier @ 2nd floor" <badsender@office.local>\n'
	printf 'To: boss@example.com\nSubject: Scan\n\nOne page.\n'
} >old.txt
"$build/printer" --2004 "$relay_port" " badsender@office.local" \
	" boss@example.com" old.txt

say "what arrived of it: the envelope, and the header section"
sed 's/^/   /' store/0002.txt
tr -d '\r' <store/0002.eml | sed -n '/^$/q; s/^/   /p' | tee header.txt
for field in 'From: .*<scanner@example.com>' Reply-To: Date: Message-ID:; do
	grep -q "^   $field" header.txt || { echo "   NO $field"; exit 1; }
done

say "the log of smtpseal"
sed 's/^/   /' smtpseal.log
