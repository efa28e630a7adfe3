# A printer with one field for addresses puts a list of them into one command:
# the provider hears of each, and a list refused in part is delivered to nobody.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"

start_relay
printf '%s\r\n' "From: <$ME>" "Date: Sat, 21 Nov 2026 10:15:08 +0000" \
	"Message-ID: <1@printer>" "" "one page" >"$T/page"
say "$LISTEN_PORT" >"$T/heard" 2>&1 <<-X
	EHLO printer
	MAIL FROM:<$ME>
	RCPT TO:<boss@example.com, desk@example.com>
	RCPT TO:<one@example.com;bad@example.com;two@example.com>
	RCPT TO:<three@example.com>,<later@example.com>
	RCPT TO:door@example.com
	RCPT TO:<lamp@example.com,>
	DATA
	From: <$ME>
	Date: Sat, 21 Nov 2026 10:15:08 +0000
	Message-ID: <1@printer>

	one page
	.
	QUIT
X
ok "the refusal in a list is heard" hears "550 5.1.1 "
ok "and so is a temporary one" hears "451 4.2.1 "
ok "the message is taken" hears "250 2.0.0 queued"
ok "it goes to those of lists that were taken whole" arrives "$T/page" \
	boss@example.com desk@example.com door@example.com lamp@example.com
ok "the log tells of lists once" same 1 \
	"$(count "$T/seal.log" event=address-list)"
ok "and which one was refused" has "$T/seal.log" \
	"event=list-refused client=127.0.0.1 to=<bad@example.com>"
ok "one login was enough" same 1 "$(count "$T/seal.log" upstream-ready)"
nothing_odd
