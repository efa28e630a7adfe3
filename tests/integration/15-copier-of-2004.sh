# A copier of 2004: HELO, no brackets, bare line feeds, its own sender, no Date,
# a dot and a bare line feed for the end. Its scan arrives as it should.
. "$(dirname "$0")/lib.sh"

start_provider mx --tls starttls --cert "$CERTS/good.pem" \
	--key "$CERTS/good.key" --strict
write_config "$T/seal.ini" <<-X
sender = scan@example.com
[device copier]
client = 127.0.0.1
end_of_data = close
X
start_smtpseal "$T/seal.ini"
say "$LISTEN_PORT" >"$T/heard" <<'X'
HELO
MAIL FROM: copier@office.local
RCPT TO: boss@example.com
DATA
!From: "Copier @ 2nd floor" <copier@office.local>\nSender: root@office.local\nSubject: Scan\n\n.. and a line\nlast\n.\nMAIL FROM:<forged@x>\r\n
?
?
X
ok "the copier hears 250" has "$T/heard" "250 2.0.0 queued"
ok "and then the end" has "$T/heard" "(closed)"
ok "the mailbox is the sender" has "$T/mx.store/0001.txt" \
	"MAIL FROM:<scan@example.com>"
ok "and stands in From" has "$T/mx.store/0001.eml" \
	'From: "Copier at 2nd floor" <scan@example.com>'
ok "the copier is answered to" has "$T/mx.store/0001.eml" \
	'Reply-To: "Copier at 2nd floor" <copier@office.local>'
ok "Sender is gone" hasnt "$T/mx.store/0001.eml" "Sender:"
ok "there is a Date" grep -qE '^Date: [A-Z][a-z]{2}, [0-9]+ [A-Z][a-z]{2} 20' \
	"$T/mx.store/0001.eml"
ok "there is a Message-ID" grep -qE '^Message-ID: <[^ ]+@[^ ]+>' \
	"$T/mx.store/0001.eml"
ok "a dot of the text stays one" has "$T/mx.store/0001.eml" ". and a line"
ok "nothing behind the end was a command" hasnt "$T/mx.log" forged
ok "one message" same 1 "$(ls "$T/mx.store" | grep -c eml)"
ok "it ends in order" stop "$SEAL_PID"
ok "the provider saw nothing odd" hasnt "$T/mx.log" VIOLATION
