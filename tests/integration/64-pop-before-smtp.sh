# POP before SMTP: Exim takes mail of an address only once Dovecot has let it in
# by POP3.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

begins start_dovecot pop
POP_LOG=$SERVER_LOG
begins start_exim
python3 "$MESSAGE" make small "$T/small"
python3 "$MESSAGE" make large "$T/large"
PROVIDER_PORT=$STARTTLS_PORT

# relay NAME LINES [PASSWORD]: a smtpseal that logs in by POP3; its log is
# $T/NAME.log.
relay() {
	mkdir -p "$T/$1"
	write_config "$T/$1/whole" <<-X
	tls = starttls
	auth = pop-before-smtp
	pop_port = $POP_PORT
	$2
	X
	printf '%s\n' "${3:-pass word;#1}" >"$T/$1/password"
	case $2 in
	*password_command*) grep -v '^password_file' "$T/$1/whole" ;;
	*) cat "$T/$1/whole" ;;
	esac >"$T/$1/seal.ini"
	start_smtpseal "$T/$1/seal.ini" "$1"
}

logins() { count "$POP_LOG" "Login: user=<scan@example.com>"; }
logouts() { count "$POP_LOG" "Logged out"; }
closes_gate() { rm -f "$ADMITTED"/*; }
is_open() { [ -e "$ADMITTED/127.0.0.1" ]; }

# ---- the gate is one ----

write_config "$T/none.whole" <<-X
tls = starttls
auth = none
X
grep -v -e '^user' -e '^password' "$T/none.whole" >"$T/none.ini"
start_smtpseal "$T/none.ini" none
ok "without a login nobody may send" hears "550 5.7.1 log in first" \
	send "$T/small" boss@example.com

relay wrong "" "not it"
ok "a wrong password is told" hears "451 4.7.0 localhost refused the login" \
	send "$T/small" boss@example.com
ok "the server refused it" until_has "$POP_LOG" "Password mismatch"
ok "the login is held down" \
	hears "451 4.7.0 localhost refused the login a moment ago" \
	send "$T/small" boss@example.com
ok "the server was asked once" same 1 "$(count "$POP_LOG" "Password mismatch")"
ok "the log names the POP3 server" has "$T/wrong.log" \
	"failure=auth-refused stage=pop-pass account=default host=localhost port=$POP_PORT"
ok "and what it said" has "$T/wrong.log" 'detail="-ERR [AUTH]'
ok "and what to do" has "$T/wrong.log" "provider allows POP3"
ok "the password is in no log" hasnt "$T/wrong.log" "not it"
ok "the gate is closed still" not is_open

# ---- and it opens ----

relay seal ""
ok "it takes a message" send "$T/small" boss@example.com
ok "it is whole" arrived "$T/small" boss
ok "by one login" same 1 "$(logins)"
ok "which was left in order" until_has "$POP_LOG" "Logged out"
ok "over TLS" grep -q "Login: user=<scan@example.com>.* TLS" "$POP_LOG"
ok "the log says so" grep -q \
	"event=pop-login account=default host=localhost port=$POP_PORT after_ms" \
	"$T/seal.log"
ok "a large one, and another behind it" \
	send "$T/large,$T/small" boss@example.com
ok "both are there" until_true 10 stored boss 2
ok "both are whole" arrived_both
ok "the connection was warm: no other login" same 1 "$(logins)"
ok "no login by SMTP" hasnt "$T/exim/log/mainlog" "A=plain"
ok "its refusal passes" hears "550 5.1.1" send "$T/small" bad@example.com

closes_gate
relay cold "keep_warm = 0"
ok "cold: a message" send "$T/small" boss@example.com
ok "cold: it is whole" arrived "$T/small" boss
closes_gate
ok "cold: another message" send "$T/small" boss@example.com
ok "cold: it is whole, too" arrived "$T/small" boss
ok "cold: each connection logs in" same 3 "$(logins)"
ok "cold: each has left in order" until_true 5 same 3 "$(logouts)"

closes_gate
relay command "password_command = printf 'pass word;#1\\n'
pop_host = 127.0.0.1"
ok "command: a message" send "$T/small" boss@example.com
ok "command: it is whole" arrived "$T/small" boss
ok "command: the log names the server" has "$T/command.log" \
	"event=pop-login account=default host=127.0.0.1"

# ---- doctor ----

closes_gate
"$SMTPSEAL" -c "$T/seal/seal.ini" doctor >"$T/said" 2>&1
ok "doctor: exit 0" same 0 $?
doctor_says() { ok "doctor: $1" grep -qE "$2" "$T/said"; }
doctor_says "whom it asks" "STARTTLS, behind a login by POP3 at localhost port $POP_PORT$"
doctor_says "connected" "^  ok      POP connect  connected to 127.0.0.1 port $POP_PORT$"
doctor_says "TLS" "^  ok      POP TLS      TLSv1.2 .*certificate: CN=localhost"
doctor_says "logged in" "^  ok      POP login    logged in as scan@example.com by POP3$"
doctor_says "the sender" "^  ok      sender "
ok "doctor: in order" same "POP connect POP TLS POP login connect " \
	"$(sed -n 's/^  ok      \(.\{11\}\).*/\1/p' "$T/said" | head -n 4 |
		sed 's/ *$//' | tr '\n' ' ')"
"$SMTPSEAL" -c "$T/command/seal.ini" doctor >"$T/said" 2>&1
ok "doctor, command: exit 0" same 0 $?
ok "doctor, command: the command is told of once" same 1 \
	"$(count "$T/said" "the command printed a password")"
"$SMTPSEAL" -c "$T/wrong/seal.ini" doctor >"$T/said" 2>&1
ok "doctor, wrong: exit 1" same 1 $?
doctor_says "wrong: which step" \
	"^  FAILED  POP login    localhost port $POP_PORT refused the login$"
doctor_says "wrong: why" "^ +why: +-ERR \[AUTH\]"
doctor_says "wrong: what to do" "^ +what to do: .*allows POP3"
ok "doctor, wrong: no SMTP" hasnt "$T/said" "EHLO"
for log in "$T"/*.log "$T/said"; do
	ok "no password in $(basename "$log")" hasnt "$log" "word;#1"
done
