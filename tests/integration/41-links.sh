# Connections to the provider: kept warm, shared, capped, replaced when dead,
# held back after a refused login, and another account where one cannot be had.
. "$(dirname "$0")/lib.sh"

good="--cert $CERTS/good.pem --key $CERTS/good.key --tls implicit --strict"

# begin NAME LINES OPTION...: a provider, and the relay before it; LOG and
# HEARD are what they write.
begin() {
	name=$1 lines=$2; shift 2
	start_provider "$name" $good "$@"
	write_config "$T/$name.ini" <<-X
	tls = implicit
	$lines
	[state]
	directory = $T
	X
	start_smtpseal "$T/$name.ini" "seal-$name"
	LOG=$T/seal-$name.log
	HEARD=$T/$name.log
}

# done_with NAME: ends both; nothing odd was heard.
done_with() {
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
	ok "$1: nothing odd at the provider" hasnt "$HEARD" VIOLATION
	ok "$1: no NOOP" hasnt "$HEARD" " C NOOP"
}

# two_messages [PORT]: in one conversation; what was heard is in $T/heard.
two_messages() {
	say "${1:-$LISTEN_PORT}" >"$T/heard" 2>&1 <<-X
	EHLO device
	MAIL FROM:<printer@device>
	RCPT TO:<boss@example.com>
	DATA
	Subject: one

	.
	MAIL FROM:<printer@device>
	RCPT TO:<boss@example.com>
	DATA
	Subject: two

	.
	QUIT
	X
}

# ---- TLS sessions ----

# Each message has a connection of its own.
begin resumed "keep_warm = 0"
mail_by_hand
mail_by_hand
ok "resumed: the messages arrive" hears "250 2.0.0 queued"
ok "resumed: the first session is new" grep -q "^1 N tls .* new " "$HEARD"
ok "resumed: then it is resumed" grep -q "^2 N tls .* resumed " "$HEARD"
kill -HUP "$SEAL_PID"
ok "resumed: a reload" until_has "$LOG" event=reloaded
mail_by_hand
ok "resumed: what is trusted anew begins anew" \
	same 1 "$(count "$HEARD" " resumed ")"
done_with resumed
begin shown "keep_warm = 0
client_certificate = $CERTS/client-eku.pem
client_key = $CERTS/client-eku.key" --ca "$CERTS/ca.pem"
mail_by_hand
mail_by_hand
ok "shown: a certificate is shown each time" hasnt "$HEARD" " resumed "
done_with shown

# ---- one connection for several messages and devices ----

begin warm ""
two_messages
ok "warm: two messages in one conversation" same 2 \
	"$(count "$T/heard" "250 2.0.0 queued")"
mail_by_hand
ok "warm: a third from another device" hears "250 2.0.0 queued"
done_with warm
ok "warm: three copies" stored warm 3
ok "warm: one connection" has "$T/warm.out" "connections=1 messages=3"
ok "warm: one login" same 1 "$(count "$HEARD" " C AUTH")"
ok "warm: one EHLO" same 1 "$(count "$HEARD" " C EHLO")"
ok "warm: a QUIT at the end" same 1 "$(count "$HEARD" " C QUIT")"

begin cold "keep_warm = 1s"
mail_by_hand
ok "cold: no QUIT yet" hasnt "$HEARD" " C QUIT"
ok "cold: a QUIT when nobody comes" until_has "$HEARD" " C QUIT"
mail_by_hand
ok "cold: a new connection serves" hears "250 2.0.0 queued"
done_with cold
ok "cold: two connections" has "$T/cold.out" "connections=2 messages=2"

# Who has said QUIT holds no place, and nobody waits for its answer.
begin quits "keep_warm = 0
connections = 1" --do quit=stall,1
mail_by_hand
mail_by_hand
ok "quits: the next message arrives" hears "250 2.0.0 queued"
ok "quits: before the QUIT is answered or given up" \
	hasnt "$HEARD" "1 N ended"
done_with quits
ok "quits: two connections" has "$T/quits.out" "connections=2 messages=2"

# RSET and a device that just leaves cost no connection either.
begin rset ""
say "$LISTEN_PORT" >"$T/heard" 2>&1 <<-X
	EHLO device
	MAIL FROM:<printer@device>
	RSET
	MAIL FROM:<printer@device>
	RCPT TO:<boss@example.com>
	~
X
mail_by_hand
ok "rset: the next message arrives" hears "250 2.0.0 queued"
done_with rset
ok "rset: one copy" stored rset 1
ok "rset: one connection" has "$T/rset.out" "connections=1 "

# ---- more devices than connections ----

begin capped "connections = 2" --connections 2 --do dot=delay:60
devices=
for n in 1 2 3 4 5 6; do
	two_messages >/dev/null &
	devices="$devices $!"
done
for pid in $devices; do wait "$pid"; done
until_true 10 stored capped 12
ok "capped: all get through" stored capped 12
ok "capped: none is told to wait" same 12 \
	"$(count "$LOG" "event=message result=sent")"
done_with capped
ok "capped: never more than the cap" hasnt "$HEARD" "421 4.3.2"
ok "capped: two connections in all" has "$T/capped.out" "connections=2 "

# ---- dead while nobody looked ----

begin idle "" --do idle=close,1
mail_by_hand
mail_by_hand
ok "idle: the device notices nothing" hears "250 2.0.0 queued"
done_with idle
ok "idle: two copies" stored idle 2
ok "idle: two connections" has "$T/idle.out" "connections=2 messages=2"

