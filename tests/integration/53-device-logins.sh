# auth = require: a short login is the device's, and chooses what is special
# about it, wherever it connects from.
. "$(dirname "$0")/lib.sh"
need swaks

start_provider p --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --strict
write_config "$T/a.ini" <<-X
tls = implicit
[device copier]
login = copier
login_password = 4711
redirect = copies@example.com
[device scanner]
login = scanner
login_password_file = short
redirect = scans@example.com
X
echo 'a b;#' >"$T/short"
sed 's/^address = .*/&\nauth = require/' "$T/a.ini" >"$T/b.ini"
start_smtpseal "$T/b.ini"
ok "without a login nothing is sent" not swak
ok "and the device hears why" sh -c \
	"timeout 60 swaks --server 127.0.0.1 --port $LISTEN_PORT --to x@y.example --quit-after MAIL 2>&1 | grep -q '530 5.7.0'"
ok "by LOGIN" swak --auth LOGIN --auth-user copier --auth-password 4711
ok "it is the copier" until_has "$T/p.log" "RCPT TO:<copies@example.com>"
ok "by PLAIN" swak --auth PLAIN --auth-user scanner --auth-password 'a b;#'
ok "it is the scanner" until_has "$T/p.log" "RCPT TO:<scans@example.com>"
ok "by CRAM-MD5, as a keypad may" swak --auth CRAM-MD5 --auth-user copier \
	--auth-password 4711
ok "the log names the device" until_has "$T/seal.log" "device=scanner"
ok "a wrong password is refused" not swak --auth PLAIN --auth-user copier \
	--auth-password 4712
ok "the log tells" until_has "$T/seal.log" "event=device-refused client=127.0.0.1"
ok "no password is told" hasnt "$T/seal.log" 4711
ok "it ends in order" stop "$SEAL_PID"

sed '/^\[device/,$d' "$T/b.ini" >"$T/none.ini"
"$SMTPSEAL" -c "$T/none.ini" check 2>"$T/said"
ok "require without logins is a mistake" has "$T/said" \
	"auth: require needs a [device] with a login"
sed 's/^login = scanner/login = copier/' "$T/b.ini" >"$T/twice.ini"
"$SMTPSEAL" -c "$T/twice.ini" check 2>"$T/said"
ok "two devices with one login are a mistake" has "$T/said" \
	"login: it is that of [device copier] already"
