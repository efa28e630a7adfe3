# doctor: a step that fails is told in plain words, with what to do; it exits
# 1, sends no mail and never shows the password.
. "$(dirname "$0")/lib.sh"

good="--cert $CERTS/good.pem --key $CERTS/good.key"
secret=$(printf '\0scan@example.com\0pass word;#1' | base64)

# doctor FILE: its words in $T/said, its exit status in $CODE.
doctor() {
	timeout 20 "$SMTPSEAL" -c "$1" doctor >"$T/said" 2>&1
	CODE=$?
}

# examine NAME LINES OPTION...
examine() {
	name=$1 lines=$2; shift 2
	start_provider "$name" "$@"
	write_config "$T/$name.ini" <<-X
	$lines
	X
	doctor "$T/$name.ini"
	stop "$PROVIDER_PID"
	ok "$name: no mail was sent" stored "$name" 0
	ok "$name: no message was begun" not grep -q " C DATA" "$T/$name.log"
	ok "$name: the password is not shown" hasnt "$T/said" "pass word"
	ok "$name: nor in base64" hasnt "$T/said" "$secret"
}

# told NAME STEP WORDS WHY ADVICE: what the last failure must be told as.
told() {
	ok "$1: exit 1" same 1 "$CODE"
	ok "$1: it failed at $2" grep -qE "^  FAILED  $2 +localhost port" \
		"$T/said"
	ok "$1: what is wrong" has "$T/said" "$3"
	ok "$1: why" has "$T/said" "$4"
	ok "$1: what to do" grep -qE "^ {10}what to do:  .*$5" "$T/said"
	ok "$1: nothing after it" same 1 \
		"$(sed '1,/FAILED/d' "$T/said" | grep -c '^  [a-z]')"
	ok "$1: a last word" has "$T/said" "account default cannot be used"
}

# fails NAME STEP WORDS WHY ADVICE LINES OPTION...
fails() {
	name=$1 step=$2 words=$3 why=$4 advice=$5 lines=$6; shift 6
	examine "$name" "$lines" $good "$@"
	told "$name" "$step" "$words" "$why" "$advice"
}

starttls="tls = starttls"
implicit="tls = implicit"

# ---- in order ----

for tls in starttls implicit; do
	examine "good-$tls" "tls = $tls" $good --tls "$tls" --strict
	ok "good-$tls: exit 0" same 0 "$CODE"
	ok "good-$tls: no step failed" hasnt "$T/said" FAILED
	ok "good-$tls: a last word" has "$T/said" "account default is ready"
	ok "good-$tls: the login" has "$T/said" "logged in as scan@example.com"
	ok "good-$tls: the certificate" has "$T/said" "certificate: CN=localhost"
	ok "good-$tls: it asked for the sender" has "$T/good-$tls.log" \
		"C MAIL FROM:<scan@example.com>"
	ok "good-$tls: and took it back" has "$T/good-$tls.log" "C RSET"
	ok "good-$tls: and said goodbye" has "$T/good-$tls.log" "C QUIT"
	ok "good-$tls: nothing odd" hasnt "$T/good-$tls.log" VIOLATION
done

printf '250-provider.test\n250 AUTH LOGIN PLAIN\n' >"$T/both"
examine plain-504 "$starttls" $good --tls starttls --auth LOGIN \
	--ehlo-tls "$T/both"
ok "plain-504: exit 0" same 0 "$CODE"
ok "plain-504: LOGIN came next" has "$T/said" "by LOGIN"

# ---- certificates and TLS ----

certificate() { # KIND WHY ADVICE [LINES]
	start_provider "$1" --tls implicit --cert "$CERTS/$1.pem" \
		--key "$CERTS/$1.key"
	write_config "$T/$1.ini" <<-X
	tls = implicit
	${4:-}
	X
	doctor "$T/$1.ini"
	stop "$PROVIDER_PID"
	told "$1" TLS "cannot be trusted" "$2" "$3"
	ok "$1: its certificate" grep -qE \
		"^ {10}certificate:  CN=.*, for .*, issued by CN=.*, valid 20" \
		"$T/said"
	ok "$1: no login" hasnt "$T/$1.log" " C "
}

certificate wrong-name "is for other.test, not for localhost" "set host to a name"
certificate expired "has expired on 20" "check this machine's clock"
certificate not-yet "is not valid before 20" "check this machine's clock"
certificate self-signed "is self-signed" "ca-certificates"
certificate sha1 "is signed over SHA-1" "the provider must use"
certificate rsa1024 "RSA key below 2048 bits" "the provider must use"
certificate out-of-order "each must be issued by the next" "the provider must"
certificate incomplete "to the issuer CN=test issuer, which is not" \
	"forgets to send its issuer"
certificate cn-only "the common name does not count" "set host to a name"
certificate client-eku "is not for use by servers" "the provider must use"
certificate other-ca "the issuer CN=another root" "set ca_file"
certificate good "does not match the 1 pin" "ask the provider" \
	"pin_sha256 = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

fails too-new TLS "no TLS version" "alert 70" "must allow TLS 1.2" \
	"$implicit" --tls implicit --min-tls 1.3
