# servers.sh - real mail servers as providers. Sourced behind lib.sh; POSIX sh.
#
# Each start_... starts one server on ports of loopback nobody else uses, with
# all it reads and writes below $T, and sets
#
#   STARTTLS_PORT, IMPLICIT_PORT   where it takes submissions
#   MAIL                           what it took: $MAIL/RECIPIENT/..., where
#                                  RECIPIENT is the local part
#   SERVER_LOG                     what it says
#   ABOVE                          the fields it puts above a message
#
# One user, scan@example.com with "pass word;#1"; recipients whose address
# begins with "bad" are refused. Nothing of the system is changed: Exim and
# OpenSMTPD, which cannot be installed beside Postfix, are unpacked aside and
# run in a mount namespace of their own, where they find their users and
# folders. These servers insist on being started by root.

# Where python3 is a wrapper of a version manager, each call costs a tenth of
# a second, and there are dozens.
PATH=$(python3 -c 'import os, sys; print(os.path.dirname(sys.executable))'):$PATH

MESSAGE=$HERE/message.py
. "$HERE/packages.sh"

need_root() { [ "$(id -u)" -eq 0 ] || skip "$1 must be started by root"; }

need_namespace() { unshare -m true 2>/dev/null || skip "no mount namespaces here"; }

# Other users must reach their files; names in $T stay unguessable.
open_folder() { mkdir -p "$1" && chmod 755 "$1" && chmod 711 "$T"; }

listens() {
	grep -q ": 0100007F:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp
}

until_listens() {
	for port; do until_true 20 listens "$port" || return 1; done
}

two_ports() {
	next_port
	STARTTLS_PORT=$PORT
	next_port
	IMPLICIT_PORT=$PORT
}

# begins START...: starts a server; without it the test ends.
begins() {
	"$@" || {
		FAILED=$((FAILED + 1))
		echo "not ok: $(basename "$0"): $1"
		exit 1
	}
}

# ---- who they run as ----

# users FOLDER NAME...: passwd and group files of the system with these users
# behind. None of their numbers is a user's of the system.
users() {
	folder=$1; shift
	cp /etc/passwd /etc/group "$folder"
	number=64900
	for user; do
		number=$((number + 1))
		echo "$user:x:$number:$number::/:/bin/sh" \
			>>"$folder/passwd"
		echo "$user:x:$number:" >>"$folder/group"
	done
	chmod 644 "$folder/passwd" "$folder/group"
}

