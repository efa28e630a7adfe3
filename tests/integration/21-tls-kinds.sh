# Servers too new, too old or of the other kind: nothing is sent to them.
# Servers that are in order, in all the ways there are: the message arrives.
. "$(dirname "$0")/lib.sh"

# meets NAME LINES OPTION...: a provider, and a message to it with these lines
# in [account].
meets() {
	name=$1 lines=$2; shift 2
	start_provider "$name" "$@"
	write_config "$T/$name.ini" <<-X
	$lines
	X
	start_smtpseal "$T/$name.ini" "seal-$name"
	mail_by_hand
	log=$T/seal-$name.log
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
}

good="--cert $CERTS/good.pem --key $CERTS/good.key"

# refused NAME FAILURE WORDS LINES OPTION...
refused() {
	name=$1 failure=$2 words=$3 lines=$4; shift 4
	meets "$name" "$lines" $good "$@"
	ok "$name: the device hears 451" hears "451 4\.[47]\.[15] localhost "
	ok "$name: the log says why" has "$log" "failure=$failure "
	ok "$name: in words" has "$log" "$words"
	ok "$name: what to do" has "$log" " hint=\""
	ok "$name: nobody logged in" hasnt "$T/$name.log" " C AUTH"
	ok "$name: nothing arrived" stored "$name" 0
}

refused too-new tls-version "protocol version" "tls = implicit" \
	--tls implicit --min-tls 1.3
refused too-old tls-version "no TLS 1.2" "tls = implicit" \
	--tls implicit --max-tls 1.0
refused too-old-starttls tls-version "no TLS 1.2" "tls = starttls" \
	--tls starttls --max-tls 1.1
refused no-secrecy tls-version "ECDHE" "tls = implicit" \
	--tls implicit --max-tls 1.2 --ciphers AES128-SHA
refused no-tls-at-all tls-not-tls "answered in plain text" \
	"tls = implicit" --tls none
refused starttls-port tls-not-tls "220 provider.test ESMTP" \
	"tls = implicit" --tls starttls
refused alert tls-version "alert 40 (handshake failure)" \
	"tls = implicit" --tls implicit --do handshake=alert
refused text tls-not-tls "this is no TLS" \
	"tls = implicit" --tls implicit --do handshake=notls
refused broken-off tls-handshake "" \
	"tls = implicit" --tls implicit --do handshake=close

# A port that speaks TLS at once says nothing until it is spoken to: here the
# device's time is up first.
meets tls-port "tls = starttls
[limits]
command_timeout = 1s" $good --tls implicit
ok "tls-port: the device hears that nobody answered" \
	hears "451 4.4.1 localhost did not answer in time"
ok "tls-port: nothing arrived" stored tls-port 0

# ---- in order ----

# arrives NAME CERTIFICATE LINES OPTION...
arrives() {
	name=$1 cert=$2 lines=$3; shift 3
	meets "$name" "$lines" --tls implicit --cert "$CERTS/$cert.pem" \
		--key "$CERTS/$cert.key" --strict "$@"
	ok "$name: the device hears 250" hears "250 2.0.0 queued"
	ok "$name: it arrived" stored "$name" 1
	ok "$name: nothing odd" hasnt "$T/$name.log" VIOLATION
}

pin() {
	openssl x509 -in "$CERTS/$1.pem" -noout -pubkey |
		openssl pkey -pubin -outform DER |
		openssl dgst -sha256 -binary | base64
}

arrives rsa good-rsa "tls = implicit"
arrives rsa-chacha good-rsa "tls = implicit" \
	--ciphers ECDHE-RSA-CHACHA20-POLY1305
arrives rsa-aes256 good-rsa "tls = implicit" \
	--ciphers ECDHE-RSA-AES256-GCM-SHA384
arrives tls12 good "tls = implicit" --max-tls 1.2
arrives wildcard wildcard "tls = implicit
tls_name = mail.provider.test"
arrives pinned good "tls = implicit
pin_sha256 = $(pin good)"
arrives pins good "tls = implicit
pin_sha256 = $(pin wildcard), $(pin good)"
arrives client good "tls = implicit
client_certificate = $CERTS/client-eku.pem
client_key = $CERTS/client-eku.key" --ca "$CERTS/ca.pem"

sed_host() { sed "s/^host = .*/host = $1/" "$T/base.ini" >"$T/$2.ini"; }

# An address as the host: the certificate must name the address.
start_provider address --tls implicit --cert "$CERTS/good.pem" \
	--key "$CERTS/good.key"
write_config "$T/base.ini" <<-X
tls = implicit
X
sed_host 127.0.0.1 four
sed_host ::1 six
ok "an IPv4 address" "$SMTPSEAL" -c "$T/four.ini" doctor
ok "an IPv6 address" "$SMTPSEAL" -c "$T/six.ini" doctor
stop "$PROVIDER_PID"
start_provider no-address --tls implicit --cert "$CERTS/wildcard.pem" \
	--key "$CERTS/wildcard.key"
write_config "$T/base.ini" <<-X
tls = implicit
X
sed_host 127.0.0.1 four
ok "an address that is not in it" not "$SMTPSEAL" -c "$T/four.ini" doctor
stop "$PROVIDER_PID"

# Demanded, and not there.
meets no-client "tls = implicit" --tls implicit $good --ca "$CERTS/ca.pem"
ok "no client certificate: the device hears why" hears "451 4\.[47]\."
ok "no client certificate: nothing arrived" stored no-client 0
ok "no client certificate: no login" hasnt "$T/no-client.log" " C AUTH"
