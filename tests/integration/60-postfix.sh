# Postfix as the provider, with logins checked by Dovecot.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

begins start_postfix
serves "authentication failed" "550 5.1.1 <bad@example.com>: Recipient address rejected"
