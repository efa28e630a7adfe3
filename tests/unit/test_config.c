/*
 * Whole configuration files and the complaints they earn, word by word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "scratch.h"

/* base64 of 32 octets */
#define PIN "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

#define X31  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X248 X31 X31 X31 X31 X31 X31 X31 X31

static const struct row {
	const char *title;
	const char *text;
	const char *complaints; /* each without "a.ini:" */
} rows[] = {
	{ "the smallest file that works",
	    "[account]\nhost = smtp.example.com\nuser = scanner@example.com\n"
	    "password_file = password\n",
	    "" },
	{ "an empty file", "",
	    "1: [account]: missing; there must be at least one\n" },
	{ "quotes and comments as other programs have them",
	    "[account]\nhost = \"smtp.example.com\"\nport = 587 ; usual\n"
	    "user = \"o\" # \"o\"\npassword_file = 'password'\n",
	    "2: host: \\\"smtp.example.com\\\" is neither a host name nor an "
	    "address; write it without the quotes\n"
	    "3: port: 587 ; usual is not a number from 1 to 65535; a comment "
	    "takes a line of its own\n"
	    "5: password_file: 'password' cannot be read: No such file or "
	    "directory; write it without the quotes\n" },
	{ "all mistakes at once, in the order of the lines",
	    "[limits]\ndrain = never\n[account]\nhots = h.example\n"
	    "port = 587o\n[devise x]\n[log]\nlevel = loud\n",
	    "2: drain: never is not a time from 0s to 3600s (such as 30s, 5m, "
	    "1h)\n"
	    "3: host: missing; give host or provider\n"
	    "3: user: missing; give user and a password, or auth = none\n"
	    "4: hots: there is no such key in [account]; did you mean host?\n"
	    "5: port: 587o is not a number from 1 to 65535\n"
	    "6: [devise x]: there is no such section; did you mean [device]?\n"
	    "8: level: loud is none of error, warn, info, debug, trace\n" },
	{ "an unknown section", GOOD "[banana]\nx = 1\n",
	    "4: [banana]: there is no such section\n" },
	{ "an unknown key that is like no other", GOOD "banana = 1\n",
	    "4: banana: there is no such key in [account]\n" },
	{ "keys are written small", GOOD "Port = 25\n",
	    "4: Port: there is no such key in [account]; did you mean "
	    "port?\n" },
	{ "a key without a value", GOOD "port =\n",
	    "4: port: there is no value\n" },
	{ "a key twice", GOOD "port = 25\nport = 26\n",
	    "5: port: it stands in line 4 already\n" },
	{ "names where none belong, none where one does",
	    GOOD "[limits x]\n[device]\nclient = 192.0.2.1\n",
	    "4: [limits x]: [limits] takes no name\n"
	    "5: [device]: it needs a name, such as [device copier]\n" },
	{ "sections twice",
	    GOOD "[log]\n[account]\nhost = i.example\n"
		 "auth = none\n[log]\n[account default]\nhost = j.example\n"
		 "auth = none\n",
	    "5: [account]: it begins in line 1 already\n"
	    "8: [log]: it begins in line 4 already\n"
	    "9: [account default]: it begins in line 1 already\n" },

	/* [listen] */
	{ "an address beyond loopback",
	    GOOD "[listen]\naddress = 127.0.0.1:25, 192.0.2.1:25\n",
	    "5: address: 192.0.2.1:25 is beyond loopback; say with allow who "
	    "may connect, as an open relay serves spammers\n" },
	{ "all addresses of the machine", GOOD "[listen]\naddress = [::]:25\n",
	    "5: address: [::]:25 is beyond loopback; say with allow who may "
	    "connect, as an open relay serves spammers\n" },
	{ "the same with allow",
	    GOOD "[listen]\naddress = [::]:25\nallow = 192.0.2.0/24\n", "" },
	{ "an address twice",
	    GOOD "[listen a]\naddress = 127.0.0.1:25\n[listen b]\n"
		 "address = localhost:25\n",
	    "7: address: localhost:25 is listened on already\n" },
	{ "a greeting with a blank", GOOD "[listen]\nhello = my gate\n",
	    "5: hello: my gate is neither a host name nor an address in "
	    "brackets\n" },

	{ "TLS without its certificate",
	    GOOD "[listen]\ntls = implicit\nkey = key.pem\n",
	    "5: certificate: missing; TLS needs a certificate and its key\n" },
	{ "TLS without anything", GOOD "[listen]\ntls = starttls\n",
	    "5: certificate: missing; TLS needs a certificate and its key\n"
	    "5: key: missing; TLS needs a certificate and its key\n" },
	{ "a certificate without TLS",
	    GOOD "[listen]\ncertificate = ca.pem\ntls_min = 1.0\n",
	    "5: certificate: of no use without tls\n"
	    "6: tls_min: of no use without tls\n" },
	{ "a key others may read",
	    GOOD "[listen]\ntls = implicit\ncertificate = ca.pem\n"
		 "key = ca.pem\n",
	    "7: key: ca.pem is open to group or others (mode 0644); make it "
	    "the owner's alone: chmod 600\n" },
	{ "a version nobody speaks", GOOD "[listen]\ntls_min = 1.3\n",
	    "5: tls_min: 1.3 is none of 1.0, 1.1, 1.2; did you mean 1.0?\n"
	    "5: tls_min: of no use without tls\n" },

	/* [account]: where to */
	{ "host and provider both missing", "[account]\nauth = none\n",
	    "1: host: missing; give host or provider\n" },
	{ "a provider mistyped", "[account]\nprovider = gmial\nauth = none\n",
	    "2: provider: gmial has no preset; give its host; did you mean "
	    "gmail?\n" },
	{ "a region missing",
	    "[account]\nprovider = ses\nuser = u\npassword = p\n",
	    "1: region: missing; ses needs one, such as eu-west-1\n" },
	{ "a region too many", GOOD "region = eu-west-1\n",
	    "4: region: only for a provider whose host holds one, such as "
	    "ses\n" },
	{ "a region with a dot",
	    "[account]\nprovider = ses\nregion = evil.example\nuser = u\n"
	    "password = p\n",
	    "3: region: evil.example is not a word of letters, digits and "
	    "hyphens\n" },
	{ "an upstream name that is none", GOOD "hello = localhost\n",
	    "4: hello: localhost means nothing to a provider, and some refuse "
	    "it; give a name of this site, or leave the key out\n" },
	{ "a pin too short", GOOD "pin_sha256 = " PIN ", AAAA\n",
	    "4: pin_sha256: AAAA is not the base64 of 32 octets (44 "
	    "digits)\n" },
	{ "trust anchors that are not there", GOOD "ca_file = nowhere.pem\n",
	    "4: ca_file: nowhere.pem cannot be read: No such file or "
	    "directory\n" },
	{ "a client certificate without its key",
	    GOOD "client_certificate = ca.pem\n",
	    "4: client_certificate: client_key is missing\n" },
	{ "a client key others may read, without its certificate",
	    GOOD "client_key = ca.pem\n",
	    "4: client_key: ca.pem is open to group or others (mode 0644); "
	    "make it the owner's alone: chmod 600\n"
	    "4: client_key: client_certificate is missing\n" },
	{ "numbers out of range",
	    GOOD "connections = 0\nkeep_warm = 2h\nport = 0\n",
	    "4: connections: 0 is not a number from 1 to 1000\n"
	    "5: keep_warm: 2h is not a time from 0s to 3600s (such as 30s, "
	    "5m, 1h)\n"
	    "6: port: 0 is not a number from 1 to 65535\n" },

	{ "BDAT, perhaps", GOOD "chunking = perhaps\n",
	    "4: chunking: perhaps is none of no, yes\n" },
	{ "BDAT where it is offered, said in words", GOOD "chunking = yes\n",
	    "" },

	/* [account]: logging in */
	{ "a user without a password", LOGIN,
	    "3: user: there is no password for it; give password_file, "
	    "password_command, password or token_command\n" },
	{ "a password without a user",
	    "[account]\nhost = h.example\npassword_file = password\n",
	    "1: user: missing; whose password is it?\n" },
	{ "two passwords",
	    LOGIN "password = p\npassword_file = password\n"
		  "token_command = t\n",
	    "4: password: password_file is given as well; give one of them\n"
	    "6: token_command: password_file is given as well; give one of "
	    "them\n" },
	{ "a password for no login",
	    GOOD "user = u\npassword_command = pass mail\n",
	    "4: user: without effect, as auth = none\n"
	    "5: password_command: without effect, as auth = none\n" },
	{ "a mechanism nobody knows", LOGIN "password = p\nauth = ntlm\n",
	    "5: auth: ntlm is none of auto, none, plain, login, cram-md5, "
	    "digest-md5, scram-sha-1, scram-sha-256, xoauth2, oauthbearer, "
	    "external, pop-before-smtp\n" },
	{ "a token for a password mechanism",
	    LOGIN "token_command = t\nauth = plain\n",
	    "5: auth: does not log in with a token; xoauth2 and oauthbearer "
	    "do\n" },
	{ "a password for a token mechanism",
	    LOGIN "password = p\nauth = xoauth2\n",
	    "5: auth: needs token_command\n" },
	{ "a password for a provider that takes tokens only",
	    "[account]\nprovider = outlook\nuser = u\npassword = p\n",
	    "4: password: outlook does not take passwords; give "
	    "oauth_grant or token_command\n" },
	{ "a token for a provider that takes passwords only",
	    "[account]\nprovider = gmx\nuser = u\ntoken_command = t\n",
	    "4: token_command: gmx does not take tokens; give a password\n" },

	{ "EXTERNAL without a certificate",
	    "[account]\nhost = h.example\nauth = external\n",
	    "3: auth: needs client_certificate and client_key\n" },
	{ "EXTERNAL with a password",
	    LOGIN "password = p\nauth = external\n"
		  "client_certificate = ca.pem\nclient_key = password\n",
	    "4: password: without effect, as auth = external\n" },
	{ "EXTERNAL",
	    "[account]\nhost = h.example\nauth = external\n"
	    "client_certificate = ca.pem\nclient_key = password\n",
	    "" },
	{ "EXTERNAL, as there is a certificate and nothing else",
	    "[account]\nhost = h.example\nuser = u\n"
	    "client_certificate = ca.pem\nclient_key = password\n",
	    "" },
	{ "a certificate for a provider that takes passwords only",
	    "[account]\nprovider = gmx\nclient_certificate = ca.pem\n"
	    "client_key = password\n",
	    "3: client_certificate: gmx does not take certificates; give a "
	    "password\n" },
	{ "PLAIN with a certificate and no password",
	    LOGIN "auth = plain\nclient_certificate = ca.pem\n"
		  "client_key = password\n",
	    "3: user: there is no password for it; give password_file, "
	    "password_command, password or token_command\n" },

	/* [account]: POP before SMTP */
	{ "POP before SMTP", LOGIN "password = p\nauth = pop-before-smtp\n",
	    "" },
	{ "POP before SMTP, all of it",
	    LOGIN "password_command = c\nauth = POP-before-SMTP\n"
		  "pop_host = pop.example\npop_port = 1995\n"
		  "client_certificate = ca.pem\nclient_key = password\n",
	    "" },
	{ "POP before SMTP without anything",
	    "[account]\nhost = h.example\nauth = pop-before-smtp\n",
	    "1: user: missing; give user and a password, or auth = none\n" },
	{ "POP before SMTP without a password",
	    LOGIN "auth = pop-before-smtp\nclient_certificate = ca.pem\n"
		  "client_key = password\n",
	    "3: user: there is no password for it; give password_file, "
	    "password_command, password or token_command\n" },
	{ "POP before SMTP without a user",
	    "[account]\nhost = h.example\npassword = p\n"
	    "auth = pop-before-smtp\n",
	    "1: user: missing; whose password is it?\n" },
	{ "POP before SMTP with a token",
	    LOGIN "token_command = t\nauth = pop-before-smtp\n",
	    "5: auth: does not log in with a token; xoauth2 and oauthbearer "
	    "do\n" },
	{ "POP before SMTP with OAuth",
	    "[account]\nprovider = outlook\nuser = u\n"
	    "oauth_client_id = x\nauth = pop-before-smtp\n",
	    "5: auth: does not log in with a token; xoauth2 and oauthbearer "
	    "do\n" },
	{ "POP's keys without POP",
	    LOGIN "password = p\npop_host = pop.example\npop_port = 995\n",
	    "5: pop_host: only with auth = pop-before-smtp\n"
	    "6: pop_port: only with auth = pop-before-smtp\n" },
	{ "POP's keys and no login", GOOD "pop_port = 995\n",
	    "4: pop_port: only with auth = pop-before-smtp\n" },
	{ "POP's keys that are none",
	    LOGIN "password = p\nauth = pop-before-smtp\n"
		  "pop_host = pop3s://pop.example\npop_port = 0\n",
	    "6: pop_host: pop3s://pop.example is neither a host name nor an "
	    "address; give the name alone, without scheme or path\n"
	    "7: pop_port: 0 is not a number from 1 to 65535\n" },
	{ "a user POP3 has no room for",
	    "[account]\nhost = h.example\nauth = pop-before-smtp\n"
	    "password = p\nuser = " X248 "x\n",
	    "5: user: longer than 248 octets, which is what POP3 has room "
	    "for\n" },
	{ "a password POP3 has no room for",
	    LOGIN "auth = pop-before-smtp\npassword = " X248 "x\n",
	    "5: password: longer than 248 octets, which is what POP3 has "
	    "room for\n" },
	{ "a password POP3 has just room for",
	    LOGIN "auth = pop-before-smtp\npassword = " X248 "\n", "" },

	/* [account]: never without TLS */
	{ "no TLS, and POP before SMTP, which has its own",
	    LOGIN "password = p\ntls = none\nauth = pop-before-smtp\n", "" },
	{ "no TLS, and EXTERNAL",
	    "[account]\nhost = h.example\nauth = external\ntls = none\n"
	    "client_certificate = ca.pem\nclient_key = password\n",
	    "4: tls: without TLS only auth = none, pop-before-smtp, "
	    "cram-md5, scram-sha-1 or scram-sha-256 is allowed: others "
	    "show the password or need TLS\n" },
	{ "no TLS, and DIGEST-MD5",
	    LOGIN "password = p\ntls = none\nauth = digest-md5\n",
	    "5: tls: without TLS only auth = none, pop-before-smtp, "
	    "cram-md5, scram-sha-1 or scram-sha-256 is allowed: others "
	    "show the password or need TLS\n" },
	{ "no TLS, and any mechanism", LOGIN "password = p\ntls = none\n",
	    "5: tls: without TLS only auth = none, pop-before-smtp, "
	    "cram-md5, scram-sha-1 or scram-sha-256 is allowed: others "
	    "show the password or need TLS\n" },
	{ "no TLS, and PLAIN", LOGIN "password = p\ntls = none\nauth = plain\n",
	    "5: tls: without TLS only auth = none, pop-before-smtp, "
	    "cram-md5, scram-sha-1 or scram-sha-256 is allowed: others "
	    "show the password or need TLS\n" },
	{ "no TLS, and a token",
	    LOGIN "token_command = t\ntls = none\nauth = xoauth2\n",
	    "5: tls: without TLS only auth = none, pop-before-smtp, "
	    "cram-md5, scram-sha-1 or scram-sha-256 is allowed: others "
	    "show the password or need TLS\n" },
	{ "no TLS, and CRAM-MD5",
	    LOGIN "password = p\ntls = none\nauth = cram-md5\n", "" },
	{ "no TLS, and SCRAM",
	    LOGIN "password = p\ntls = none\nauth = scram-sha-256\n", "" },
	{ "no TLS, and no login", GOOD "tls = none\n", "" },
	{ "a preset without TLS, and LOGIN",
	    "[account]\nprovider = nifty\nuser = u\npassword = p\n"
	    "auth = login\n",
	    "5: auth: without TLS only auth = none, pop-before-smtp, "
	    "cram-md5, scram-sha-1 or scram-sha-256 is allowed: others "
	    "show the password or need TLS\n" },

	/* Secrets' files */
	{ "a password file the group may read", LOGIN "password_file = group\n",
	    "4: password_file: group is open to group or others (mode 0640); "
	    "make it the owner's alone: chmod 600\n" },
	{ "a password file others may read", LOGIN "password_file = others\n",
	    "4: password_file: others is open to group or others (mode 0604); "
	    "make it the owner's alone: chmod 600\n" },
	{ "a password file the group may write",
	    LOGIN "password_file = written\n",
	    "4: password_file: written is open to group or others (mode "
	    "0620); make it the owner's alone: chmod 600\n" },
	{ "a password file that is not there",
	    LOGIN "password_file = nowhere\n",
	    "4: password_file: nowhere cannot be read: No such file or "
	    "directory\n" },
	{ "an empty password file", LOGIN "password_file = empty\n",
	    "4: password_file: the first line of empty is empty\n" },
	{ "a password file with an empty first line",
	    LOGIN "password_file = blank\n",
	    "4: password_file: the first line of blank is empty\n" },
	{ "a password file with a byte order mark",
	    LOGIN "password_file = bom\n",
	    "4: password_file: bom begins with a byte order mark, which is "
	    "not part of any password\n" },
	{ "a pipe for a password file", LOGIN "password_file = pipe\n",
	    "4: password_file: pipe is not a file\n" },
	{ "a folder for a password file", LOGIN "password_file = .\n",
	    "4: password_file: . is not a file\n" },

	/* [device] */
	{ "a device nobody is", GOOD "[device a]\n",
	    "4: client: missing; without it no device is ever [device a]\n" },
	{ "a device with an account nobody knows",
	    "[device a]\nclient = 192.0.2.1\naccount = ofice, b\n"
	    "[account office]\nhost = h.example\nauth = none\n",
	    "3: account: there is no account ofice; did you mean office?\n"
	    "3: account: there is no account b\n" },
	{ "an account twice in a device's list",
	    GOOD "[device a]\nclient = 192.0.2.1\naccount = default,default\n",
	    "6: account: default stands twice in the list\n" },
	{ "a block for two devices",
	    GOOD "[device a]\nclient = 192.0.2.1, 192.0.2.0/24\n"
		 "[device b]\nclient = 10.0.0.1, 192.0.2.1/32\n",
	    "7: client: item 2 is [device a] already\n" },
	{ "a device called default",
	    GOOD "[device default]\nclient = 192.0.2.1\n",
	    "4: [device default]: the name is taken: it stands for all "
	    "devices without a section\n" },
	{ "a keyword that cannot be hidden",
	    GOOD "[device a]\nclient = 192.0.2.1\nhide = AUTH, DSN\n",
	    "6: hide: DSN is none of STARTTLS, AUTH, 8BITMIME, SIZE, "
	    "PIPELINING\n" },
	{ "no hold at all", GOOD "[device a]\nclient = 192.0.2.1\nhold = 0\n",
	    "6: hold: 0 is not a size from 1024 to 16777216 octets (such as "
	    "64k, 10M)\n" },
	{ "a hold that says more than all",
	    GOOD "[device a]\nclient = 192.0.2.1\nhold = all of it\n",
	    "6: hold: all of it is not a size from 1024 to 16777216 octets "
	    "(such as 64k, 10M)\n" },
	{ "a hold out of range",
	    GOOD "[device a]\nclient = 192.0.2.1\nhold = 1G\n",
	    "6: hold: 1G is not a size from 1024 to 16777216 octets (such as "
	    "64k, 10M)\n" },

	/* [account]: OAuth */
	{ "OAuth, all of it by hand",
	    LOGIN "oauth_grant = device\noauth_client_id = x\n"
		  "oauth_scope = mail offline\n"
		  "oauth_token_url = https://h.example/t\n"
		  "oauth_device_url = https://h.example/d\n"
		  "oauth_client_secret_file = password\n"
		  "oauth_ca_file = ca.pem\n",
	    "" },
	{ "OAuth of a preset: the grant is known",
	    "[account]\nprovider = outlook\nuser = u\n"
	    "oauth_client_id = x\n",
	    "" },
	{ "OAuth by a code, all of it by hand",
	    LOGIN "oauth_grant = code\noauth_client_id = x\n"
		  "oauth_scope = mail offline\n"
		  "oauth_token_url = https://h.example/t\n"
		  "oauth_authorize_url = https://h.example/a\n",
	    "" },
	{ "OAuth by a code, and an address that is nonsense",
	    "[account]\nprovider = gmail\nuser = u\noauth_client_id = x\n"
	    "oauth_authorize_url = nonsense\n",
	    "5: oauth_authorize_url: nonsense is not an https:// address\n" },
	{ "OAuth, and nothing said of where", LOGIN "oauth_grant = device\n",
	    "1: oauth_client_id: missing; oauth_grant = device needs it\n"
	    "1: oauth_scope: missing; oauth_grant = device needs it\n"
	    "1: oauth_token_url: missing; oauth_grant = device needs it\n"
	    "1: oauth_device_url: missing; oauth_grant = device needs it\n" },
	{ "OAuth without its grant", LOGIN "oauth_client_id = x\n",
	    "1: oauth_grant: missing; give device, code, client-credentials "
	    "or service-account\n" },
	{ "a grant nobody knows", LOGIN "oauth_grant = password\n",
	    "4: oauth_grant: password is none of device, code, "
	    "client-credentials, service-account\n" },
	{ "a device code where there is none for mail",
	    "[account]\nprovider = gmail\nuser = u\noauth_client_id = x\n"
	    "oauth_grant = device\n",
	    "5: oauth_grant: gmail logs nobody in for mail by a device code; "
	    "use code\n" },
	{ "keys of another grant",
	    "[account]\nprovider = office365\nuser = u\n"
	    "oauth_client_id = x\noauth_grant = client-credentials\n"
	    "oauth_tenant = contoso.example\n"
	    "oauth_client_secret_file = password\n"
	    "oauth_device_url = https://h.example/d\n",
	    "8: oauth_device_url: without effect, as oauth_grant = "
	    "client-credentials\n" },
	{ "an application without tenant and secret",
	    "[account]\nprovider = office365\nuser = u\n"
	    "oauth_client_id = x\noauth_grant = client-credentials\n",
	    "1: oauth_tenant: missing; an application logs in to the "
	    "organisation's own tenant\n"
	    "1: oauth_client_secret_file: missing; the application needs it, "
	    "or a certificate\n" },
	{ "a tenant of a provider that has none",
	    "[account]\nprovider = fastmail\nuser = u\n"
	    "oauth_client_id = x\noauth_tenant = common\n"
	    "oauth_grant = client-credentials\noauth_scope = x\n"
	    "oauth_client_secret_file = password\n",
	    "5: oauth_tenant: only for a provider whose addresses hold one, "
	    "such as office365\n" },
	{ "a tenant that changes the address",
	    "[account]\nprovider = office365\nuser = u\n"
	    "oauth_client_id = x\noauth_tenant = evil/..\n",
	    "5: oauth_tenant: evil/.. is neither a host name nor an "
	    "address; give the name alone, without scheme or path\n" },
	{ "a secret others may read",
	    "[account]\nprovider = outlook\nuser = u\n"
	    "oauth_client_id = x\noauth_client_secret_file = others\n",
	    "5: oauth_client_secret_file: others is open to group or others "
	    "(mode 0604); make it the owner's alone: chmod 600\n" },
	{ "an address without TLS",
	    "[account]\nprovider = outlook\nuser = u\n"
	    "oauth_client_id = x\noauth_token_url = http://h.example/t\n",
	    "5: oauth_token_url: http://h.example/t is not an https:// "
	    "address\n" },
	{ "OAuth beside a password",
	    "[account]\nprovider = office365\nuser = u\npassword = p\n"
	    "oauth_client_id = x\n",
	    "5: oauth_client_id: password is given as well; give one of "
	    "them\n" },
	{ "OAuth beside a token_command, which may use it",
	    "[account]\nprovider = office365\nuser = u\ntoken_command = t\n"
	    "oauth_client_id = x\n",
	    "" },
	{ "OAuth for a provider that takes passwords only",
	    "[account]\nprovider = gmx\nuser = u\noauth_grant = device\n"
	    "oauth_client_id = x\noauth_scope = s\n"
	    "oauth_token_url = https://h.example/t\n"
	    "oauth_device_url = https://h.example/d\n",
	    "4: oauth_grant: gmx does not take tokens; give a password\n" },
	{ "OAuth for no login", GOOD "oauth_client_id = x\n",
	    "4: oauth_client_id: without effect, as auth = none\n" },
	{ "OAuth and a mechanism for passwords",
	    "[account]\nprovider = office365\nuser = u\nauth = plain\n"
	    "oauth_client_id = x\n",
	    "4: auth: does not log in with a token; xoauth2 and oauthbearer "
	    "do\n" },

	{ "a service account",
	    "[account]\nprovider = gmail\nuser = u\noauth_client_id = x\n"
	    "oauth_grant = service-account\noauth_key = key.pem\n"
	    "oauth_subject = u@h.example\n",
	    "" },
	{ "a service account without its key, with another's secret",
	    "[account]\nprovider = gmail\nuser = u\noauth_client_id = x\n"
	    "oauth_grant = service-account\n"
	    "oauth_client_secret_file = password\n",
	    "1: oauth_key: missing; oauth_grant = service-account needs it\n"
	    "6: oauth_client_secret_file: without effect, as oauth_grant = "
	    "service-account\n" },
	{ "an application with its certificate",
	    "[account]\nprovider = office365\nuser = u\n"
	    "oauth_client_id = x\noauth_grant = client-credentials\n"
	    "oauth_tenant = c.example\noauth_certificate = ca.pem\n"
	    "oauth_key = key.pem\n",
	    "" },
	{ "an application with a certificate and no key",
	    "[account]\nprovider = office365\nuser = u\n"
	    "oauth_client_id = x\noauth_grant = client-credentials\n"
	    "oauth_tenant = c.example\noauth_certificate = ca.pem\n",
	    "7: oauth_certificate: oauth_key is missing\n" },
	{ "an application with both, and a key others may read",
	    "[account]\nprovider = office365\nuser = u\n"
	    "oauth_client_id = x\noauth_grant = client-credentials\n"
	    "oauth_tenant = c.example\noauth_certificate = ca.pem\n"
	    "oauth_key = ca.pem\noauth_client_secret_file = password\n",
	    "8: oauth_key: ca.pem is open to group or others (mode 0644); "
	    "make it the owner's alone: chmod 600\n"
	    "8: oauth_key: oauth_client_secret_file is given as well; give "
	    "one of them\n" },
};

