# Credentials: the mechanism is chosen by what is offered, commands that print
# them may fail in every way, and nobody who looks sees a secret.
. "$(dirname "$0")/lib.sh"

good="--cert $CERTS/good.pem --key $CERTS/good.key --tls implicit --strict"
password="pass word;#1"

# meets NAME LINES OPTION...: a message through an account with these lines
# in the place of the password file.
meets() {
	name=$1 lines=$2; shift 2
	start_provider "$name" $good "$@"
	write_config "$T/base.ini" <<-X
	tls = implicit
	$lines
	X
	{
		case $lines in
		*_command*) grep -v '^password_file' "$T/base.ini" ;;
		*) cat "$T/base.ini" ;;
		esac
	} | sed 's/^level = .*/level = trace/' >"$T/$name.ini"
	start_smtpseal "$T/$name.ini" "seal-$name"
	LOG=$T/seal-$name.log
	mail_by_hand
}

over() {
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
	ok "$name: nothing odd" hasnt "$T/$name.log" VIOLATION
}

# unseen WORDS: not in the log, as it is or in base64, with what goes before
# it in a login.
unseen() {
	for form in "$1" "$(printf %s "$1" | base64 -w 0)" \
		"$(printf 'scan@example.com\0%s' "$1" | base64 -w 0)" \
		"$(printf '\0scan@example.com\0%s' "$1" | base64 -w 0)" \
		"$(printf 'n,a=scan@example.com,\001host=localhost\001port=%s\001auth=Bearer %s\001\001' \
			"$PROVIDER_PORT" "$1" | base64 -w 0)" \
		"$(printf 'user=scan@example.com\001auth=Bearer %s\001\001' \
			"$1" | base64 -w 0)"; do
		ok "$name: a secret is not in the log" hasnt "$LOG" "$form"
		ok "$name: nor said to the device" hasnt "$T/heard" "$form"
	done
}

# ---- which mechanism ----

chosen() { # NAME OFFERED WANTED [LINES]
	meets "$1" "${4:-auth = auto}" --auth "$2"
	over
	ok "$1: the message arrives" hears "250 2.0.0 queued"
	ok "$1: by $3" grep -q " C AUTH $3" "$T/$1.log"
	ok "$1: at the first attempt" same 1 "$(count "$T/$1.log" " C AUTH")"
	unseen "$password"
}
chosen plain "PLAIN" PLAIN
chosen login "LOGIN" LOGIN
chosen both "LOGIN PLAIN" PLAIN
chosen cram "PLAIN LOGIN CRAM-MD5" CRAM-MD5
chosen digest "PLAIN DIGEST-MD5" DIGEST-MD5
chosen cram-first "DIGEST-MD5 PLAIN CRAM-MD5" CRAM-MD5
chosen scram-1 "PLAIN CRAM-MD5 SCRAM-SHA-1" SCRAM-SHA-1
chosen scram-256 "PLAIN SCRAM-SHA-1 SCRAM-SHA-256" SCRAM-SHA-256
chosen set-scram "PLAIN SCRAM-SHA-1 SCRAM-SHA-256" SCRAM-SHA-1 "auth = scram-sha-1"
chosen set-login "PLAIN LOGIN CRAM-MD5" LOGIN "auth = login"
chosen unknown-ones "GSSAPI NTLM X-NEW LOGIN" LOGIN

# A success without a proof, and a password that SCRAM has no word for.
meets impostor "auth = auto" --auth "PLAIN SCRAM-SHA-256" \
	--password another --do 'auth=reply:235 welcome\r\n'
over
ok "impostor: the device hears 451" hears "451 4.7.0 localhost did not prove"
ok "impostor: the log says so" has "$LOG" "failure=auth-impostor"
ok "impostor: one attempt" same 1 "$(count "$T/impostor.log" " C AUTH")"
unseen "$password"

printf '250-provider.test\n250-AUTH=LOGIN PLAIN\n250 AUTH LOGIN PLAIN\n' \
	>"$T/both-ways"
