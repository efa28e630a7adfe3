# clients.sh - what the tests with real clients share. Sourced behind lib.sh.
#
# One smtpseal, before our own provider at its strictest. Recipients whose
# address begins with "bad" are refused by it.

# Where python3 is a wrapper of a version manager, each call costs a tenth of
# a second.
PATH=$(python3 -c 'import os, sys; print(os.path.dirname(sys.executable))'):$PATH

MESSAGE=$HERE/message.py
REFUSAL="5.1.1 no such mailbox"
ME=scan@example.com
TAKEN=0

# start_relay: also makes $T/small, $T/large and $T/scan, with CRLF. For clients
# that send text files the same with LF, .lf; for those that put a blank line of
# their own behind it, that without its last line, .less.
start_relay() {
	start_provider provider --tls starttls --cert "$CERTS/good.pem" \
		--key "$CERTS/good.key" --strict
	next_port
	LOGIN_PORT=$PORT
	write_config "$T/seal.ini" <<-END
	tls = starttls
	[listen logins]
	address = 127.0.0.1:$LOGIN_PORT
	auth = require
	[device copier]
	login = copier
	login_password = toner
	END
	start_smtpseal "$T/seal.ini"
	for kind in small large scan; do
		python3 "$MESSAGE" make $kind "$T/$kind"
		tr -d '\r' <"$T/$kind" >"$T/$kind.lf"
		sed '$d' "$T/$kind.lf" >"$T/$kind.less"
	done
}

# logged_in COMMAND...: at the listener that lets nobody in without a login.
logged_in() ( LISTEN_PORT=$LOGIN_PORT; "$@" )

# start_refuser: from now on there is another smtpseal, whose provider takes no
# message: it says so behind the dot.
start_refuser() {
	REFUSAL="5.6.0 no such content here"
	start_provider refuser --tls implicit --cert "$CERTS/good.pem" \
		--key "$CERTS/good.key" --strict --do "dot=reply:554 $REFUSAL\r\n"
	write_config "$T/refuser.ini" <<-END
	tls = implicit
	END
	start_smtpseal "$T/refuser.ini" seal-refuser
}

# taken: the next message the provider took, and what it was sent to.
taken() {
	TAKEN=$((TAKEN + 1))
	STORED=$T/provider.store/$(printf %04d $TAKEN)
	[ -f "$STORED.eml" ] || { ls "$T/provider.store"; return 1; }
}

# arrives FILE [RECIPIENT...]: the next one is the file, octet for octet, sent
# to these, boss@example.com if none is named.
arrives() {
	taken || return 1
	cmp "$1" "$STORED.eml" || return 1
	shift
	[ $# -gt 0 ] || set -- boss@example.com
	same "$*" "$(sed -n 's/^RCPT TO:<\(.*\)>.*/\1/p' \
		"$STORED.txt" | tr '\n' ' ' | sed 's/ $//')"
}

# carries FILE...: the next one has these files as its attachments.
carries() {
	taken || return 1
	same "$(cat "$@" | sha256sum)" \
		"$(python3 "$MESSAGE" attachments "$STORED.eml" | sha256sum)"
}

# refused CODE COMMAND...: the command exits so, and tells the refusal.
refused() {
	code=$1; shift
	"$@" >"$T/refused" 2>&1
	same "$code" $? && has "$T/refused" "$REFUSAL" && return 0
	cat "$T/refused"
	return 1
}

# not_forwarded: what a device logs in with, copier and toner, stays here.
not_forwarded() {
	for secret in 'copier' 'toner' '\0000copier\0000toner' \
		'copier\0000copier\0000toner'; do
		hasnt "$T/provider.log" \
			"$(printf '%b' "$secret" | base64)" || return 1
	done
}

nothing_odd() {
	ok "the provider saw nothing odd" hasnt "$T/provider.log" VIOLATION
	[ ! -f "$T/refuser.log" ] ||
		ok "nor did the one who refuses" hasnt "$T/refuser.log" VIOLATION
	ok "there is no message more" not taken
	ok "the device's login stays here" not_forwarded
}
