# smtpseal-oauth: tokens come from a server, are kept, renewed once for all who
# ask, and survive whatever happens on the way.
. "$(dirname "$0")/lib.sh"
. "$HERE/oauth.sh"
need strace

good="--cert $CERTS/good.pem --key $CERTS/good.key --tls implicit --strict"

# ---- the device grant ----

server device agree=2 strict=1
account device 'oauth_grant = device' "oauth_device_url = $URL/device"
ok "nobody has logged in" token 69
ok "what to do is said" complains "run smtpseal-oauth login"
ok "status says it" run 69 status
order "" "" error:slow_down
begun=$(date +%s)
ok "login" run 0 login default
ok "the address is shown" says "https://provider.test/device"
ok "the code is shown" says "ABCD-EFGH"
ok "it polled until somebody agreed" same 4 "$(asked)"
ok "slow_down was respected" test $(($(date +%s) - begun)) -ge 8
ok "the store is the owner's alone" same 600 "$(stat -c %a "$STORE")"
ok "the folder too" same 700 "$(stat -c %a "$T/state-device")"
ok "a token is printed" token
ok "the server's first" is_nth 1
ok "without asking again" same 4 "$(asked)"
ok "nothing else is printed" same 1 "$(wc -l <"$T/said")"
ok "status" run 0 status default
for words in scan@example.com device "mail offline" "valid until" "logged in"; do
	ok "status says $words" says "$words"
done
ok "status shows no token" hasnt "$T/said" "xxxx"

# ---- refreshing ----

due 290
ok "under five minutes it is renewed" token
ok "with the new token" is_nth 2
ok "the refresh token was rotated" holds_nth 2
due 310
ok "over five minutes it is not" token
ok "the same token" is_nth 2
due
before=$(asked)
for i in $(seq 50); do
	"$OAUTH" -c "$INI" token default >"$T/many.$i" 2>>"$T/all.err" &
	callers="${callers:-} $!"
done
for pid in $callers; do wait "$pid"; done
ok "50 callers ask once" same $((before + 1)) "$(asked)"
ok "all get the same token" same 1 "$(cat "$T"/many.* | sort -u | wc -l)"
ok "all get one" same 50 "$(grep -c ^at-3- "$T"/many.* | grep -c :1)"

# ---- trouble at the server ----

# troubled NAME ORDER WORDS: an error in words, the old token kept, and the
# next attempt succeeds.
troubled() {
	order "$2"
	due_again
	old=$(grep ^refresh_token "$STORE")
	ok "$1: it fails for now" token "${4:-75}"
	ok "$1: it says why" complains "$3"
	ok "$1: the refresh token stays" has "$STORE" "$old"
	run "${5:-0}" status default
	ok "$1: status tells it" says "$3"
	before=$(asked)
	ok "$1: at once it is not asked again" token "${4:-75}"
	ok "$1: no request" same "$before" "$(asked)"
}
troubled 500 status:500 "HTTP 500"
troubled 429 status:429:1234 "HTTP 429"
wait=$(($(sed -n 's/^retry_at //p' "$STORE") - $(date +%s)))
ok "429: Retry-After is respected" test $wait -gt 1200 -a $wait -le 1234
troubled closes close "closed the connection"
troubled half half "closed the connection"
troubled silent silent:24 "did not answer in time"
troubled redirect redirect "a redirect is never followed"
troubled flood flood "more than any answer"
troubled html "say:<html>" "no JSON object"
troubled empty "say:{}" "no access_token"
troubled foreign 'say:{"access_token":"a\nb"}' "no access_token"
troubled mac 'say:{"access_token":"a","token_type":"mac"}' "no bearer token"
troubled words words 'a\nb\x1b[1m'
troubled refused error:invalid_grant "invalid_grant" 77 69
ok "refused: what to do" complains "run smtpseal-oauth login"

order status:503
due_again 120
ok "a token that is still good is printed all the same" token
ok "the old one" is_nth 3
ok "the trouble is told" complains "HTTP 503"
due_again
ok "it works again" token
ok "a success ends the error" hasnt "$STORE" "error "

