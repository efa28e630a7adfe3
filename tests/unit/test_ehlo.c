/*
 * EHLO answers: as real providers gave them, before TLS and after, and odd
 * ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "smtp/ehlo.h"

enum {
	TLS = 1 << 0,
	PIPE = 1 << 1,
	BIT8 = 1 << 2,
	CHUNK = 1 << 3,
	SIZE = 1 << 4,
};

static const struct ehlo_row {
	const char *name;
	const char *heard; /* lines parted by "|", as told by the provider */
	unsigned offers;
	uint64_t max_size;
	const char *auth;
} rows[] = {
	{ "Gmail, 587",
	    "smtp.gmail.com at your service, [192.0.2.1]"
	    "|SIZE 35882577|8BITMIME|STARTTLS|ENHANCEDSTATUSCODES|PIPELINING"
	    "|CHUNKING|SMTPUTF8",
	    TLS | PIPE | BIT8 | CHUNK | SIZE, 35882577, "" },
	{ "Gmail, 465",
	    "smtp.gmail.com at your service, [192.0.2.1]"
	    "|SIZE 35882577|8BITMIME|AUTH LOGIN PLAIN XOAUTH2 "
	    "PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH|ENHANCEDSTATUSCODES"
	    "|PIPELINING|CHUNKING|SMTPUTF8",
	    PIPE | BIT8 | CHUNK | SIZE, 35882577,
	    "LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH" },
	{ "Microsoft 365, 587",
	    "SY5P282CA0097.outlook.office365.com Hello "
	    "[192.0.2.1]|SIZE 157286400|PIPELINING|DSN|ENHANCEDSTATUSCODES"
	    "|STARTTLS|8BITMIME|BINARYMIME|CHUNKING|SMTPUTF8",
	    TLS | PIPE | BIT8 | CHUNK | SIZE, 157286400, "" },
	{ "Microsoft 365, TLS",
	    "SY5P282CA0097.outlook.office365.com Hello "
	    "[192.0.2.1]|SIZE 157286400|PIPELINING|DSN|ENHANCEDSTATUSCODES"
	    "|AUTH LOGIN XOAUTH2|8BITMIME|BINARYMIME|CHUNKING|SMTPUTF8",
	    PIPE | BIT8 | CHUNK | SIZE, 157286400, "LOGIN XOAUTH2" },
	{ "Yahoo 2014",
	    "smtp.mail.yahoo.com|PIPELINING|8 BITMIME"
	    "|AUTH PLAIN LOGIN XOAUTH2 XYMCOOKIE",
	    PIPE, 0, "PLAIN LOGIN XOAUTH2 XYMCOOKIE" },
	{ "Yahoo 2026",
	    "hermes--production-ir2-1 Hello kali [192.0.2.1])"
	    "|PIPELINING|ENHANCEDSTATUSCODES|8BITMIME|SIZE 41697280|STARTTLS",
	    TLS | PIPE | BIT8 | SIZE, 41697280, "" },
	{ "GMX",
	    "gmx.com Hello kali [192.0.2.1]|SIZE 31457280"
	    "|AUTH LOGIN PLAIN|STARTTLS",
	    TLS | SIZE, 31457280, "LOGIN PLAIN" },
	{ "SES",
	    "email-smtp.amazonaws.com|8BITMIME|STARTTLS|AUTH PLAIN LOGIN"
	    "|Ok",
	    TLS | BIT8, 0, "PLAIN LOGIN" },
	{ "SendGrid",
	    "smtp.sendgrid.net|8BITMIME|PIPELINING|SIZE 31457280"
	    "|STARTTLS|AUTH PLAIN LOGIN|AUTH=PLAIN LOGIN",
	    TLS | PIPE | BIT8 | SIZE, 31457280, "PLAIN LOGIN PLAIN LOGIN" },
	{ "Mailgun",
	    "d2a5c0|AUTH PLAIN LOGIN|SIZE 52428800|8BITMIME|SMTPUTF8"
	    "|PIPELINING|STARTTLS",
	    TLS | PIPE | BIT8 | SIZE, 52428800, "PLAIN LOGIN" },
	{ "Zoho, 587",
	    "mx.zohomail.com Hello kali (192.0.2.1)|STARTTLS"
	    "|SIZE 53477376",
	    TLS | SIZE, 53477376, "" },
	{ "Zoho, TLS",
	    "mx.zohomail.com Hello kali (192.0.2.1)"
	    "|AUTH LOGIN PLAIN|SIZE 53477376",
	    SIZE, 53477376, "LOGIN PLAIN" },
	{ "Proton",
	    "mailsubosl1002.protonmail.ch|PIPELINING|SIZE 36480000"
	    "|AUTH PLAIN LOGIN|ENHANCEDSTATUSCODES|8BITMIME|CHUNKING",
	    PIPE | BIT8 | CHUNK | SIZE, 36480000, "PLAIN LOGIN" },
	{ "QQ",
	    "newxmesmtplogicsvrszc8.qq.com|PIPELINING|SIZE 73400320"
	    "|STARTTLS|AUTH LOGIN PLAIN XOAUTH XOAUTH2|AUTH=LOGIN"
	    "|MAILCOMPRESS|8BITMIME",
	    TLS | PIPE | BIT8 | SIZE, 73400320,
	    "LOGIN PLAIN XOAUTH XOAUTH2 LOGIN" },
	{ "163",
	    "mail|PIPELINING|AUTH LOGIN PLAIN|AUTH=LOGIN PLAIN"
	    "|coremail 1Uxr2xKj7kG0xkI17xGrU7I0s8FY2U3Uj8Cz28x1UUUUU7Ic2I0Y2"
	    "|STARTTLS|8BITMIME",
	    TLS | PIPE | BIT8, 0, "LOGIN PLAIN LOGIN PLAIN" },
	{ "Yahoo Japan",
	    "smtpgate501.mail.yahoo.co.jp|PIPELINING|8BITMIME"
	    "|SIZE 20480000|AUTH PLAIN LOGIN XYMYCONNECT",
	    PIPE | BIT8 | SIZE, 20480000, "PLAIN LOGIN XYMYCONNECT" },
	{ "Yandex",
	    "iva8.mail.yandex.net|8BITMIME|PIPELINING|SIZE 42991616"
	    "|STARTTLS|AUTH LOGIN PLAIN XOAUTH2|DSN|ENHANCEDSTATUSCODES",
	    TLS | PIPE | BIT8 | SIZE, 42991616, "LOGIN PLAIN XOAUTH2" },
	{ "Strato",
	    "smtp.strato.de greets kali|ENHANCEDSTATUSCODES|8BITMIME"
	    "|AUTH SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 LOGIN PLAIN",
	    BIT8, 0, "SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 LOGIN PLAIN" },
	{ "OVH", "ssl0.ovh.net|AUTH PLAIN LOGIN|AUTH=PLAIN LOGIN", 0, 0,
	    "PLAIN LOGIN PLAIN LOGIN" },

	{ "greeting only", "STARTTLS", 0, 0, "" },
	{ "nothing", "", 0, 0, "" },
	{ "the greeting is none", "AUTH PLAIN|SIZE", SIZE, 0, "" },
	{ "any case",
	    "x|starttls|Pipelining|8bitmime|Chunking|size 1"
	    "|auth plain",
	    TLS | PIPE | BIT8 | CHUNK | SIZE, 1, "plain" },
	{ "blanks", "x|  STARTTLS \t|AUTH \t LOGIN  PLAIN ", TLS, 0,
	    "LOGIN PLAIN" },
	{ "stripped", "x|XXXXXXXA|STARTTLSX|XSTARTTLS|START TLS", 0, 0, "" },
	{ "no words", "x|AUTH|AUTH=|SIZE|=|AUTHX PLAIN", SIZE, 0, "" },
	{ "sizes", "x|SIZE 0", SIZE, 0, "" },
	{ "size no number", "x|SIZE 10MB", SIZE, 0, "" },
	{ "size of 20 digits", "x|SIZE 99999999999999999999", SIZE, 0, "" },
	{ "size with more", "x|SIZE 100 200", SIZE, 100, "" },
	{ "size=", "x|SIZE=100", SIZE, 100, "" },
};

