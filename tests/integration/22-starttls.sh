# STARTTLS that is attacked on the way: no login leaves, nothing is sent in the
# clear, and the device hears 451.
. "$(dirname "$0")/lib.sh"

good="--cert $CERTS/good.pem --key $CERTS/good.key"

# refused NAME REPLY FAILURE LINES OPTION...
refused() {
	name=$1 reply=$2 failure=$3 lines=$4; shift 4
	start_provider "$name" $good "$@"
	write_config "$T/$name.ini" <<-X
	tls = starttls
	$lines
	X
	start_smtpseal "$T/$name.ini" "seal-$name"
	mail_by_hand
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
	heard=$T/$name.log
	log=$T/seal-$name.log
	ok "$name: the device hears 451" hears "$reply localhost "
	ok "$name: the log says why" has "$log" "failure=$failure "
	ok "$name: what to do" has "$log" " hint=\""
	ok "$name: a line for the message" \
		has "$log" "event=message result=failed"
	ok "$name: no login" hasnt "$heard" " C AUTH"
	ok "$name: no sender in the clear" hasnt "$heard" " C MAIL"
	ok "$name: no other hello" not grep -q " C HELO" "$heard"
	ok "$name: nothing arrived" stored "$name" 0
}

printf '250-provider.test\n250-SIZE 1000000\n250 AUTH PLAIN LOGIN\n' \
	>"$T/stripped"
printf '250-provider.test\n250-XXXXXXXA\n250 AUTH PLAIN LOGIN\n' \
	>"$T/renamed"

refused injected "451 4.7.4" starttls-injected "" \
	--tls starttls --do starttls=inject
refused injected-login "451 4.7.4" starttls-injected "auth = plain" \
	--tls starttls --do 'starttls=reply:220 go\r\n235 2.7.0 Accepted\r\n'
refused stripped "451 4.7.4" no-starttls "auth = plain" \
	--tls starttls --ehlo "$T/stripped"
refused renamed "451 4.7.4" no-starttls "auth = plain" \
	--tls starttls --ehlo "$T/renamed"
refused never-had "451 4.7.4" no-starttls "auth = plain" --tls none
refused said-200 "451 4.7.4" starttls "auth = plain" \
	--tls starttls --do 'starttls=reply:200 STRIPTLS\r\n'
refused said-250 "451 4.7.4" starttls "auth = plain" \
	--tls starttls --do 'starttls=reply:250 go ahead\r\n'
refused said-454 "451 4.7.4" starttls "auth = plain" \
	--tls starttls --do 'starttls=reply:454 4.3.0 TLS not available\r\n'
refused said-501 "451 4.7.4" starttls "auth = plain" \
	--tls starttls --do 'starttls=reply:501 5.5.2 Syntax error\r\n'
refused hello-502 "451 4.4.1" ehlo "auth = plain" \
	--tls starttls --do 'ehlo=reply:502 5.5.2 unknown\r\n'
refused alert "451 4.7.5" tls-version "auth = plain" \
	--tls starttls --do handshake=alert
refused text "451 4.7.5" tls-not-tls "auth = plain" \
	--tls starttls --do handshake=notls
refused wrong-name "451 4.7.5" tls-name "auth = plain
tls_name = other.test" --tls starttls

# What was offered in the clear counts for nothing under TLS.
printf '250-provider.test\n250-STARTTLS\n250-SIZE 5\n250 AUTH X-NONE\n' \
	>"$T/clear"
printf '250-provider.test\n250-SIZE 1000000\n250 AUTH PLAIN\n' >"$T/tls"
start_provider forgotten $good --tls starttls --strict --ehlo "$T/clear" \
	--ehlo-tls "$T/tls"
write_config "$T/forgotten.ini" <<-X
tls = starttls
X
start_smtpseal "$T/forgotten.ini" seal-forgotten
mail_by_hand
ok "offers in the clear are forgotten" hears "250 2.0.0 queued"
ok "it logged in by what was offered under TLS" \
	has "$T/forgotten.log" " C AUTH PLAIN"
ok "nothing odd" hasnt "$T/forgotten.log" VIOLATION
