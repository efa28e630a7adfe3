# The provider breaks off or refuses at every point of the conversation: the
# device never hears a 250 that is not the provider's, never a silence, and no
# copy is made twice.
. "$(dirname "$0")/lib.sh"

# broken NAME HEARD RESULT COPIES ORDER...: one message to a provider with
# these orders, and with the option OFFERS.
OFFERS=
broken() {
	name=$1$OFFERS heard=$2 result=$3 copies=$4; shift 4
	orders=
	for order; do orders="$orders --do $order"; done
	start_provider "$name" --cert "$CERTS/good.pem" \
		--key "$CERTS/good.key" --tls implicit $OFFERS $orders
	write_config "$T/$name.ini" <<-X
	tls = implicit
	X
	start_smtpseal "$T/$name.ini" "seal-$name"
	mail_by_hand
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
	log=$T/seal-$name.log
	ok "$name: the device hears $heard" hears "$heard"
	[ "$result" = sent ] || ok "$name: and no 250 at the end" \
		not_sent "$T/heard"
	ok "$name: one line for the message" same 1 \
		"$(count "$log" event=message)"
	ok "$name: result=$result" has "$log" "event=message result=$result "
	ok "$name: $copies copies" stored "$name" "$copies"
}

# The answer behind the 354, or the last one but that to QUIT, is no 250.
not_sent() {
	case $(grep -v '^221' "$1" | tail -n 1) in
	2*) cat "$1"; return 1 ;;
	esac
}

# Words with blanks would be torn apart in $orders.
s='\x20'
later="reply:451${s}4.3.0${s}later\\r\\n"
never="reply:550${s}5.7.1${s}never\\r\\n"
bye="reply:421${s}4.3.2${s}bye\\r\\n"

# ---- before MAIL is answered: nothing was sent ----

broken greeting-close "451 4\.4\.[12] localhost" failed 0 greeting=close
broken greeting-4xx "451 4.4.1 localhost does not accept" failed 0 \
	"greeting=$later"
broken greeting-5xx "451 4.4.1 localhost does not accept" failed 0 \
	"greeting=$never"
broken greeting-alert "451 4\.4\.[12] localhost" failed 0 greeting=alert
broken ehlo-close "451 4\.4\.[12] localhost" failed 0 ehlo2=close
broken ehlo-reset "451 4\.4\.[12] localhost" failed 0 ehlo2=reset
broken ehlo-flood "451 4\.4\.[12] localhost" failed 0 ehlo2=flood
broken auth-close "451 4\.4\.[12] localhost" failed 0 auth=close
broken auth-4xx "451 4.7.0 localhost could not check" failed 0 "auth=$later"
broken auth-5xx "451 4.7.0 localhost refused the login" failed 0 "auth=$never"

# ---- in the envelope: a lost connection is replaced, a refusal passes ----

broken mail-close "451 4.4.2 localhost" failed 0 mail=close
broken mail-4xx "451 4.3.0 later" refused 0 "mail=$later"
broken mail-5xx "550 5.7.1 never" refused 0 "mail=$never"
broken mail-flood "451 4.4.2 localhost" failed 0 mail=flood
broken rcpt-close "451 4.4.2 localhost" failed 0 rcpt=close
broken rcpt-reset "451 4.4.2 localhost" failed 0 rcpt=reset
broken rcpt-4xx "451 4.3.0 later" refused 0 "rcpt=$later"
broken rcpt-5xx "550 5.7.1 never" refused 0 "rcpt=$never"
broken once-at-mail "250 2.0.0 queued" sent 1 mail=close,1
broken once-at-rcpt "250 2.0.0 queued" sent 1 rcpt=reset,1

# ---- behind the provider's DATA: never again, never 250 ----

broken data-close "451 4.4.2 localhost" failed 0 data=close
broken data-4xx "451 4.3.0 later" refused 0 "data=$later"
broken data-5xx "550 5.7.1 never" refused 0 "data=$never"
broken data-421 "421 4.3.2 bye" refused 0 "data=$bye"

# ---- in the content, and behind its end: a dot, or LAST ----

for OFFERS in "" --chunking; do
# So small a message is handed to TLS whole, its end too: nobody knows.
broken body-close "451 4.4.2 localhost was lost" unknown 0 body@10=close
broken body-reset "451 4.4.2 localhost was lost" unknown 0 body@10=reset
broken dot-close "451 4.4.2 localhost was lost" unknown 0 dot=close
broken dot-reset "451 4.4.2 localhost was lost" unknown 0 dot=reset
broken dot-alert "451 4.4.2 localhost was lost" unknown 0 dot=alert
broken dot-flood "451 4.4.2 localhost" unknown 0 dot=flood
broken dot-commit "451 4.4.2 localhost was lost" unknown 1 dot=commit-close
broken dot-half-line "451 4.4.2 localhost was lost" unknown 0 \
	"dot=reply:421${s}4.4"
broken dot-half-reply "451 4.4.2 localhost was lost" unknown 0 \
	"dot=reply:421-4.4.0${s}one\\r\\n"
broken dot-4xx "451 4.3.0 later" refused 0 "dot=$later"
broken dot-5xx "550 5.7.1 never" refused 0 "dot=$never"
broken dot-552 "552 5.3.4 too big" refused 0 \
	"dot=reply:552${s}5.3.4${s}too${s}big\\r\\n"
broken dot-354 "451 4.4.2 localhost" unknown 0 \
	"dot=reply:354${s}go${s}on\\r\\n"
