# A message arrives whole, by STARTTLS and by implicit TLS.
. "$(dirname "$0")/lib.sh"
need swaks

arrives() {
	start_provider "$1" --tls "$1" --cert "$CERTS/good.pem" \
		--key "$CERTS/good.key" --strict
	write_config "$T/$1.ini" <<-X
	tls = $1
	X
	start_smtpseal "$T/$1.ini" "seal-$1"
	ok "$1: swaks is content" swak --body "a scan"
	ok "$1: it is stored" grep -q "a scan" "$T/$1.store/0001.eml"
	ok "$1: the log has its line" until_has "$T/seal-$1.log" \
		"event=message result=sent client=127.0.0.1"
	ok "$1: the password is not in the log" \
		hasnt "$T/seal-$1.log" "pass word"
	ok "$1: it ends in order" stop "$SEAL_PID"
	ok "$1: the provider saw nothing odd" hasnt "$T/$1.log" VIOLATION
}

arrives starttls
arrives implicit
