# Exim as the provider.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

begins start_exim
serves "authenticator failed" "550 5.1.1 nobody of that name"
