# account = by-sender: the envelope's sender chooses the mailbox, in the order
# of the file while one cannot be reached; for nobody's sender there is none.
. "$(dirname "$0")/lib.sh"

start_provider one --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict
ONE=$PROVIDER_PORT
start_provider two --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict
TWO=$PROVIDER_PORT
CLOSED=$(free_port)
LISTEN_PORT=$(free_port)
printf 'pass word;#1\n' >"$T/password"
account() {
	cat <<-X
	[account $1]
	host = localhost
	port = $2
	tls = implicit
	user = scan@example.com
	password_file = password
	ca_file = $CERTS/ca.pem
	senders = $3
	X
}
{
	printf '[listen]\naddress = 127.0.0.1:%s\n' "$LISTEN_PORT"
	account gone "$CLOSED" '*@two.example'
	account one "$ONE" 'a@one.example, *@sub.one.example'
	account two "$TWO" '*@TWO.example'
	printf '[device all]\nclient = 127.0.0.1\naccount = by-sender\n'
} >"$T/seal.ini"
start_smtpseal "$T/seal.ini"
send() {
	say "$LISTEN_PORT" >"$T/heard" <<-X
		HELO x
		MAIL FROM:<$1>
		RCPT TO:<c@d.example>
		DATA
		Subject: $1

		.
		QUIT
	X
}
send a@one.example
ok "the first by its address" has "$T/one.store/0001.txt" "a@one.example"
send x@sub.one.example
ok "the first by a pattern" has "$T/one.store/0002.txt" "x@sub.one.example"
send x@two.example
ok "the second, as another cannot be reached" has "$T/two.store/0001.txt" \
	"x@two.example"
send b@one.example
ok "nobody's sender hears 550" has "$T/heard" "550 5.7.1 No mailbox"
ok "and nothing was sent" same 3 \
	"$(ls "$T/one.store" "$T/two.store" | grep -c eml)"
ok "it ends in order" stop "$SEAL_PID"
sed '/^senders/d' "$T/seal.ini" >"$T/none.ini"
ok "by-sender without senders is a mistake" not "$SMTPSEAL" -c "$T/none.ini" check
