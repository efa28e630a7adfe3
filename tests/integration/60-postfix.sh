# Postfix as the provider, with logins checked by Dovecot.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

begins start_postfix
serves "authentication failed" "550 5.1.1 <bad@example.com>: Recipient address rejected"

# Its log has the number of each command at the end of a connection.
takes_chunks
ok "it was BDAT, three chunks at least" until_true 10 grep -Eq \
	"disconnect .* auth=1 mail=2 rcpt=2 bdat=([3-9]|[1-9][0-9]) quit=1 " \
	"$SERVER_LOG"
ok "and DATA where BDAT was not to be used" until_true 10 grep -q \
	"disconnect .* auth=1 mail=1 rcpt=1 data=1 quit=1 " "$SERVER_LOG"