static struct reply_reader reader;

/* Reads a 250 reply of these lines. */
static const struct reply *hear(const char *lines)
{
	char octets[1000];
	struct text text;
	struct span rest = span_of(lines);
	struct span in;

	text_init(&text, octets, sizeof(octets));
	for (;;) {
		size_t end = span_find(rest, '|');
		bool is_last = end == rest.len;

		text_puts(&text, is_last ? "250 " : "250-");
		text_put(&text, span_first(rest, end));
		text_puts(&text, "\r\n");
		rest = span_from(rest, end + 1);
		if (is_last)
			break;
	}
	assert_false(text.cut);
	in = text_span(&text);
	reply_reader_init(&reader);
	assert_int_equal(reply_read(&reader, &in), REPLY_READY);
	return &reader.reply;
}

static unsigned offers_of(const struct ehlo *ehlo)
{
	return (ehlo->starttls ? (unsigned)TLS : 0) |
	       (ehlo->pipelining ? (unsigned)PIPE : 0) |
	       (ehlo->eight_bit ? (unsigned)BIT8 : 0) |
	       (ehlo->chunking ? (unsigned)CHUNK : 0) |
	       (ehlo->size ? (unsigned)SIZE : 0);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(rows); i++) {
		const struct ehlo_row *row = &rows[i];
		struct ehlo ehlo;
		struct span auth;

		ehlo_read(&ehlo, hear(row->heard));
		auth = ehlo_auth(&ehlo);
		if (offers_of(&ehlo) != row->offers ||
		    !span_equal(auth, span_of(row->auth)))
			print_error(
			    "%s: %.*s\n", row->name, (int)auth.len, auth.ptr);
		assert_int_equal(offers_of(&ehlo), row->offers);
		assert_int_equal(ehlo.max_size, row->max_size);
		assert_true(span_equal(auth, span_of(row->auth)));
	}
}