/* "3: x\n" becomes "a.ini:3: x\n", line by line. */
static char *with_file(const char *complaints)
{
	char *whole = NULL;
	size_t len;
	FILE *out = open_memstream(&whole, &len);

	while (*complaints) {
		size_t line = strcspn(complaints, "\n") + 1;

		fprintf(out, "a.ini:%.*s", (int)line, complaints);
		complaints += line;
	}
	fclose(out);
	return whole;
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		char *expected = with_file(rows[i].complaints);
		char *printed = NULL;
		struct settings *settings =
		    scratch_read(rows[i].text, 0600, &printed);

		if (strcmp(printed, expected) != 0)
			print_error("%s\n", rows[i].title);
		assert_string_equal(printed, expected);
		settings_drop(settings);
		free(printed);
		free(expected);
	}
}

/* A password in the file itself asks for a private file; without one the
 * file may be read by all. */
static void test_file_mode(void **state)
{
	static const mode_t open_modes[] = { 0640, 0604, 0644, 0660 };
	char *printed = NULL;
	struct settings *settings;

	(void)state;
	for (size_t i = 0; i < array_len(open_modes); i++) {
		assert_null(scratch_read(
		    LOGIN "password = p\n", open_modes[i], &printed));
		assert_string_equal(printed,
		    "a.ini:4: password: this file is open to group or others; "
		    "make it the owner's alone (chmod 600), or use "
		    "password_file\n");
		free(printed);
	}
	settings = scratch_read(LOGIN "password = p\n", 0400, &printed);
	assert_non_null(settings);
	settings_drop(settings);
	free(printed);
	settings =
	    scratch_read(LOGIN "password_file = password\n", 0644, &printed);
	assert_non_null(settings);
	settings_drop(settings);
	free(printed);
}

