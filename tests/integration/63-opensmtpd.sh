# OpenSMTPD as the provider.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

begins start_opensmtpd
serves "result=permfail" "524 5.2.4"