# in_namespace FOLDER LIBRARIES PROGRAM...: becomes the program, for which the
# files passwd and group of the folder are those of /etc, and each folder
# FOLDER/over/A-B stands for /A/B.
in_namespace() {
	exec unshare -m sh -c 'set -e
		cd "$1"; mount --bind passwd /etc/passwd
		mount --bind group /etc/group
		for over in over/*; do
			[ -d "$over" ] || continue
			at=$(echo "${over#over}" | tr - /)
			mount --bind "$over" "$at"
		done
		export LD_LIBRARY_PATH="$2"; shift 2
		exec "$@"' - "$@"
}

# ---- Dovecot: submission, POP3, and logins for Postfix ----

# start_dovecot [RELAY_PORT]: what it takes it gives to the relay, a server
# without TLS or login on that port. Without one it only checks logins, at the
# socket $T/dovecot/run/logins. With "pop" for the port it speaks POP3 over TLS,
# on POP_PORT, and whoever logs in has a file in the folder ADMITTED, of the
# name of his address.
start_dovecot() {
	need dovecot
	need_root Dovecot
	ABOVE=received
	dir=$T/dovecot
	open_folder "$dir"
	open_folder "$dir/run"
	open_folder "$dir/home"
	chown nobody "$dir/home"
	echo 'scan@example.com:{PLAIN}pass word;#1' >"$dir/users"
	echo 'localhost:::::::nopassword=y' >>"$dir/users"
	dovecot_tokens
	chmod 644 "$dir/users"
	SERVER_LOG=$T/dovecot.log
	{
		cat <<-END
		base_dir = $dir/run
		state_dir = $dir/run
		log_path = $SERVER_LOG
		listen = 127.0.0.1
		hostname = provider.test
		ssl = required
		ssl_cert = <$CERTS/good.pem
		ssl_key = <$CERTS/good.key
		auth_mechanisms = ${MECHANISMS:-plain login}
		auth_verbose = yes
		auth_failure_delay = 0
		passdb {
		  driver = passwd-file
		  args = $dir/users
		}
		userdb {
		  driver = static
		  args = uid=65534 gid=65534 home=$dir/home
		}
		mail_location = maildir:~/mail
		service stats {
		  executable = stats
		}
		END
		if [ "${1:-}" = pop ]; then
			dovecot_pop
		elif [ $# -gt 0 ]; then
			dovecot_submission "$1"
		else
			cat <<-END
			protocols =
			service auth {
			  unix_listener logins {
			    mode = 0666
			  }
			}
			END
		fi
	} >"$dir/dovecot.conf"
	dovecot -F -c "$dir/dovecot.conf" 2>"$T/dovecot.err" &
	PIDS="$PIDS $!"
	if [ "${1:-}" = pop ]; then
		until_listens "$POP_PORT"
	elif [ $# -gt 0 ]; then
		until_listens "$STARTTLS_PORT" "$IMPLICIT_PORT"
	else
		until_true 10 [ -S "$dir/run/logins" ]
	fi
}

# Tokens are JWTs signed with this key; the user is their subject. Of a client
# certificate the user is the CN.
TOKEN_KEY="a key of thirty-two octets, shared"

dovecot_tokens() {
	open_folder "$dir/keys"
	open_folder "$dir/keys/default"
	open_folder "$dir/keys/default/HS256"
	printf %s "$TOKEN_KEY" | base64 >"$dir/keys/default/HS256/default"
	cat >"$dir/oauth2.conf" <<-END
	introspection_mode = local
	local_validation_key_dict = fs:posix:prefix=$dir/keys/
	username_attribute = sub
	END
	chmod 644 "$dir/oauth2.conf" "$dir/keys/default/HS256/default"
}

# token USER SECONDS: one that is good for so long.
token() {
	python3 - "$TOKEN_KEY" "$@" <<-'X'
	import base64, hashlib, hmac, json, sys, time
	def b64(octets):
	    return base64.urlsafe_b64encode(octets).rstrip(b"=")
	now = int(time.time())
	said = b".".join(b64(json.dumps(part).encode()) for part in (
	    {"typ": "JWT", "alg": "HS256"},
	    {"sub": sys.argv[2], "iat": now, "exp": now + int(sys.argv[3])}))
	proof = hmac.new(sys.argv[1].encode(), said, hashlib.sha256).digest()
	print((said + b"." + b64(proof)).decode())
	X
}

dovecot_submission() {
	two_ports
	cat <<-END
	protocols = submission
	auth_realms = example.com
	mail_max_userip_connections = 100
	ssl_ca = <$CERTS/ca.pem
	ssl_require_crl = no
	ssl_verify_client_cert = yes
	auth_ssl_username_from_cert = yes
	passdb {
	  driver = oauth2
	  mechanisms = xoauth2 oauthbearer
	  args = $dir/oauth2.conf
	}
	submission_relay_host = 127.0.0.1
	submission_relay_port = $1
	service submission-login {
	  inet_listener submission {
	    port = $STARTTLS_PORT
	  }
	  inet_listener submissions {
	    port = $IMPLICIT_PORT
	    ssl = yes
	  }
	}
	END
}

dovecot_pop() {
	[ -x "$(doveconf -d -h libexec_dir)/pop3-login" ] ||
		skip "Dovecot has no POP3 here"
	next_port
	POP_PORT=$PORT
	ADMITTED=$dir/admitted
	open_folder "$ADMITTED"
	chown nobody "$ADMITTED"
	cat >"$dir/admit" <<-END
	#!/bin/sh
	: >"$ADMITTED/\$IP"
	exec "\$@"
	END
	chmod 755 "$dir/admit"
	cat <<-END
	protocols = pop3
	mail_max_userip_connections = 100
	service pop3-login {
	  inet_listener pop3 {
	    port = 0
	  }
	  inet_listener pop3s {
	    port = $POP_PORT
	    ssl = yes
	  }
	}
	service pop3 {
	  executable = pop3 admit
	}
	service admit {
	  executable = script-login $dir/admit
	  user = nobody
	  unix_listener admit {
	    mode = 0666
	  }
	}
	END
}

# ---- Postfix, logins by Dovecot ----

start_postfix() {
	need postfix postconf
	need_root Postfix
	start_dovecot || return 1
	two_ports
	ABOVE=return-path,x-original-to,delivered-to,received
	dir=$T/postfix
	for folder in "$dir" "$dir/conf" "$dir/spool" "$dir/data" "$dir/mail"; do
		open_folder "$folder"
	done
	chown postfix "$dir/data"
	chown nobody "$dir/mail"
	MAIL=$dir/mail
	SERVER_LOG=$T/postfix.log
	daemons=$(postconf -h -d daemon_directory)
	postfix_main >"$dir/conf/main.cf"
	postfix_master >"$dir/conf/master.cf"
	[ ! -f /etc/postfix/dynamicmaps.cf ] ||
		cp /etc/postfix/dynamicmaps.cf "$dir/conf"
	chmod 644 "$dir/conf"/*
	(umask 022; postfix -c "$dir/conf" check) 2>"$T/postfix.err" || return 1
	(umask 022; exec "$daemons/master" -c "$dir/conf" -s) \
		2>>"$T/postfix.err" &
	PIDS="$PIDS $!"
	until_listens "$STARTTLS_PORT" "$IMPLICIT_PORT"
}

postfix_main() {
	cat <<-END
	compatibility_level = 3.6
	queue_directory = $dir/spool
	data_directory = $dir/data
	maillog_file = $SERVER_LOG
	maillog_file_prefixes = $T
	myhostname = provider.test
	mydestination =
	mynetworks =
	inet_interfaces = loopback-only
	inet_protocols = ipv4
	smtpd_peername_lookup = no
	smtputf8_enable = no
	alias_maps =
	local_recipient_maps =
	virtual_mailbox_domains = example.com
	virtual_mailbox_base = $dir/mail
	virtual_mailbox_maps = inline:{
	  { boss@example.com = boss/ }
	  { desk@example.com = desk/ }
	  { third@example.com = third/ } }
	virtual_uid_maps = static:65534
	virtual_gid_maps = static:65534
	smtpd_tls_security_level = encrypt
	smtpd_tls_chain_files = $CERTS/good.key, $CERTS/good.pem
	smtpd_tls_auth_only = yes
	smtpd_sasl_auth_enable = yes
	smtpd_sasl_type = dovecot
	smtpd_sasl_path = $T/dovecot/run/logins
	smtpd_relay_restrictions = permit_sasl_authenticated, reject
	smtpd_recipient_restrictions = reject_unlisted_recipient
	END
}

postfix_master() {
	cat <<-END
	127.0.0.1:$STARTTLS_PORT inet n - n - - smtpd
	127.0.0.1:$IMPLICIT_PORT inet n - n - - smtpd
	  -o smtpd_tls_wrappermode=yes
	postlog unix-dgram n - n - 1 postlogd
	cleanup unix n - n - 0 cleanup
	qmgr unix n - n 300 1 qmgr
	rewrite unix - - n - - trivial-rewrite
	bounce unix - - n - 0 bounce
	defer unix - - n - 0 bounce
	trace unix - - n - 0 bounce
	anvil unix - - n - 1 anvil
	virtual unix - n n - - virtual
	error unix - - n - - error
	retry unix - - n - - error
	tlsmgr unix - - n 1000? 1 tlsmgr
	END
}

# ---- Exim ----

start_exim() {
	need_root Exim
	need_namespace
	aside exim4-daemon-light usr/sbin/exim4
	two_ports
	ABOVE=received
	dir=$T/exim
	for folder in "$dir" "$dir/spool" "$dir/log" "$dir/mail"; do
		open_folder "$folder"
	done
	users "$dir" Debian-exim
	cp "$CERTS/good.pem" "$CERTS/good.key" "$ASIDE/usr/sbin/exim4" "$dir"
	chown 64901:64901 "$dir/spool" "$dir/log" "$dir/mail" "$dir"/good.*
	MAIL=$dir/mail
	SERVER_LOG=$dir/log/mainlog
	exim_conf >"$dir/exim.conf"
	chmod 644 "$dir/exim.conf"
	in_namespace "$dir" "$(libraries "$ASIDE")" \
		"$dir/exim4" -C "$dir/exim.conf" -bdf \
		2>"$T/exim.err" &
	PIDS="$PIDS $!"
	until_listens "$STARTTLS_PORT" "$IMPLICIT_PORT"
}

# Who may send: who has logged in, or with ADMITTED whose address has a file
# in that folder, and nobody else.
exim_conf() {
	is_him='eq{$auth1}{scan@example.com}'
	who='authenticated = *'
	[ -z "${ADMITTED:-}" ] ||
		who="condition = \${if exists{$ADMITTED/\$sender_host_address}}"
	cat <<-END
	primary_hostname = provider.test
	exim_path = $dir/exim4
	keep_environment = LD_LIBRARY_PATH
	local_interfaces = 127.0.0.1
	daemon_smtp_ports = $STARTTLS_PORT : $IMPLICIT_PORT
	tls_on_connect_ports = $IMPLICIT_PORT
	spool_directory = $dir/spool
	log_file_path = $dir/log/%slog
	pid_file_path = $dir/spool/pid
	tls_advertise_hosts = *
	tls_certificate = $dir/good.pem
	tls_privatekey = $dir/good.key
	auth_advertise_hosts = \${if def:tls_in_cipher {*}{}}
	chunking_advertise_hosts = *
	deliver_drop_privilege = true
	host_lookup =
	smtp_accept_max_nonmail = 1
	acl_smtp_rcpt = rcpt
	acl_smtp_data = accept
	begin acl
	rcpt:
	  deny local_parts = ^bad
	    message = 5.1.1 nobody of that name
	  accept $who
	  deny message = 5.7.1 log in first
	begin routers
	all:
	  driver = accept
	  local_parts = boss : desk : third
	  transport = file
	begin transports
	file:
	  driver = appendfile
	  directory = $dir/mail/\$local_part_data
	  maildir_format
	  user = Debian-exim
	  current_directory = $dir
	  home_directory = $dir
	begin authenticators
	plain:
	  driver = plaintext
	  public_name = PLAIN
	  server_prompts = :
	  server_condition = \${if and{{eq{\$auth2}{scan@example.com}} \\
	    {eq{\$auth3}{pass word;#1}}}}
	login:
	  driver = plaintext
	  public_name = LOGIN
	  server_prompts = Username:: : Password::
	  server_condition = \${if and{{$is_him}{eq{\$auth2}{pass word;#1}}}}
	cram:
	  driver = cram_md5
	  public_name = CRAM-MD5
	  server_secret = \${if $is_him{pass word;#1}fail}
	END
}

# ---- OpenSMTPD ----

start_opensmtpd() {
	need_root OpenSMTPD
	need_namespace
	need cc
	aside opensmtpd usr/sbin/smtpd
	two_ports
	ABOVE=return-path,delivered-to,received
	dir=$T/opensmtpd
	over=$dir/over
	for folder in "$dir" "$dir/mail" "$over" "$over/run" "$over/var-spool" \
		"$over/var-lib" "$over/var-lib/opensmtpd" "$over/usr-libexec" \
		"$over/var-lib/opensmtpd/empty" "$over/var-spool/smtpd"; do
		open_folder "$folder"
	done
	users "$dir" opensmtpd opensmtpq scanner clerk helper
	chmod 711 "$over/var-spool/smtpd"
	mkdir -m 770 "$over/var-spool/smtpd/offline"
	chown root:64902 "$over/var-spool/smtpd/offline"
	(umask 022; cp -R "$ASIDE/usr/libexec/opensmtpd" "$over/usr-libexec")
	chmod 1777 "$dir/mail"
	cp "$CERTS/good-rsa.pem" "$CERTS/good-rsa.key" "$dir"
	printf 'scan@example.com\t%s\n' "$(openssl passwd -6 'pass word;#1')" \
		>"$dir/users"
	chmod 644 "$dir/users"
	mend_opensmtpd || return 1
	MAIL=$dir/mail
	SERVER_LOG=$T/opensmtpd.log
	opensmtpd_conf >"$dir/smtpd.conf"
	in_namespace "$dir" "$(libraries "$ASIDE")" \
		env LD_PRELOAD="$dir/mend.so" \
		"$ASIDE/usr/sbin/smtpd" -d -f "$dir/smtpd.conf" 2>"$SERVER_LOG" &
	PIDS="$PIDS $!"
	until_listens "$STARTTLS_PORT" "$IMPLICIT_PORT"
}

# OpenSMTPD 6.8 with OpenSSL 3 fails at every handshake: its private key lives
# in another process, by a note attached to the RSA key, but OpenSSL 3 attaches
# it to a copy. So the copy becomes the key.
mend_opensmtpd() {
	cat >"$dir/mend.c" <<-END
	#define _GNU_SOURCE
	#define OPENSSL_SUPPRESS_DEPRECATED
	#include <dlfcn.h>
	#include <openssl/evp.h>
	#include <openssl/rsa.h>

	RSA *EVP_PKEY_get1_RSA(EVP_PKEY *key)
	{
		RSA *(*get)(EVP_PKEY *) = (RSA *(*)(EVP_PKEY *))
			dlsym(RTLD_NEXT, "EVP_PKEY_get1_RSA");
		RSA *rsa = get(key);

		if (rsa == NULL || RSA_get0_d(rsa) != NULL)
			return rsa;
		rsa = RSAPublicKey_dup(rsa);
		EVP_PKEY_set1_RSA(key, rsa);
		return rsa;
	}
	END
	cc -shared -fPIC -o "$dir/mend.so" "$dir/mend.c" -lcrypto &&
		chmod 755 "$dir/mend.so"
}

opensmtpd_conf() {
	login="pki here auth <users> hostname provider.test"
	cat <<-END
	table users file:$dir/users
	table boxes { "boss@example.com" = "scanner", \\
	  "desk@example.com" = "clerk", "third@example.com" = "helper" }
	pki here cert "$dir/good-rsa.pem"
	pki here key "$dir/good-rsa.key"
	listen on 127.0.0.1 port $STARTTLS_PORT tls-require $login
	listen on 127.0.0.1 port $IMPLICIT_PORT smtps $login
	action store maildir "$dir/mail/%{rcpt.user}" virtual <boxes>
	match auth from any for domain "example.com" action store
	END
}

# ---- a relay behind Dovecot: our provider, which asks for nothing ----

# start_relay: sets RELAY_PORT and MAIL. What is taken is sorted into MAIL when
# one looks.
start_relay() {
	MAIL=$T/sorted
	mkdir -p "$T/relay.store" "$MAIL"
	"$PROVIDER" --store "$T/relay.store" --log "$T/relay.log" --strict \
		--size 2000000 >"$T/relay.out" 2>"$T/relay.err" &
	PIDS="$PIDS $!"
	until_has "$T/relay.out" port || return 1
	RELAY_PORT=$(sed -n 's/^port //p' "$T/relay.out")
}

sort_relay() {
	for letter in "$T/relay.store"/*.eml; do
		[ -e "${letter%.eml}.txt" ] || continue
		name=$(basename "$letter" .eml)
		for to in $(sed -n 's/^RCPT TO:<\([a-z]*\)@.*/\1/p' \
			"${letter%.eml}.txt"); do
			mkdir -p "$MAIL/$to/new"
			ln "$letter" "$MAIL/$to/new/$name"
		done
		mv "$letter" "${letter%.eml}.txt" "$T"
	done
}