/* No password is ever shown, wherever it stands. */
static void test_nothing_shown(void **state)
{
	static const char *const texts[] = {
		"[account]\nhunter2\n",
		"[account]\npassword : hunter2\n",
		"[account]\npassword = hunter2\tx\n",
		"[account]\npasword = hunter2\n",
		"password = hunter2\n",
		LOGIN "password = hunter2\npassword = hunter2\nport = x\n",
		LOGIN "password = hunter2\ntoken_command = hunter2\n",
	};

	(void)state;
	for (size_t i = 0; i < array_len(texts); i++) {
		char *printed = NULL;

		assert_null(scratch_read(texts[i], 0600, &printed));
		assert_null(strstr(printed, "hunter2"));
		free(printed);
	}
}

/* The file itself cannot be read: main must know why. */
static void test_unreadable(void **state)
{
	static const struct {
		const char *path;
		int error;
		const char *printed;
	} cases[] = {
		{ "none.ini", ENOENT,
		    "none.ini: cannot be read: No such file or directory\n" },
		{ ".", EISDIR, ".: cannot be read: Is a directory\n" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct complaints complaints;
		char *printed = NULL;
		size_t len;
		FILE *out = open_memstream(&printed, &len);

		complaints_init(&complaints, cases[i].path);
		assert_null(config_read(cases[i].path, &complaints));
		assert_int_equal(complaints.unreadable, cases[i].error);
		complaints_print(&complaints, out);
		fclose(out);
		assert_string_equal(printed, cases[i].printed);
		free(printed);
		complaints_finish(&complaints);
	}
}

/* Paths are relative to the file, not to where the program was started. */
static void test_relative(void **state)
{
	struct complaints complaints;
	struct settings *settings;
	char path[300];

	(void)state;
	scratch_write("a.ini", LOGIN "password_file = password\n", 0600);
	snprintf(path, sizeof(path), "%s/a.ini", scratch_folder());
	assert_int_equal(chdir("/"), 0);
	complaints_init(&complaints, path);
	settings = config_read(path, &complaints);
	assert_int_equal(chdir(scratch_folder()), 0);
	assert_non_null(settings);
	assert_string_equal(settings->file, path);
	settings_drop(settings);
	complaints_finish(&complaints);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_file_mode),
		cmocka_unit_test(test_nothing_shown),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_relative),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
