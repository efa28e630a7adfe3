/*
 * The keys of the configuration: every one of the manual is known, and those
 * whose feature is not there say so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/ensure.h"
#include "config/account.h"
#include "config/device.h"
#include "config/limits.h"
#include "config/listen.h"
#include "scratch.h"

/* Every key of the manual, by section, is in its table and nothing else is. */
static const struct known {
	const char *section;
	const struct section_keys *table;
	const char *keys;
} known_keys[] = {
	{ "listen", &listen_keys,
	    "address allow tls tls_min certificate key auth proxy_protocol "
	    "hello " },
	{ "account", &account_keys,
	    "provider host port tls tls_name ca_file pin_sha256 "
	    "client_certificate client_key user password_file "
	    "password_command password token_command auth pop_host "
	    "pop_port region hello sender "
	    "senders signed chunking connections rate keep_warm oauth_grant "
	    "oauth_client_id oauth_client_secret_file "
	    "oauth_client_secret_ends oauth_certificate "
	    "oauth_key oauth_tenant oauth_scope oauth_token_url "
	    "oauth_device_url oauth_authorize_url oauth_ca_file "
	    "oauth_subject " },
	{ "device x", &device_keys,
	    "client login login_password login_password_file account sender "
	    "reply_to redirect recipients hide end_of_data hold " },
	{ "limits", &limits_keys,
	    "connections connections_per_client message_size recipients "
	    "command_timeout message_timeout drain " },
	{ "log", &log_keys, "level target " },
	{ "state", &state_keys, "directory " },
};

static void test_known_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(known_keys); i++) {
		const struct known *known = &known_keys[i];
		struct span rest = span_of(known->keys);
		struct span key;
		size_t count = 0;

		while ((key = span_word(&rest)).len > 0) {
			char *printed = NULL;
			char text[100];

			snprintf(text, sizeof(text), "[%s]\n%.*s =\n",
			    known->section, (int)key.len, key.ptr);
			settings_drop(scratch_read(text, 0600, &printed));
			assert_null(strstr(printed, "no such"));
			assert_non_null(strstr(printed, "there is no value"));
			free(printed);
			count++;
		}
		assert_int_equal(count, known->table->count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_keys),
	};

	return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
