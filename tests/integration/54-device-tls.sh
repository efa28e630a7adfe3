# TLS with the device: clients of today and of 2008, certificates that change
# and grow old, and what the log says to the owner of a copier.
. "$(dirname "$0")/lib.sh"
need swaks openssl gnutls-cli

LOG=$T/seal.log
start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict
next_port
OLD=$PORT
next_port
PLAIN=$PORT
next_port
BALANCED=$PORT
cp "$CERTS/good-rsa.pem" "$T/own.pem"
cp "$CERTS/good-rsa.key" "$T/own.key"
write_config "$T/a.ini" <<-X
tls = implicit
[listen old]
address = 127.0.0.1:$OLD
tls = implicit
tls_min = 1.0
certificate = own.pem
key = own.key
[listen plain]
address = 127.0.0.1:$PLAIN
[listen balanced]
address = 127.0.0.1:$BALANCED
proxy_protocol = 127.0.0.1
allow = 192.0.2.77
tls = implicit
certificate = $CERTS/good.pem
key = $CERTS/good.key
X
sed -i "2s/.*/&\ntls = starttls\ncertificate = own.pem\nkey = own.key/" "$T/a.ini"
ok "check takes it" "$SMTPSEAL" -c "$T/a.ini" check
start_smtpseal "$T/a.ini"
ok "all listen" until_has "$LOG" "address=127.0.0.1:$BALANCED"
python3 "$HERE/message.py" make small "$T/small"
TAKEN=0

# arrives: one more message, octet for octet the one that was sent.
arrives() {
	TAKEN=$((TAKEN + 1))
	cmp "$1" "$T/p.store/$(printf %04d $TAKEN).eml"
}

# device PORT MODE VERSION CIPHERS [CA]: what it agreed on is in $T/agreed.
device() {
	timeout 60 python3 "$HERE/tls_device.py" "$@" <"$T/small" >"$T/agreed" 2>&1 ||
		{ cat "$T/agreed"; return 1; }
}

# takes WHAT PORT MODE VERSION CIPHERS AGREED
takes() {
	ok "$1 gets through" device "$2" "$3" "$4" "$5"
	ok "$1 agrees on $6" has "$T/agreed" "$6"
	ok "$1: its message arrives" arrives "$T/small"
}

# ---- devices of today ----

takes "STARTTLS of today" "$LISTEN_PORT" starttls any ALL "TLSv1.2 ECDHE-RSA-AES"
takes "TLS of today" $OLD implicit any ALL "TLSv1.2 ECDHE-RSA-AES"
ok "swaks, which logs in as well" swak --tls --auth LOGIN \
	--auth-user copier --auth-password toner
TAKEN=$((TAKEN + 1))
ok "the device's TLS is in the log" has "$LOG" "event=device-tls version=TLSv1.2"
ok "one that checks us" device "$LISTEN_PORT" starttls 1.2 ALL "$CERTS/ca.pem"
ok "its message arrives" arrives "$T/small"
ok "behind a balancer" device $BALANCED implicit+proxy 1.2 ALL "$CERTS/ca.pem"
ok "its message arrives" arrives "$T/small"
ok "the balancer is not taken for the device" until_has "$LOG" "client=192.0.2.77"
ok "without STARTTLS it goes as well" mail_by_hand
ok "and is sent" hears "250 2"
TAKEN=$((TAKEN + 1))

# ---- devices of 2008 ----

for version in 1.0 1.1 1.2; do
	takes "RSA, AES and TLS $version" $OLD implicit $version AES128-SHA \
		"AES128-SHA"
done
takes "ECDHE, CBC and TLS 1.0" $OLD implicit 1.0 ECDHE-RSA-AES256-SHA \
	"ECDHE-RSA-AES256-SHA"

# A message whose lines are all sent at once; the client stays until the end.
conversation() {
	printf 'EHLO copier\r\nMAIL FROM:<printer@device>\r\n'
	printf 'RCPT TO:<boss@example.com>\r\nDATA\r\n'
	sed 's/^\./../' "$T/small"
	printf '.\r\nQUIT\r\n'
	until_has "$1" "221 2.0.0"
}
with_openssl() {
	conversation "$T/openssl" | timeout 60 openssl s_client -quiet -tls1 \
		-cipher ALL:@SECLEVEL=0 -connect "127.0.0.1:$OLD" \
		>"$T/openssl" 2>"$T/openssl.err"
	has "$T/openssl" "221 2.0.0"
}
ok "openssl s_client -tls1" with_openssl
ok "its message arrives" arrives "$T/small"
with_gnutls() {
	conversation "$T/gnutls" | timeout 60 gnutls-cli \
		--no-ca-verification --port $OLD 127.0.0.1 --priority \
		"NONE:+VERS-TLS1.0:+RSA:+3DES-CBC:+SHA1:+COMP-NULL:+SIGN-ALL:%COMPAT" \
		>"$T/gnutls" 2>&1
	has "$T/gnutls" "221 2.0.0" && has "$T/gnutls" "3DES-CBC"
}
ok "gnutls-cli with 3DES" with_gnutls
ok "its message arrives" arrives "$T/small"

# ---- large ones, in both directions of time ----

head -c 6000000 /dev/urandom | base64 -w 76 | sed 's/$/\r/' >"$T/body"
{ printf 'Subject: scan\r\nFrom: <a@b.example>\r\n'
	printf 'Date: Sat, 21 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@b>\r\n'
	printf 'MIME-Version: 1.0\r\n\r\n'; cat "$T/body"; } >"$T/small"
takes "a large scan under STARTTLS" "$LISTEN_PORT" starttls 1.2 ALL ECDHE
takes "a large scan under TLS 1.0" $OLD implicit 1.0 AES256-SHA AES256-SHA
python3 "$HERE/message.py" make small "$T/small"