# ---- nobody there ----

due_again
next_port
sed "s|localhost:[0-9]*/token|localhost:$PORT/token|" "$INI" >"$T/down.ini"
sed -i "s|^token_url .*|token_url https://localhost:$PORT/token|" "$STORE"
kept=$INI INI=$T/down.ini
ok "down: it fails for now" token 75
ok "down: it says why" complains "cannot be reached"
INI=$kept
sed -i "s|^token_url .*|token_url $URL/token|" "$STORE"
due_again
ok "down: it works again" token

# ---- who is asked ----

due_again
sed "s|^oauth_ca_file = .*|oauth_ca_file = $CERTS/other-ca.pem|" "$INI" \
	>"$T/other.ini"
kept=$INI INI=$T/other.ini
before=$(asked)
ok "another authority: not trusted" token 75
ok "another authority: said so" complains "certificate is not trusted"
sed '/^oauth_ca_file/d' "$kept" >"$T/system.ini"
INI=$T/system.ini
due_again
ok "the system's authorities: not trusted" token 75
sed 's|localhost:\([0-9]*\)/token|127.0.0.2:\1/token|' "$kept" >"$T/elsewhere.ini"
INI=$T/elsewhere.ini
due_again
ok "another server gets no refresh token" token 69
ok "no request of all these" same "$before" "$(asked)"
INI=$kept

# ---- the store ----

cp "$STORE" "$T/whole"
head -c 3000 "$T/whole" >"$STORE"
ok "half a store: told" token 65
ok "half a store: in words" complains "is not whole"
ok "half a store: nobody logs in over it" run 65 login default
ok "half a store: kept" same 3000 "$(stat -c %s "$STORE")"
cp "$T/whole" "$STORE"
chmod 640 "$STORE"
ok "a store others may read: told" token 65
chmod 600 "$STORE"
due_again
ok "and all is well again" token

# ---- killed at each step of a rotation ----

# The server takes every refresh token it ever gave, as some do for a while.
stop "$SERVER_PID"
server kills
account kills 'oauth_grant = device' "oauth_device_url = $URL/device"
ok "login for the kills" run 0 login default
rotated() { # OLD NEW WHICH: the store is whole, and holds this one
	same end "$(tail -n 1 "$STORE")" || return 1
	case $3 in
	old) holds_nth "$1" ;;
	new) holds_nth "$2" ;;
	either) holds_nth "$1" || holds_nth "$2" ;;
	esac
}
held() { sed -n 's/^refresh_token rt-\([0-9]*\).*/\1/p' "$STORE"; }