# ---- what each of them must do ----

# relay_to NAME TLS PORT [PASSWORD]: a smtpseal for the server; its files are
# in $T/NAME, its log is $T/NAME.log.
relay_to() {
	PROVIDER_PORT=$3
	mkdir -p "$T/$1"
	write_config "$T/$1/seal.ini" <<-END
	tls = $2
	${AUTH:+auth = $AUTH}
	${SENDER:+sender = $SENDER}
	${CHUNKING:+chunking = $CHUNKING}
	END
	printf '%s\n' "${4:-pass word;#1}" >"$T/$1/password"
	start_smtpseal "$T/$1/seal.ini" "$1"
}

# send FILE[,FILE...] RECIPIENT...: through the last smtpseal.
send() {
	files=$1; shift
	timeout 60 python3 "$MESSAGE" send "$LISTEN_PORT" "$files" \
		scan@example.com "$@"
}

# hears WORDS COMMAND...: the command fails, and its output has the words.
hears() {
	words=$1; shift
	if "$@" >"$T/heard" 2>&1; then
		cat "$T/heard"; echo "it went well"; return 1
	fi
	has "$T/heard" "$words" || { cat "$T/heard"; return 1; }
}

# stored RECIPIENT COUNT: so many messages in the recipient's maildir.
stored() {
	[ ! -d "$T/relay.store" ] || sort_relay
	[ "$(find "$MAIL/$1/new" -type f 2>/dev/null | wc -l)" -eq "$2" ]
}