meets refused-504 "auth = auto" --auth LOGIN --ehlo-tls "$T/both-ways"
over
ok "refused-504: LOGIN after PLAIN's 504" hears "250 2.0.0 queued"
ok "refused-504: PLAIN came first" has "$T/refused-504.log" "C AUTH PLAIN"
ok "refused-504: LOGIN came next" has "$T/refused-504.log" "C AUTH LOGIN"
unseen "$password"

meets not-offered "auth = cram-md5" --auth "PLAIN LOGIN"
over
ok "not-offered: the device hears 451" hears "451 4.7.0 localhost"
ok "not-offered: no other is tried" hasnt "$T/not-offered.log" " C AUTH"

meets digest-impostor "auth = digest-md5" --auth "PLAIN DIGEST-MD5" \
	--password another --do 'auth=reply:235 welcome\r\n'
over
ok "digest-impostor: the device hears 451" \
	hears "451 4.7.0 localhost did not prove"
unseen "$password"

# A wrong password is tried once, whatever else is offered.
for method in SCRAM-SHA-256 DIGEST-MD5 CRAM-MD5; do
	meets "wrong-$method" "auth = auto" --auth "LOGIN PLAIN $method" \
		--password another
	over
	ok "wrong-$method: the device hears 451" \
		hears "451 4.7.0 localhost refused the login"
	ok "wrong-$method: by it" has "$T/wrong-$method.log" " C AUTH $method"
	ok "wrong-$method: one attempt" \
		same 1 "$(count "$T/wrong-$method.log" " C AUTH")"
	ok "wrong-$method: what to do" has "$LOG" "set auth = plain or login"
	unseen "$password"
done
meets wrong-plain "auth = auto" --auth "LOGIN PLAIN" --password another
over
ok "wrong-plain: no such hint" hasnt "$LOG" "set auth = plain"

# ---- characters beyond ASCII ----

password=$(printf 'p\303\244ssword')
meets umlaut "password_command = printf 'p\\303\\244ssword\\n'" \
	--auth "PLAIN SCRAM-SHA-256" --password "$password"
over
ok "umlaut: the message arrives" hears "250 2.0.0 queued"
ok "umlaut: by what can say it" has "$T/umlaut.log" "C AUTH PLAIN"
ok "umlaut: at the first attempt" same 1 "$(count "$T/umlaut.log" " C AUTH")"
unseen "$password"

meets umlaut-scram "auth = scram-sha-256
password_command = printf 'p\\303\\244ssword\\n'" \
	--auth "PLAIN SCRAM-SHA-256" --password "$password"
over
ok "umlaut-scram: the device hears 451" hears "451 4.7.0 localhost could not be"
ok "umlaut-scram: the log says why" has "$LOG" "characters beyond ASCII"
ok "umlaut-scram: no login" hasnt "$T/umlaut-scram.log" " C AUTH"
unseen "$password"
password="pass word;#1"

# ---- where the password comes from ----

printf '%s\n' "$password" >"$T/secret"
meets command "password_command = cat $T/secret"
over
ok "command: the message arrives" hears "250 2.0.0 queued"
unseen "$password"

fails() { # NAME COMMAND WHY
	meets "$1" "password_command = $2"
	over
	ok "$1: the device hears 451" hears "451 4.7.0 localhost could not be"
	ok "$1: no login" hasnt "$T/$1.log" " C AUTH"
	ok "$1: the log says why" has "$LOG" "$3"
	ok "$1: what to do" has "$LOG" "hint=\"run password_command"
	unseen "$password"
}
fails exits "cat $T/secret; exit 3" "exit status 3"
fails not-found "/no/such/command" "the command was not found"
fails silent "true" "printed nothing"
fails killed "kill -9 \$\$" "the command was killed"
fails nul "printf 'a\\0b\\n'" "a NUL"
fails endless "yes $password" "printed too much"

# It hangs: the end of the daemon is its end too.
start_provider hangs $good
write_config "$T/base.ini" <<-X
tls = implicit
password_command = echo \$\$ >$T/child; sleep 300
X
grep -v '^password_file' "$T/base.ini" >"$T/hangs.ini"
start_smtpseal "$T/hangs.ini" seal-hangs
mail_by_hand &
device=$!
ok "hangs: the command is run" until_true 10 test -s "$T/child"
ok "hangs: the daemon goes at once all the same" stop "$SEAL_PID"
ok "hangs: the command is gone" until_true 5 is_gone "$(cat "$T/child")"
wait "$device"
ok "hangs: the device is told" hears "4[25]1 4\."
stop "$PROVIDER_PID"

