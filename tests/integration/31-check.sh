# check: every mistake at once, each with FILE:LINE, and exit statuses that a
# script can go by.
. "$(dirname "$0")/lib.sh"

cd "$T" || exit 1

# check ARGUMENT...: what it said in $T/said, its exit status in $CODE.
check() {
	timeout 20 "$SMTPSEAL" "$@" >"$T/said" 2>&1 </dev/null
	CODE=$?
}

# Root without its powers may not read everything either.
powerless() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --bounding-set=-all --inh-caps=-all "$@"
	else
		"$@"
	fi
}

# ---- all is well ----

printf 'pass word;#1\n' >password
cat >good.ini <<X
; the smallest file that works
[account]
host = smtp.example.com
user = scan@example.com
password_file = password
ca_file = $CERTS/ca.pem
X
check -c good.ini check
ok "good: exit 0" same 0 "$CODE"
ok "good: one line" same "good.ini: ok" "$(cat said)"

# ---- all is wrong ----

touch loose
chmod 640 loose
cat >bad.ini <<X
; a comment
[listen]
address = 0.0.0.0:2525
tls = starttl
colour = red

[account]
hots = smtp.example.com
port = 70000
user = scan@example.com
user = again@example.com
password_file = nowhere
ca_file = noca.pem
keep_warm = 5x
[accont two]
foo = bar
[account three]
host = mail.example.com
tls = none
user = x
password_file = loose
pin_sha256 = short
[limits]
connections = -1
[device copier]
account = nobody
client = 1.2.3.400
no equals sign
[account four]
host = mail.example.com
auth = none
ca_file = bad.ini
X
check -c bad.ini check
ok "bad: exit 78" same 78 "$CODE"
ok "bad: it is not ok" hasnt said "ok"
mistake() { # LINE KEY WORDS
	ok "line $1: $2" grep -qE "^bad.ini:$1: $2.*: .*$3" said
}
mistake 3 address "allow"
mistake 4 tls "did you mean starttls"
mistake 5 colour "no such key in \[listen\]"
mistake 7 host "missing"
mistake 8 hots "did you mean host"
mistake 9 port "70000 is not a number from 1 to 65535"
mistake 11 user "line 10 already"
mistake 12 password_file "No such file"
mistake 13 ca_file "No such file"
mistake 14 keep_warm "5x is not a time"
mistake 15 "\[accont two\]" "did you mean \[account\]"
mistake 19 tls "auth = none"
mistake 21 password_file "open to group or others .mode 0640"
mistake 22 pin_sha256 "base64"
mistake 24 connections "-1 is not a number"
mistake 26 account "no account nobody"
mistake 27 client "1.2.3.400"
mistake 32 ca_file "bad.ini"
ok "the line that is none" grep -q "^bad.ini:28: " said
ok "each line says where it is" same 0 "$(grep -cvE '^bad.ini:[0-9]+: ' said)"
ok "in the order of the file" sort -t: -k2,2n -c said

check -c bad.ini
ok "run: exit 78 too" same 78 "$CODE"
ok "run: all mistakes too" has said "bad.ini:27: client"
check -c bad.ini doctor
ok "doctor: exit 78 too" same 78 "$CODE"

long=$(head -c 1100 /dev/zero | tr '\0' a)
printf '[account]\nhost = a.example\nuser = %s\npassword_file = password\n' \
	"$long" >long.ini
check -c long.ini check
ok "a line too long" grep -q "^long.ini:3: " said
printf '[account]\nhost = a.example\nuser = caf\303\251\nhello = a b\n' \
	>octets.ini
printf 'sender = no address\npassword_file = password\n' >>octets.ini
check -c octets.ini check
ok "an octet that is not printable" grep -q "^octets.ini:3: " said
ok "a hello that could not be said" grep -q "^octets.ini:4: hello" said
ok "a sender that is none" grep -q "^octets.ini:5: sender" said
: >empty.ini
check -c empty.ini check
ok "an empty file: exit 78" same 78 "$CODE"
ok "an empty file: what is missing" has said "account"

# A password in a file that others may read, and how it is never shown.
cat >inline.ini <<X
[account]
host = smtp.example.com
user = scan@example.com
password = pass word;#1
X
check -c inline.ini check
ok "inline: exit 0 when it is the owner's alone" same 0 "$CODE"
chmod 644 inline.ini
check -c inline.ini check
ok "inline: exit 78 when others may read" same 78 "$CODE"
ok "inline: the line" has said "inline.ini:4: password: "
ok "inline: the password is not shown" hasnt said "pass word"

# ---- files and usage ----

check -c nowhere.ini check
ok "no file: exit 66" same 66 "$CODE"
ok "no file: said once" same 1 "$(grep -c nowhere.ini said)"
check -c "$T" check
ok "a folder: exit 66" same 66 "$CODE"
check -c nowhere.ini run
ok "run without a file: exit 66" same 66 "$CODE"
cp good.ini closed.ini
chmod 000 closed.ini
powerless timeout 20 "$SMTPSEAL" -c closed.ini check >said 2>&1
ok "a closed file: exit 77" same 77 $?
ok "a closed file: in words" has said "Permission denied"

usage() { # WHAT WORDS ARGUMENT...
	what=$1 words=$2; shift 2
	check "$@"
	ok "$what: exit 64" same 64 "$CODE"
	ok "$what: in words" has said "$words"
	ok "$what: how it is called" has said "usage: smtpseal"
}
usage "an unknown command" "unknown command: dance" dance
usage "an unknown option" "-x" -x
usage "-c without a file" "-c wants a file" -c
usage "one word too many" "too many: more" -c good.ini check more
check --help
ok "--help: exit 0" same 0 "$CODE"
for word in run check doctor --version; do
	ok "--help names $word" grep -qE "^  $word" said
done
check --version
ok "--version: exit 0" same 0 "$CODE"
ok "--version: itself and its libraries" grep -qE "^libuv [0-9]" said
