# rate: messages beyond it are held, not refused; a device that may not wait so
# long hears that, and nothing is sent for it.
. "$(dirname "$0")/lib.sh"

start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict
write_config "$T/seal.ini" <<-X
tls = implicit
rate = 2
[limits]
command_timeout = 2s
X
start_smtpseal "$T/seal.ini"
send() {
	say "$LISTEN_PORT" >"$T/heard" <<-X
		HELO x
		MAIL FROM:<a@b.example>
		RCPT TO:<c@d.example>
		DATA
		Subject: $1

		.
		QUIT
	X
}
send one
ok "the first passes" has "$T/heard" "250 2.0.0 queued"
send two
ok "so does the second" has "$T/heard" "250 2.0.0 queued"
send three
ok "the third is held, and told in the end" has "$T/heard" "451 4.3.2"
ok "two were sent" same 2 "$(ls "$T/p.store" | grep -c eml)"
kill -HUP "$SEAL_PID"
until_has "$T/seal.log" event=reloaded
sed 's/^rate = 2/rate = 1200/' "$T/seal.ini" >"$T/more.ini"
mv "$T/more.ini" "$T/seal.ini"
kill -HUP "$SEAL_PID"
until_true 10 sh -c "[ \$(grep -c event=reloaded '$T/seal.log') -eq 2 ]"
for n in 1 2 3 4 5; do send $n; done
ok "a higher rate lets them through" same 7 \
	"$(ls "$T/p.store" | grep -c eml)"
ok "it ends in order" stop "$SEAL_PID"

# ---- a message that needs a connection twice is one message ----

{ sed 's/^rate = .*/rate = 2/' "$T/seal.ini"
	printf '[device a]\nclient = 127.0.0.1\nhold = all\n'; } >"$T/all.ini"
start_smtpseal "$T/all.ini" seal-all
send eight
ok "hold = all: the first passes" has "$T/heard" "250 2.0.0 queued"
send nine
ok "hold = all: so does the second" has "$T/heard" "250 2.0.0 queued"
send ten
ok "hold = all: the third is held" has "$T/heard" "451 4.3.2"
ok "hold = all: it ends in order" stop "$SEAL_PID"
