# Python's smtplib as the device.
. "$(dirname "$0")/lib.sh"
. "$HERE/clients.sh"

start_relay
cat >"$T/python" <<'PYTHON'
import smtplib
import sys
from email.message import EmailMessage

port, logins, me, small, large, program = sys.argv[1:]
contents = [open(name, "rb").read() for name in (small, large)]
to = ["boss@example.com"]

with smtplib.SMTP("127.0.0.1", int(port), "copier", 60) as server:
    for content in contents:
        server.sendmail(me, to, content, ["BODY=8BITMIME"])
    scans = EmailMessage()
    scans["From"], scans["To"], scans["Subject"] = me, to[0], "scans"
    scans.set_content("two scans")
    for name, content in (("large", contents[1]),
                          ("program", open(program, "rb").read())):
        scans.add_attachment(content, filename=name, maintype="application",
                             subtype="octet-stream")
    server.send_message(scans)

for how in "PLAIN", "LOGIN":
    for ready in True, False:
        with smtplib.SMTP("127.0.0.1", int(logins), "copier", 60) as server:
            server.ehlo()
            server.user, server.password = "copier", "toner"
            server.auth(how, getattr(server, "auth_" + how.lower()),
                        initial_response_ok=ready)
            server.sendmail(me, to, contents[0])

with smtplib.SMTP("127.0.0.1", int(logins), "copier", 60) as server:
    server.login("copier", "toner")
    heard = server.sendmail(me, to + ["bad@example.com"], contents[0])
    print(heard)
    try:
        server.sendmail(me, ["bad2@example.com"], contents[0])
        print("not refused")
    except smtplib.SMTPRecipientsRefused as error:
        print(error.recipients)
    server.sendmail(me, to, contents[0])
PYTHON
speaks() {
	timeout 60 python3 "$T/python" "$LISTEN_PORT" "$LOGIN_PORT" "$ME" \
		"$T/small" "$T/large" "$SMTPSEAL" >"$T/python.out"
}
ok "it is content" speaks
ok "the first arrives" arrives "$T/small"
ok "the second in its connection" arrives "$T/large"
ok "the third with its attachments" carries "$T/large" "$SMTPSEAL"
for how in "PLAIN at once" "PLAIN" "LOGIN at once" "LOGIN"; do
	ok "after $how" arrives "$T/small"
done
ok "one of two is refused" \
	has "$T/python.out" "{'bad@example.com': (550, b'$REFUSAL')}"
ok "the other arrives" arrives "$T/small"
ok "the only one is refused" \
	has "$T/python.out" "{'bad2@example.com': (550, b'$REFUSAL')}"
ok "the next arrives" arrives "$T/small"
start_refuser
sends_one() {
	timeout 60 python3 -c 'import smtplib, sys
port, me, name = sys.argv[1:]
with smtplib.SMTP("127.0.0.1", int(port), "copier", 60) as server:
    server.sendmail(me, "boss@example.com", open(name, "rb").read())' \
		"$LISTEN_PORT" "$ME" "$T/small"
}
ok "content is refused" refused 1 sends_one
ok "and it knows that it was that" has "$T/refused" SMTPDataError
nothing_odd