# replaced NAME ORDER: it dies when the next message is begun.
replaced() {
	begin "$1" "" --do "$2"
	mail_by_hand
	mail_by_hand
	ok "$1: the device notices nothing" hears "250 2.0.0 queued"
	ok "$1: no refusal at all" not grep -q "^[45]" "$T/heard"
	done_with "$1"
	ok "$1: two copies" stored "$1" 2
	ok "$1: two connections" has "$T/$1.out" "connections=2 messages=2"
}
replaced dead-close mail@2=close,1
replaced dead-reset mail@2=reset,1
replaced dead-421 'mail@2=reply:421 4.4.2 idle for too long\r\n,1'
replaced dead-451 'mail@2=reply:451 4.4.2 Timeout\r\n,1'
replaced dead-rcpt rcpt@2=close,1

# A 421 on a fresh connection is the provider's word, and passes.
begin fresh-421 "" --do 'mail=reply:421 4.3.2 not now\r\n,1'
mail_by_hand
ok "fresh-421: it passes" hears "421 4.3.2 not now"
mail_by_hand
ok "fresh-421: the next one arrives" hears "250 2.0.0 queued"
done_with fresh-421

# ---- hold-down after a refused login ----

# A connection that is logged in since before does not end it.
begin held-warm "connections = 2" --do auth=delay:1,1 \
	--do 'auth=reply:535 5.7.8 wrong\r\n'
two_begun() { same 2 "$(count "$T/held" "250 2.1.0")"; }
mkfifo "$T/ask"
say "$LISTEN_PORT" <"$T/ask" >"$T/held" 2>&1 &
device=$!
exec 9>"$T/ask"
printf '%s\n' "EHLO device" "MAIL FROM:<first@device>" >&9
until_has "$T/held" "250 2.1.0"
mail_by_hand
ok "held-warm: the second login is refused" \
	hears "451 4.7.0 localhost refused the login;"
printf '%s\n' "RCPT TO:<boss@example.com>" DATA . \
	"MAIL FROM:<second@device>" >&9
until_true 10 two_begun
mail_by_hand
ok "held-warm: no third is tried" \
	hears "451 4.7.0 localhost refused the login a moment ago"
ok "held-warm: two in all" same 2 "$(count "$HEARD" " C AUTH")"
echo "~" >&9
wait "$device"
exec 9>&-
done_with held-warm

begin held "" --do 'auth=reply:535 5.7.8 wrong\r\n,2'
mail_by_hand
ok "held: the device hears 451" hears "451 4.7.0 localhost refused the login"
mail_by_hand
ok "held: the next one hears that it was not tried" \
	hears "451 4.7.0 localhost refused the login a moment ago"
ok "held: one login was tried" same 1 "$(count "$HEARD" " C AUTH")"
kill -HUP "$SEAL_PID"
until_has "$LOG" event=reloaded
mail_by_hand
ok "held: a reload ends it" same 2 "$(count "$HEARD" " C AUTH")"
mail_by_hand
ok "held: held down again" hears "451 4.7.0 localhost refused the login a mom"
ok "held: no third login" same 2 "$(count "$HEARD" " C AUTH")"
ok "held: doctor logs in" "$SMTPSEAL" -c "$T/held.ini" doctor
mail_by_hand
ok "held: that ends it too" hears "250 2.0.0 queued"
done_with held
ok "held: the log says what to do" has "$LOG" 'hint="user or password is wrong'

# ---- another account ----

# second NAME TAKES [ORDER...]: accounts first and second; the provider of the
# first has these orders. TAKES is whose store gets the message.
second() {
	pair=$1 takes=$2; shift 2
	start_provider "$pair-1" $good "$@"
	first=$PROVIDER_PID first_port=$PROVIDER_PORT
	[ "$takes" != gone ] || stop "$first"
	start_provider "$pair-2" $good
	write_config "$T/$pair.ini" <<-X
	tls = implicit
	[account first]
	host = localhost
	port = $first_port
	tls = implicit
	user = scan@example.com
	password_file = password
	ca_file = $CERTS/ca.pem
	${LINES:-}
	[device all]
	client = 127.0.0.1
	account = first, default
	X
	start_smtpseal "$T/$pair.ini" "seal-$pair"
	mail_by_hand
	stop "$SEAL_PID"
	stop "$PROVIDER_PID"
	[ "$takes" = gone ] || stop "$first"
}

for order in greeting=close greeting=alert ehlo2=close auth=close \
	'auth=reply:535\x205.7.8\x20wrong\r\n' \
	'auth=reply:454\x204.7.0\x20later\r\n' handshake=close \
	'greeting=reply:421\x204.3.2\x20busy\r\n'; do
	name=next-$(printf %s "$order" | tr -c 'a-z0-9' - | cut -c1-16)
	second "$name" second --do "$order"
	ok "$order: the second account takes over" hears "250 2.0.0 queued"
	ok "$order: once" stored "$pair-2" 1
	ok "$order: the log names it" has "$T/seal-$pair.log" \
		"result=sent client=127.0.0.1 device=all account=default"
done
second next-gone gone
ok "nobody there: the second account takes over" stored next-gone-2 1
LINES="tls_name = other.test"
second next-name second
ok "wrong certificate: the second account takes over" stored next-name-2 1
LINES=
second keep-mail first --do 'mail=reply:550 5.7.1 no\r\n'
ok "refused MAIL: its answer passes" hears "550 5.7.1 no"
ok "refused MAIL: the second is not asked" hasnt "$T/keep-mail-2.log" " C MAIL"
second keep-dot first --do dot=commit-close
ok "lost after the dot: no second copy" stored keep-dot-2 0
second keep-first first
ok "all in order: the first" stored keep-first-1 1
ok "all in order: not the second" stored keep-first-2 0