# arrived FILE RECIPIENT: what the recipient got last is the file, and only it
# is left unread.
arrived() {
	until_true 10 stored "$2" 1 || { find "$MAIL"; return 1; }
	python3 "$MESSAGE" compare "$ABOVE" "$1" "$MAIL/$2"/new/* &&
		rm "$MAIL/$2"/new/*
}

# serves LOGIN_WORDS REFUSED_WORDS: all that each server is asked. LOGIN_WORDS
# is what its log says of each refused login.
serves() {
	python3 "$MESSAGE" make small "$T/small"
	python3 "$MESSAGE" make large "$T/large"
	relay_to starttls starttls "$STARTTLS_PORT"
	ok "it takes a message for three" \
		send "$T/small" boss@example.com desk@example.com third@example.com
	for name in boss desk third; do
		ok "$name gets it octet for octet" arrived "$T/small" $name
	done
	ok "it takes a large one, and another behind it" \
		send "$T/large,$T/small" boss@example.com
	ok "both are there" until_true 10 stored boss 2
	ok "both are whole" arrived_both
	ok "its refusal passes" hears "$2" send "$T/small" bad@example.com
	ok "one refused and one not" hears "$2" \
		send "$T/small" bad@example.com desk@example.com
	ok "who is not refused gets it" arrived "$T/small" desk
	relay_to implicit implicit "$IMPLICIT_PORT"
	ok "it takes a message by implicit TLS" send "$T/small" boss@example.com
	ok "that one is whole" arrived "$T/small" boss
	mends
	refuses_login "$1"
}

# takes_chunks: two messages by BDAT, one of them in several, in a connection of
# their own that is over then; then one that must not go so.
takes_chunks() {
	relay_to chunks starttls "$STARTTLS_PORT"
	ok "it takes a large and a small one by BDAT" \
		send "$T/large,$T/small" boss@example.com
	ok "both of BDAT are there" until_true 10 stored boss 2
	ok "both of BDAT are whole" arrived_both
	stop "$SEAL_PID"
	CHUNKING=no
	relay_to dots starttls "$STARTTLS_PORT"
	CHUNKING=
	ok "it takes one by DATA" send "$T/small" boss@example.com
	ok "that of DATA is whole" arrived "$T/small" boss
	stop "$SEAL_PID"
}

# mends: what a sloppy device says arrives in order, and from the mailbox.
mends() {
	SENDER=scan@example.com
	relay_to mends starttls "$STARTTLS_PORT"
	SENDER=
	zeros=$(printf '%0998d' 0)
	say "$LISTEN_PORT" >"$T/sloppy" 2>&1 <<-X
	EHLO copier
	MAIL FROM:<root@scanner.local>
	RCPT TO:<boss@example.com>
	DATA
	From: "Floor@2" <copier@office.example>
	Sender: root@scanner.local
	To: boss@example.com
	!Subject: two pages\n\tof a scan\r\n
	Content-Type: text/plain; charset=iso-8859-1

	..
	..hidden
	... three
	!bare\nLF\n.. and a dot\nbehind\r\n
	!a lone one\n.\nis text\r\n
	!a bare\rCR\r\n
	!gr\\xfc\\xdfe, \\0NUL\r\n
	${zeros}end
	..

	.
	QUIT
	X
	printf '%s\r\n' >"$T/mended" \
		'From: "Floor at 2" <scan@example.com>' \
		'Reply-To: "Floor at 2" <copier@office.example>' \
		'To: boss@example.com' \
		'Subject: two pages' '	of a scan' \
		'Content-Type: text/plain; charset=iso-8859-1' \
		'Date: %DATE%' 'Message-ID: %ID%' 'MIME-Version: 1.0' '' \
		. .hidden '.. three' \
		bare LF '. and a dot' behind \
		'a lone one' . 'is text' 'a bare CR' \
		"$(printf 'gr\374\337e, NUL')" \
		"$zeros" ' end' . ''
	ok "it takes a sloppy message" \
		same 250 "$(sed -n '/^354 /{n;s/ .*//p;}' "$T/sloppy")"
	ok "it arrives mended, octet for octet" arrived "$T/mended" boss
}

arrived_both() {
	# shellcheck disable=SC2046 # names without blanks
	set -- $(ls -S "$MAIL/boss/new"/*)
	python3 "$MESSAGE" compare "$ABOVE" "$T/large" "$1" &&
		python3 "$MESSAGE" compare "$ABOVE" "$T/small" "$2" && rm "$@"
}

# refuses_login WORDS: a wrong password, and no second try with it.
refuses_login() {
	relay_to wrong starttls "$STARTTLS_PORT" "not it"
	ok "a wrong password is told" hears "451 4.7.0" \
		send "$T/small" boss@example.com
	ok "the server refused it" until_has "$SERVER_LOG" "$1"
	ok "the login is held down" hears "451 4.7.0" \
		send "$T/small" boss@example.com
	ok "the server was asked once" same 1 "$(grep -cF "$1" "$SERVER_LOG")"
	ok "the password is in no log" hasnt "$T/wrong.log" "not it"
}
