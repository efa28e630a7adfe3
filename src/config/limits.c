#include "config/limits.h"

#include "base/ensure.h"
#include "net/settings.h"

#define AT(field) offsetof(struct settings, field)

/* clang-format off */
static const struct value_range many         = { 1, 65535 };
static const struct value_range recipients   = { 1, 10000 };
static const struct value_range message_size = { 0, UINT64_C(1) << 40 };
static const struct value_range command_time = { 1, 3600 };
static const struct value_range message_time = { 1, 24 * 3600 };
static const struct value_range drain_time   = { 0, 3600 };

static const struct section_key limit_list[] = {
	{ "connections",            value_number,   AT(limits.connections), &many },
	{ "connections_per_client", value_number,   AT(limits.connections_per_client), &many },
	{ "message_size",           value_size,     AT(limits.message_size), &message_size },
	{ "recipients",             value_number,   AT(limits.recipients), &recipients },
	{ "command_timeout",        value_duration, AT(limits.command_timeout_s), &command_time },
	{ "message_timeout",        value_duration, AT(limits.message_timeout_s), &message_time },
	{ "drain",                  value_duration, AT(limits.drain_s), &drain_time },
};

static const struct value_word levels[] = {
	{ "error", LOG_LEVEL_ERROR },
	{ "warn",  LOG_LEVEL_WARN },
	{ "info",  LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
	{ "trace", LOG_LEVEL_TRACE },
};
static const struct value_words level_words = { levels, array_len(levels) };

static const struct value_word targets[] = {
	{ "stderr", LOG_TARGET_STDERR },
	{ "syslog", LOG_TARGET_SYSLOG },
};
static const struct value_words target_words = { targets, array_len(targets) };

static const struct section_key log_list[] = {
	{ "level",  value_word, AT(log_level), &level_words },
	{ "target", value_word, AT(log_target), &target_words },
};

static const struct section_key state_list[] = {
	{ "directory", value_path, AT(state_directory), NULL },
};
/* clang-format on */

const struct section_keys limits_keys = { limit_list, array_len(limit_list) };
const struct section_keys log_keys = { log_list, array_len(log_list) };
const struct section_keys state_keys = { state_list, array_len(state_list) };

/* see limits.h */
void limits_defaults(struct settings *settings)
{
	settings->limits = (struct limits){
		.connections = 256,
		.connections_per_client = 16,
		.message_size = 0,
		.recipients = 100,
		.command_timeout_s = 5 * 60,
		.message_timeout_s = 30 * 60,
		.drain_s = 30,
	};
	settings->log_level = LOG_LEVEL_INFO;
	settings->log_target = LOG_TARGET_STDERR;
	settings->state_directory = "/var/lib/smtpseal";
}

/* see limits.h */
void limits_read(struct draft *draft, const struct ini_section *section)
{
	section_read(draft, section, &limits_keys, draft->settings);
}

/* see limits.h */
void limits_read_log(struct draft *draft, const struct ini_section *section)
{
	section_read(draft, section, &log_keys, draft->settings);
}

/* see limits.h */
void limits_read_state(struct draft *draft, const struct ini_section *section)
{
	section_read(draft, section, &state_keys, draft->settings);
}
