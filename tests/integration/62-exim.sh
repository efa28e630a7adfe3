# Exim as the provider.
. "$(dirname "$0")/lib.sh"
. "$HERE/servers.sh"

begins start_exim
serves "authenticator failed" "550 5.1.1 nobody of that name"

# Its log has a K for a message that came by BDAT.
by_bdat() { grep "<= scan@example.com" "$SERVER_LOG" | grep -c " K "; }
other_way() { grep "<= scan@example.com" "$SERVER_LOG" | grep -vc " K "; }
before=$(by_bdat)
ok "it was BDAT all the time" same 0 "$(other_way)"
takes_chunks
ok "both were BDAT" same $((before + 2)) "$(by_bdat)"
ok "one was not" same 1 "$(other_way)"