# The store is written once before the server is asked, and once behind its
# answer: each time file, name, folder.
for step in fsync:1:old renameat:1:old fsync:2:old fsync:3:old renameat:2:old \
	fsync:4:new; do
	call=${step%%:*} which=${step##*:} nth=${step#*:} nth=${nth%:*}
	old=$(held)
	due_again
	# The leak checker cannot live beside another tracer.
	ASAN_OPTIONS=detect_leaks=0 strace -f -o "$T/strace.out" \
		-e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$nth" \
		"$OAUTH" -c "$INI" token default >"$T/said" 2>>"$T/all.err"
	new=$(asked)
	ok "killed at $call $nth: it was" has "$T/strace.out" "killed by SIGKILL"
	ok "killed at $call $nth: the $which token" rotated "$old" "$new" "$which"
	ok "killed at $call $nth: nothing printed" test ! -s "$T/said"
	due_again
	ok "killed at $call $nth: the next one succeeds" token
done
kills=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	old=$(held)
	due_again
	timeout -s KILL "0.0$((10 + i * 4))" "$OAUTH" -c "$INI" token default \
		>"$T/said" 2>>"$T/all.err"
	[ $? -ne 137 ] || kills=$((kills + 1))
	ok "killed some time: the old token or the new" \
		rotated "$old" "$(asked)" either
done
ok "killed some time: more than once" test $kills -gt 0
due_again
ok "the next one succeeds" token
stop "$SERVER_PID"

# ---- an application without a user ----

printf 'app secret;&1\n' >"$T/app-secret"
server application "secret=app secret;&1"
account application 'oauth_grant = client-credentials' \
	"oauth_client_secret_file = $T/app-secret"
ok "application: nobody logs in" run 64 login default
ok "application: a token" token
ok "application: the first" is_nth 1
ok "application: by its grant" has "$SERVER/requests" client_credentials
due
ok "application: renewed" token
ok "application: the second" is_nth 2
ok "application: status" run 0 status
ok "application: no end is known" hasnt "$T/said.err" ends
echo "oauth_client_secret_ends = $(date -u -d "+10 days" +%F)" >>"$INI"
ok "application: status with an end" run 0 status
ok "application: the end is told" complains "oauth_client_secret_file ends in 9 days"
order status:500
due
ok "application: trouble" token 75
printf 'wrong\n' >"$T/app-secret"
due_again
ok "application: a wrong secret" token 75
ok "application: which is said" complains "secret or certificate is wrong"
printf 'app secret;&1\n' >"$T/app-secret"

# ---- who else might look ----

order slow:2
due_again
"$OAUTH" -c "$INI" token default >"$T/said" 2>>"$T/all.err" &
slow=$!
ok "looked: it asks" until_true 10 asked_often 5
tr '\0' '\n' <"/proc/$slow/cmdline" >"$T/cmdline"
tr '\0' '\n' <"/proc/$slow/environ" >"$T/environ" 2>/dev/null || :
ok "looked: not in ps" hasnt "$T/cmdline" "app secret"
ok "looked: not in the environment" hasnt "$T/environ" "app secret"
ok "looked: no core" grep -q "Max core file size  *0  *0" "/proc/$slow/limits"
wait "$slow"
ok "looked: the token came" is_nth 3

# ---- the daemon asks by itself ----

start_provider mail $good --auth "LOGIN XOAUTH2" --token "$(cat "$T/said")"
write_config "$T/base.ini" <<-X
tls = implicit
oauth_grant = client-credentials
oauth_client_id = app
oauth_client_secret_file = $T/app-secret
oauth_token_url = $URL/token
oauth_ca_file = $CERTS/ca.pem
[state]
directory = state-application
X
grep -v '^password_file' "$T/base.ini" >"$T/mail.ini"
start_smtpseal "$T/mail.ini"
mail_by_hand
ok "daemon: the message arrives" hears "250 2.0.0 queued"
ok "daemon: by XOAUTH2" has "$T/mail.log" " C AUTH XOAUTH2"
ok "daemon: no token in its log" hasnt "$T/seal.log" xxxx
stop "$SEAL_PID"
ok "doctor proves it" "$SMTPSEAL" -c "$T/mail.ini" doctor
order status:500
sed -i "s/^access_ends .*/access_ends 1/" "$STORE"
start_smtpseal "$T/mail.ini" troubled
mail_by_hand
ok "daemon, in trouble: the device hears 451" hears "451 4.7.0 localhost"
ok "daemon, in trouble: the log says why" has "$T/troubled.log" "HTTP 500"
stop "$SEAL_PID"
stop "$PROVIDER_PID"

# ---- the end of a login ----

stop "$SERVER_PID"
server ending refresh_expires=100000
account ending 'oauth_grant = device' "oauth_device_url = $URL/device"
ok "ending: login" run 0 login default
ok "ending: status" run 0 status
ok "ending: status warns" complains "the login ends in 27 hours"
due
ok "ending: a token" token
ok "ending: that warns, too" complains "run smtpseal-oauth login default"
ok "logout" run 0 logout default
ok "logout: the store is gone" test ! -e "$STORE"
ok "logout: nobody has logged in" token 69
ok "nothing of a token was ever complained of" hasnt "$T/all.err" xxxx