broken dot-late "250 2.0.0 queued" sent 1 dot=delay:300
broken dot-trickle "250 2.0.0 queued" sent 1 dot=trickle
broken dot-lines "250 2.0.0 one" sent 1 \
	"dot=reply:250-2.0.0${s}one\\r\\n250${s}2.0.0${s}two\\r\\n"
broken quit-close "250 2.0.0 queued" sent 1 quit=close
done
ok "dots: it was DATA" has "$T/quit-close.log" " C DATA"
ok "chunks: it was BDAT" has "$T/quit-close--chunking.log" " C BDAT"
ok "chunks: and no DATA" hasnt "$T/quit-close--chunking.log" " C DATA"

# ---- at BDAT itself ----

broken bdat-close "451 4.4.2 localhost was lost" unknown 0 bdat=close
broken bdat-421 "421 4.3.2 bye" refused 0 "bdat=$bye"
for code in 500 501 502 503 504; do
	broken "bdat-$code" "451 4.5.1 localhost offers BDAT" failed 0 \
		"bdat=reply:$code${s}5.5.1${s}what?\\r\\n"
done
OFFERS=

# Who does not know it reads the content as commands: it hears none of them
# twice, and the next message goes by DATA, until the operator reloads.
start_provider unknown --cert "$CERTS/good.pem" --key "$CERTS/good.key" \
	--tls implicit --chunking --do "bdat=reply:502 5.5.1 what?\\r\\n,1"
write_config "$T/unknown.ini" <<-X
tls = implicit
X
start_smtpseal "$T/unknown.ini" seal-unknown
mail_by_hand
ok "unknown: the first is told" hears "451 4.5.1 localhost offers BDAT"
mail_by_hand
ok "unknown: the second is sent" hears "250 2.0.0 queued"
ok "unknown: by DATA" same 1 "$(count "$T/unknown.log" " C DATA")"
kill -HUP "$SEAL_PID"
until_has "$T/seal-unknown.log" event=reloaded
mail_by_hand
ok "unknown: after a reload it is tried again" same 2 \
	"$(count "$T/unknown.log" " C BDAT")"
ok "unknown: and the third is sent" hears "250 2.0.0 queued"
stop "$SEAL_PID"
stop "$PROVIDER_PID"
ok "unknown: two copies" stored unknown 2
ok "unknown: the log says what to do" has "$T/seal-unknown.log" \
	"failure=chunking"

# ---- in the middle of a large body ----

{
	printf '+EHLO device\n+MAIL FROM:<printer@device>\n'
	printf '+RCPT TO:<boss@example.com>\n+DATA\n'
	yes "0123456789012345678901234567890123456789" | head -n 30000
	printf '.\nQUIT\n'
} >"$T/large.txt"
yes "0123456789012345678901234567890123456789$(printf '\r')" | head -n 30000 \
	>"$T/large.whole"

# The second half is not said before the provider's log has AWAITED: nobody
# knows what was delivered once the dot has left.
AWAITED=
in_halves() {
	head -c 600000 "$T/large.txt"
	until_has "$T/$1.log" "$AWAITED"
	tail -c +600001 "$T/large.txt"
}

# large NAME HEARD RESULT COPIES OPTION...: it, to a provider with these.
large() {
	name=$1 heard=$2 result=$3 copies=$4; shift 4
	start_provider "$name" --cert "$CERTS/good.pem" \
		--key "$CERTS/good.key" --tls implicit "$@"
	write_config "$T/$name.ini" <<-X
	tls = implicit
	X
	start_smtpseal "$T/$name.ini" "seal-$name"
	in_halves "$name" | say "$LISTEN_PORT" >"$T/heard" 2>&1
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
	ok "$name: the device hears $heard" hears "$heard"
	ok "$name: and not that it may have been delivered" \
		hasnt "$T/heard" "may have been"
	ok "$name: result=$result" has "$T/seal-$name.log" \
		"event=message result=$result"
	ok "$name: $copies copies" stored "$name" "$copies"
}

AWAITED=" N close"
large large "451 4.4.2 localhost closed" failed 0 --do body@300000=close
AWAITED=
large chunks "250 2.0.0 queued" sent 1 --chunking --strict
# Header fields that the device forgot stand before it.
tail -c "$(wc -c <"$T/large.whole")" "$T/chunks.store/0001.eml" >"$T/large.got"
ok "chunks: the content is whole" cmp "$T/large.whole" "$T/large.got"
ok "chunks: there were several" not same 1 "$(count "$T/chunks.log" " C BDAT")"
ok "chunks: nothing odd" hasnt "$T/chunks.log" VIOLATION
large chunks-body "451 4.4.2 localhost closed" failed 0 --chunking \
	--do body@300000=close
large chunks-close "451 4.4.2 localhost closed" failed 0 --chunking \
	--do chunk@2=close
large chunks-refused "550 5.7.1 never" refused 0 --chunking \
	--do 'chunk=reply:550 5.7.1 never\r\n'
large chunks-later "451 4.3.0 later" refused 0 --chunking \
	--do 'chunk@3=reply:451 4.3.0 later\r\n'
large chunks-twice "451 4.4.2 localhost" failed 0 --chunking \
	--do 'chunk=reply:250 one\r\n250 and two\r\n'
large chunks-354 "451 4.4.2 localhost" failed 0 --chunking \
	--do 'chunk=reply:354 go on\r\n'
large chunks-unknown "451 4.5.1 localhost" failed 0 --chunking \
	--do 'chunk@2=reply:503 5.5.1 what?\r\n'
large chunks-slow "250 2.0.0 queued" sent 1 --chunking --do chunk=delay:50