# ---- what does not go, and what the log says ----

ok "TLS 1.0 where 1.2 is asked for" not device "$LISTEN_PORT" starttls 1.0 ALL
ok "the log names the device's version" until_has "$LOG" \
	"the device's newest is TLS 1.0"
ok "and the switch to turn" has "$LOG" "set tls_min = 1.0 in [listen]"
ok "RSA key exchange where 1.2 is asked for" not device "$LISTEN_PORT" \
	starttls 1.2 AES128-SHA
ok "a device that trusts nobody leaves" not device $OLD implicit 1.2 ALL \
	"$CERTS/wrong-name.pem"
ok "the log says what it said" until_has "$LOG" "the device gave up with alert"
ok "and what can be done" has "$LOG" "check of certificates off"

# speaks TEXT: sent at once, to the TLS listener, and what comes is shown.
speaks() {
	timeout 60 python3 - $OLD "$1" <<-'X'
	import socket, sys
	s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
	s.sendall(sys.argv[2].encode() + b"\r\n" if sys.argv[2] else b"")
	s.shutdown(socket.SHUT_WR)
	print(s.recv(1000))
	X
}
ok "plain text to a TLS listener is not answered" same "b''" \
	"$(speaks 'EHLO copier')"
ok "the log quotes it" until_has "$LOG" \
	'the device said in plain text, not in TLS: \"EHLO copier\"'
ok "and what to set" has "$LOG" "set the device to SSL, or tls = none"
ok "one that waits for a greeting" same "b''" "$(speaks '')"
ok "is guessed at" until_has "$LOG" \
	"the device left without a word: it may have waited for a greeting"
ok "TLS to a plain listener" not device $PLAIN implicit 1.2 ALL
ok "and what to set" until_has "$LOG" \
	"the device at 127.0.0.1 is set to SSL; set it to none, or tls = implicit here"
ok "TLS to a STARTTLS listener" not device "$LISTEN_PORT" implicit 1.2 ALL
ok "and what to set" until_has "$LOG" \
	"the device at 127.0.0.1 is set to SSL; set it to STARTTLS, or tls = implicit here"

inject() {
	timeout 60 python3 - "$LISTEN_PORT" <<-'X'
	import socket, sys
	s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 30)
	s.recv(1000)
	s.sendall(b"STARTTLS\r\nMAIL FROM:<evil@example.com>\r\nQUIT\r\n")
	heard = b""
	while True:
	    try:
	        more = s.recv(1000)
	    except ConnectionResetError:
	        break
	    if not more:
	        break
	    heard += more
	assert heard == b"220 2.0.0 Ready to start TLS\r\n", heard
	X
}
ok "commands behind STARTTLS are not heard" inject
ok "the log tells of them" until_has "$LOG" \
	'not in TLS: \"MAIL FROM:<evil@example.com>\"'
ok "nothing of it went on" hasnt "$T/p.log" evil@example.com

# ---- certificates change ----

shown() {
	openssl s_client -connect "127.0.0.1:$OLD" </dev/null 2>/dev/null |
		openssl x509 -noout -pubkey | openssl pkey -pubin -outform DER |
		sha256sum
}
reloads() { [ "$(count "$LOG" "event=$1")" = "$2" ]; }
before=$(shown)
cp "$CERTS/good.pem" "$T/own.pem"
cp "$CERTS/good.key" "$T/own.key"
kill -HUP "$SEAL_PID"
ok "SIGHUP reads the files again" until_true 10 reloads reloaded 1
after=$(shown)
ok "another certificate is shown" not same "$before" "$after"
takes "an EC certificate, CBC and TLS 1.0" $OLD implicit 1.0 \
	ECDHE-ECDSA-AES128-SHA ECDHE-ECDSA-AES128-SHA
echo rubbish >"$T/own.pem"
kill -HUP "$SEAL_PID"
ok "a broken file is refused" until_true 10 reloads reload-failed 1
ok "in words" has "$LOG" "there is no certificate in it"
ok "the old certificate stays" same "$after" "$(shown)"

# ---- certificates grow old ----

cp "$CERTS/good.key" "$T/own.key"
openssl req -x509 -key "$T/own.key" -subj /CN=relay -days 10 \
	-out "$T/own.pem" 2>/dev/null
checks() { "$SMTPSEAL" -c "$T/a.ini" check >"$T/checked" 2>&1; }
ok "check takes one that ends soon" checks
ok "and warns" has "$T/checked" "certificate: expires on "
kill -HUP "$SEAL_PID"
ok "it is taken" until_true 10 reloads reloaded 2
ok "the log warns" until_has "$LOG" "warn event=certificate-ends"
ok "and says what to do" has "$LOG" "renew it, then reload (SIGHUP)"
cp "$CERTS/expired.pem" "$T/own.pem"
cp "$CERTS/expired.key" "$T/own.key"
kill -HUP "$SEAL_PID"
ok "an expired one is no reason to stop" until_true 10 reloads reloaded 3
ok "but to speak up" until_has "$LOG" "it has expired"
takes "a device that does not care" $OLD implicit 1.2 ALL ECDHE-ECDSA
cp "$CERTS/out-of-order.pem" "$T/own.pem"
cp "$CERTS/out-of-order.key" "$T/own.key"
ok "out of order is a mistake" not checks
ok "that is explained" has "$T/checked" "out of order"

sed 's/^key = own.key/key = none.key/' "$T/a.ini" >"$T/no-key.ini"
"$SMTPSEAL" -c "$T/no-key.ini" check >"$T/checked" 2>&1
ok "a key that is not there is told once a section" same 2 \
	"$(grep -c "No such file" "$T/checked")"

ok "it ends in order" stop "$SEAL_PID"
