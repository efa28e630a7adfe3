# A certificate that does not pass: the device hears 451 4.7.5, the provider
# no login, and the operator which certificate it was, why, and what to do.
. "$(dirname "$0")/lib.sh"

secret=$(printf '\0scan@example.com\0pass word;#1' | base64)

# refused KIND FAILURE WHY CERTIFICATE HINT [LINE...]: one kind of certs.sh.
refused() {
	kind=$1 failure=$2 why=$3 certificate=$4 hint=$5
	start_provider "$kind" --tls implicit --cert "$CERTS/$kind.pem" \
		--key "$CERTS/$kind.key"
	write_config "$T/$kind.ini" <<-X
	tls = implicit
	auth = plain
	$6
	X
	start_smtpseal "$T/$kind.ini" "seal-$kind"
	mail_by_hand
	log=$T/seal-$kind.log
	ok "$kind: the device hears why" hears "451 4.7.5 "
	ok "$kind: and no 354" not hears 354
	ok "$kind: a failure of its own" \
		has "$log" "event=failed failure=$failure stage=handshake"
	ok "$kind: why, in words" has "$log" "$why"
	ok "$kind: which certificate" has "$log" "certificate=\"$certificate"
	ok "$kind: its dates" \
		grep -qE ', valid 20..-..-.. to 20..-..-.."' "$log"
	ok "$kind: what to do" has "$log" "hint=\"$hint"
	ok "$kind: a line for the message" has "$log" \
		"event=message result=failed client=127.0.0.1 device=default account=default "
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
	heard=$T/$kind.log
	ok "$kind: the provider was there" has "$heard" "tls failed"
	ok "$kind: it heard no command" hasnt "$heard" " C "
	ok "$kind: nor a password" hasnt "$heard" "$secret"
	ok "$kind: nor a message" stored "$kind" 0
}

us="CN=localhost, for localhost, provider.test, 127.0.0.1, ::1, issued by"
refused wrong-name tls-name "is for other.test, not for localhost" \
	"CN=other.test, for other.test, issued by CN=test issuer" \
	"set host to a name the certificate carries" ""
refused expired tls-dates "has expired on " "$us CN=test issuer" \
	"check this machine's clock" ""
refused not-yet tls-dates "is not valid before " "$us CN=test issuer" \
	"check this machine's clock" ""
refused self-signed tls-untrusted "is self-signed and is not among" \
	"$us CN=localhost" "install or update ca-certificates" ""
refused sha1 tls-weak "is signed over SHA-1" "$us CN=test issuer" \
	"the provider must use a server certificate of today" ""
refused rsa1024 tls-weak "RSA key below 2048 bits" "$us CN=test issuer" \
	"the provider must use a server certificate of today" ""
refused out-of-order tls-chain "each must be issued by the next" \
	"$us CN=test lower" "the provider must mend its certificates" ""
refused incomplete tls-untrusted "to the issuer CN=test issuer, which is not" \
	"$us CN=test issuer" "install or update ca-certificates" ""
refused cn-only tls-name "the common name does not count" \
	"CN=provider.test, for no name at all" \
	"set host to a name the certificate carries" \
	"tls_name = provider.test"
refused client-eku tls-weak "is not for use by servers" "$us CN=test issuer" \
	"the provider must use a server certificate of today" ""
refused other-ca tls-untrusted "the issuer CN=another root, which is not" \
	"$us CN=another root" "install or update ca-certificates" ""

# What looks almost like the name, or like the pin.
refused wildcard tls-name "is for *.provider.test, not for provider.test" \
	"CN=wildcard, for *.provider.test" \
	"set host to a name the certificate carries" \
	"tls_name = provider.test"
refused good tls-pin "does not match the 1 pin" "$us CN=test issuer" \
	"the provider's key is not one of pin_sha256" \
	"pin_sha256 = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