fails too-old TLS "no TLS version" "alert" "nothing newer than 1.1" \
	"$implicit" --tls implicit --max-tls 1.0
fails wrong-port TLS "does not speak TLS here" "220 provider.test ESMTP" \
	"set tls = starttls" "$implicit" --tls starttls
fails alert TLS "no TLS version" "alert 40" "must allow TLS 1.2" \
	"$starttls" --tls starttls --do handshake=alert

# ---- STARTTLS ----

fails stripped STARTTLS "offers no STARTTLS" "in its EHLO" \
	"something on the way" "$starttls" --tls none
fails injected TLS "as an attacker would" "behind the answer" "tampers" \
	"$starttls" --tls starttls --do starttls=inject
for reply in "200 STRIPTLS" "454 4.3.0 not available" "501 5.5.2 Syntax"; do
	fails "said-${reply%% *}" STARTTLS "refused STARTTLS" "$reply" \
		"port 465" "$starttls" --tls starttls \
		--do "starttls=reply:$reply\\r\\n"
done

# ---- the greeting and the login ----

fails greeting-554 greeting "does not accept connections" \
	"554 5.7.1 go away" "try again" "$implicit" --tls implicit \
	--do 'greeting=reply:554 5.7.1 go away\r\n'
fails greeting-421 greeting "does not accept connections" "421 4.3.2 busy" \
	"try again" "$implicit" --tls implicit \
	--do 'greeting=reply:421 4.3.2 busy\r\n'
fails closes greeting "closed the connection" "TLS goodbye" "try again" \
	"$implicit" --tls implicit --do greeting=close
fails no-smtp greeting "no SMTP" "not an SMTP reply" "check host and port" \
	"$starttls" --tls starttls --do 'greeting=reply:SSH-2.0-x\r\n'
fails no-auth EHLO "offers no login here" "no AUTH" "check the port" \
	"$starttls" --tls starttls --auth ""
fails no-method EHLO "no login method that can be used" "GSSAPI" \
	"set auth to a method" "$starttls" --tls starttls --auth GSSAPI

login() { # NAME REPLY ADVICE
	fails "$1" login "refused the login" "$2" "$3" "$starttls" \
		--tls starttls --do "auth=reply:$2\\r\\n"
}

login wrong-535 "535 5.7.8 Username and Password not accepted" \
	"user or password is wrong"
login bare-535 "535 Authentication failed" "user or password is wrong"
login app-534 "534 5.7.9 Application-specific password required" \
	"app password"
login web-534 "534 5.7.14 Please log in via your web browser" "with a browser"
login tls-530 "530 5.7.0 Must issue a STARTTLS command first" \
	"set tls = starttls"
login disabled-139 "535 5.7.139 Authentication unsuccessful, \
SmtpClientAuthentication is disabled for the Tenant" \
	"an administrator enables"
login defaults-139 "535 5.7.139 Authentication unsuccessful, user is locked \
by your organization's security defaults policy" "security defaults"
login basic-30 "550 5.7.30 Basic authentication is not supported for Client \
Submission" "use OAuth"
login unknown-504 "504 5.7.4 Unrecognized authentication type" \
	"leave auth = auto"
fails later-454 login "could not check the login" "454 4.7.0 Temporary" \
	"try again" "$starttls" --tls starttls \
	--do 'auth=reply:454 4.7.0 Temporary failure\r\n'

# The password is really wrong.
start_provider wrong $good --tls starttls
write_config "$T/wrong.ini" <<-X
$starttls
X
echo another >"$T/password"
doctor "$T/wrong.ini"
stop "$PROVIDER_PID"
told wrong login "refused the login" "535" "user or password is wrong"

# ---- the sender ----

fails sender-60 sender "takes no mail from scan@example.com" \
	"550 5.7.60 SMTP; no permission" "Send As" "$starttls" --tls starttls \
	--do 'mail=reply:550 5.7.60 SMTP; no permission\r\n'
fails sender-530 sender "takes no mail from scan@example.com" \
	"530 5.7.57 not authenticated" "wants a login first" "$starttls" \
	--tls starttls --do 'mail=reply:530 5.7.57 not authenticated\r\n'

fails other-sender sender "takes no mail from badsender@example.com" \
	"550 5.7.60" "Send As" "$starttls
sender = badsender@example.com" --tls starttls

# ---- nobody there ----

write_config "$T/nobody.ini" <<-X
X
sed 's/^host = .*/host = no.such.invalid/' "$T/nobody.ini" >"$T/dns.ini"
doctor "$T/dns.ini"
ok "no such host: exit 1" same 1 "$CODE"
ok "no such host: in words" has "$T/said" "is not known to the DNS"
ok "no such host: what to do" has "$T/said" "check the spelling of host"
doctor "$T/nobody.ini"
told nobody connect "cannot be reached" "connection refused" "a firewall"

# ---- which account ----

"$SMTPSEAL" -c "$T/nobody.ini" doctor other >"$T/said" 2>&1
ok "an account that is not there: exit 64" same 64 $?
ok "an account that is not there: in words" has "$T/said" "no [account other]"