/* What was offered before is forgotten (RFC 3207 4.2). */
static void test_forgets(void **state)
{
	struct ehlo ehlo;

	(void)state;
	ehlo_read(&ehlo, hear("x|STARTTLS|AUTH PLAIN|SIZE 5|CHUNKING"));
	ehlo_read(&ehlo, hear("x|8BITMIME"));
	assert_int_equal(offers_of(&ehlo), BIT8);
	assert_int_equal(ehlo.max_size, 0);
	assert_int_equal(ehlo_auth(&ehlo).len, 0);
}

/* More mechanisms than there is room for: whole words or none. */
static void test_many_mechanisms(void **state)
{
	(void)state;
	for (size_t first = 1; first < 40; first++) {
		char lines[900] = "x|AUTH ";
		struct ehlo ehlo;

		memcpy(lines + strlen(lines),
		    "FIRST-MECHANISM-WITH-A-VERY-LONG-NAME-X", first);
		for (size_t i = 0; i < 40; i++)
			strcat(lines, " MECHANISM");
		ehlo_read(&ehlo, hear(lines));
		assert_in_range(
		    ehlo.auth_len, EHLO_AUTH_OCTETS - 9, EHLO_AUTH_OCTETS);
		assert_int_equal((ehlo.auth_len - first - 1) % 10, 0);
		assert_memory_equal(
		    ehlo.auth + ehlo.auth_len - 11, " MECHANISM ", 11);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_forgets),
		cmocka_unit_test(test_many_mechanisms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