# ---- tokens ----

token="ya29.$(printf 'token%.0s' 1 2 3 4 5 6)"
printf '%s\n' "$token" >"$T/token"
meets token "token_command = cat $T/token" --token "$token"
over
ok "token: the message arrives" hears "250 2.0.0 queued"
ok "token: by XOAUTH2 or OAUTHBEARER" grep -qE " C AUTH (XOAUTH2|OAUTHBEARER) " \
	"$T/token.log"
unseen "$token"

meets wrong "token_command = cat $T/token" --token another --auth XOAUTH2
over
ok "wrong: the device hears 451" hears "451 4.7.0 localhost refused the login"
ok "wrong: the log says why" has "$LOG" "failure=auth-refused"
ok "wrong: the empty answer to the 334 leg" \
	grep -qE "^1 C $" "$T/wrong.log"
ok "wrong: one attempt" same 1 "$(count "$T/wrong.log" " C AUTH")"
unseen "$token"

long=$(head -c 6000 /dev/urandom | base64 -w 0)
printf '%s\n' "$long" >"$T/token"
meets long "token_command = cat $T/token" --token "$long" --auth XOAUTH2
over
ok "long: a token of 8 KB logs in" hears "250 2.0.0 queued"
ok "long: in two steps" grep -qE " C AUTH XOAUTH2$" "$T/long.log"
unseen "$long"

meets bearer "token_command = cat $T/token" --token "$long" --auth OAUTHBEARER
over
ok "bearer: such a token logs in" hears "250 2.0.0 queued"
ok "bearer: in two steps" grep -qE " C AUTH OAUTHBEARER$" "$T/bearer.log"
unseen "$long"

# The longest there may be, and one octet more.
longest=$(head -c 12288 /dev/urandom | base64 -w 0)
printf '%s\r\n' "$longest" >"$T/token"
for method in XOAUTH2 OAUTHBEARER; do
	meets "longest-$method" "token_command = cat $T/token" \
		--token "$longest" --auth "$method"
	over
	ok "longest-$method: a token of 16 KiB logs in" hears "250 2.0.0 queued"
done
unseen "$longest"
printf '%sx\n\n\n' "$longest" >"$T/token"
meets too-long "token_command = cat $T/token" --token "${longest}x"
over
ok "too-long: it is told" has "$LOG" "printed too much"

printf '%s\n' "$token" >"$T/token"
meets bearer-wrong "token_command = cat $T/token" --token another \
	--auth OAUTHBEARER
over
ok "bearer-wrong: the device hears 451" \
	hears "451 4.7.0 localhost refused the login"
ok "bearer-wrong: the log says what the server said" \
	has "$LOG" 'said="{\"status\":\"invalid_token\"}"'
ok "bearer-wrong: the 0x01 to the 334 leg" \
	grep -qE "^1 C AQ==$" "$T/bearer-wrong.log"
ok "bearer-wrong: one attempt" same 1 "$(count "$T/bearer-wrong.log" " C AUTH")"
unseen "$token"

# A token never goes by a mechanism made for passwords.
meets no-oauth "token_command = cat $T/token" --auth "PLAIN LOGIN"
over
ok "no-oauth: the device hears 451" hears "451 4.7.0 localhost offers no login"
ok "no-oauth: no login" hasnt "$T/no-oauth.log" " C AUTH"

# ---- who else might look ----

meets looked "auth = plain"
ok "looked: the message arrives" hears "250 2.0.0 queued"
tr '\0' '\n' <"/proc/$SEAL_PID/cmdline" >"$T/cmdline"
tr '\0' '\n' <"/proc/$SEAL_PID/environ" >"$T/environ" 2>"$T/environ.no" || :
ok "looked: not in ps" hasnt "$T/cmdline" "$password"
ok "looked: not in the environment" hasnt "$T/environ" "$password"
ok "looked: nor is what was mailed in the log" hasnt "$LOG" "the scan"
over
unseen "$password"
