# A reload while messages are open: they go on, by whatever account is there.
. "$(dirname "$0")/lib.sh"

good="--cert $CERTS/good.pem --key $CERTS/good.key --tls implicit --strict"
LOG=$T/seal.log

# device N: a conversation that is held open; ask N LINE waits for the ANSWER.
device() {
	mkfifo "$T/ask$1"
	: >"$T/held$1"
	say "$LISTEN_PORT" <"$T/ask$1" >"$T/held$1" 2>&1 &
	eval "DEVICE$1=$!"
	eval "exec $1>\"$T/ask$1\""
	until_has "$T/held$1" "220 "
	tell "$1" "EHLO device"
	until_has "$T/held$1" "250 ENH"
}
tell() { eval "printf '%s\\n' \"\$2\" >&$1"; }
ask() {
	tell "$1" "$2"
	ok "$NAME: $2" until_has "$T/held$1" "$3"
}
end_device() {
	tell "$1" "~"
	eval "wait \$DEVICE$1"
	eval "exec $1>&-"
	rm -f "$T/ask$1"
}

# reload SED: the configuration changes so.
reloaded() { [ "$(count "$LOG" event=reloaded)" = "$1" ]; }
reload() {
	times=$(($(count "$LOG" event=reloaded) + 1))
	sed "$1" "$T/a.ini" >"$T/new.ini"
	mv "$T/new.ini" "$T/a.ini"
	kill -HUP "$SEAL_PID"
	ok "$NAME: reloaded" until_true 10 reloaded "$times"
}

# ---- the account changes while a message has lost its connection ----

NAME=lost
start_provider old $good
old=$PROVIDER_PID old_port=$PROVIDER_PORT
write_config "$T/a.ini" <<-X
tls = implicit
sender = scan@example.com
[limits]
recipients = 50
X
start_smtpseal "$T/a.ini"
mail_by_hand
# The pool stays, and the device below belongs to a newer configuration.
reload 's/^recipients = .*/recipients = 60/'
device 7
ask 7 "MAIL FROM:<printer@device>" "250 2.1.0"
ask 7 "RCPT TO:<boss@example.com>" "250 2.1.5"
ask 7 "DATA" "354 "
tell 7 "Subject: over two reloads"
stop "$old"
start_provider new $good
reload "s/^port = $old_port\$/port = $PROVIDER_PORT/
	s/^sender = .*/sender = other@example.com/"
ask 7 "." "250 2.0.0 queued"
end_device 7
ok "lost: the new provider has it" stored new 1
ok "lost: from the new sender" has "$T/new.log" \
	"C MAIL FROM:<other@example.com>"
ok "lost: the log names the account" same 2 "$(count "$LOG" \
	"result=sent client=127.0.0.1 device=default account=default")"
stop "$SEAL_PID"
stop "$PROVIDER_PID"

# ---- accounts change while a device waits ----

NAME=waiting
start_provider waiting $good
write_config "$T/a.ini" <<-X
tls = implicit
keep_warm = 20s
[account second]
host = localhost
port = $PROVIDER_PORT
tls = implicit
user = scan@example.com
password_file = password
ca_file = $CERTS/ca.pem
connections = 1
keep_warm = 20s
[device all]
client = 127.0.0.1
account = second
X
start_smtpseal "$T/a.ini" seal-waiting
LOG=$T/seal-waiting.log
device 7
ask 7 "MAIL FROM:<one@device>" "250 2.1.0"
device 8
tell 8 "MAIL FROM:<two@device>"
reload 's/^keep_warm = .*/keep_warm = 25s/'
ok "waiting: it gets a connection of the new pool" \
	until_has "$T/held8" "250 2.1.0"
ok "waiting: it hears of no end" hasnt "$T/held8" "421 "
ask 7 "RCPT TO:<boss@example.com>" "250 2.1.5"
ask 7 "DATA" "354 "
ask 7 "." "250 2.0.0 queued"
end_device 7
end_device 8
stop "$SEAL_PID"
stop "$PROVIDER_PID"
ok "waiting: the open message arrived" stored waiting 1
