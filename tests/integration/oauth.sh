# oauth.sh - an authorisation server, and smtpseal-oauth asking it. Sourced by
# the tests, behind lib.sh.

OAUTH=${OAUTH:-$SMTPSEAL-oauth}
[ -x "$OAUTH" ] || skip "no smtpseal-oauth here"
need python3


# serve NAME COMMAND...: one that prints "port NNNN"; sets SERVER, its folder
# $T/NAME, SERVER_PID and URL.
serve() {
	SERVER=$T/$1; shift
	mkdir -p "$SERVER"
	: >"$SERVER/out"
	"$@" >"$SERVER/out" 2>"$SERVER.err" &
	SERVER_PID=$!
	PIDS="$PIDS $!"
	until_has "$SERVER/out" "port " || cat "$SERVER.err"
	URL=https://localhost:$(sed -n 's/^port //p' "$SERVER/out")
}

# server NAME OPTION...: ours; requests are in $T/NAME.
server() {
	name=$1; shift
	serve "$name" python3 "$HERE/oauth_server.py" \
		"${SERVER_CERT:-$CERTS/good.pem}" \
		"${SERVER_KEY:-$CERTS/good.key}" "$T/$name" "$@"
}

# order LINE...: what the next requests meet.
order() { printf '%s\n' "$@" >"$SERVER/orders"; }

asked() { count "$SERVER/requests" "${1:-/token}"; }

asked_often() { [ "$(asked)" -ge "$1" ]; }

# account NAME LINE...: an ini for the last server; sets INI and STORE.
account() {
	INI=$T/$1.ini STORE=$T/state-$1/default.oauth
	{
		printf '[state]\ndirectory = state-%s\n' "$1"
		printf '[account]\nhost = localhost\ntls = implicit\n'
		printf 'port = %s\nca_file = %s\n' "${PROVIDER_PORT:-465}" \
			"$CERTS/ca.pem"
		printf 'user = scan@example.com\noauth_client_id = app\n'
		printf 'oauth_token_url = %s/token\n' "$URL"
		printf 'oauth_scope = mail offline\n'
		printf 'oauth_ca_file = %s\n' "$CERTS/ca.pem"
		shift
		printf '%s\n' "$@"
	} >"$INI"
}

# run CODE COMMAND...: smtpseal-oauth ends so; what it says is in $T/said and
# $T/said.err.
run() {
	want=$1; shift
	timeout 60 "$OAUTH" -c "$INI" "$@" >"$T/said" 2>"$T/said.err"
	got=$?
	cat "$T/said.err" >>"$T/all.err"
	same "$want" "$got" || { cat "$T/said.err"; return 1; }
}
token() { run "${1:-0}" token default; }
says() { has "$T/said" "$1"; }
complains() { has "$T/said.err" "$1"; }

# The last access token is that of the server's Nth answer.
is_nth() { same "at-$1-" "$(cut -c1-$((4 + ${#1})) "$T/said")"; }
holds_nth() { has "$STORE" "refresh_token rt-$1-"; }

# due [SECONDS]: the access token ends by then.
due() {
	sed -i "s/^access_ends .*/access_ends $(($(date +%s) + ${1:-0}))/" "$STORE"
}
due_again() { due "${1:-0}"; sed -i '/^retry_at/d' "$STORE"; }

# aged [SECONDS]: the token was got so long ago, an hour if nothing is said.
aged() {
	sed -i "s/^\(refreshed_at\|login_at\) .*/\1 \
$(($(date +%s) - ${1:-3600}))/" "$STORE"
}
