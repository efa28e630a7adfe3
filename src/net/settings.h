/*
 * settings - the configuration as the running program sees it.
 *
 * Filled by `config`, never changed afterwards: a reload makes a new one, and
 * conversations keep the one they began under.
 *
 * Owns:   everything it points to, in its arena; wiped when the last holder
 *         lets go.
 */
#ifndef NET_SETTINGS_H
#define NET_SETTINGS_H

#include <sys/socket.h>

#include "base/arena.h"
#include "base/cidr.h"
#include "base/log.h"
#include "base/secret.h"
#include "relay/policy.h"
#include "tls/settings.h"

enum listen_kind {
	LISTEN_TCP,
	LISTEN_UNIX,
	LISTEN_FD, /* handed over by the init system: sd_listen_fds(3) */
};

struct listen_address {
	enum listen_kind kind;
	const char *text;		 /* as written, for the log */
	const char *name;		 /* path, or name of the descriptor */
	struct sockaddr_storage address; /* LISTEN_TCP only */
};

/* [listen] */
struct listen_settings {
	const char *name; /* "" for the nameless section */
	unsigned line;	  /* of its heading; 0 when the file has none */
	const struct listen_address *addresses;
	size_t address_count;
	const struct cidr *allow;
	size_t allow_count;
	const struct cidr *balancers; /* whose PROXY header is believed */
	size_t balancer_count;
	enum client_tls tls;
	struct tls_server_settings shown; /* to devices, if there is TLS */
	unsigned tls_line; /* of `certificate`: for what is wrong with it */
	unsigned key_line; /* of `key`, likewise */
	enum client_auth auth;
	const char *hello;
};

/* Where a password or token comes from. */
enum credential_source {
	CREDENTIAL_NONE,
	CREDENTIAL_SECRET,  /* `password`, or read from `password_file` */
	CREDENTIAL_COMMAND, /* `password_command`, `token_command`, or the
			       program that does OAuth; each time */
};

struct oauth_settings;

/* [account] */
struct account_settings {
	const char *name;     /* "default" for the nameless section */
	unsigned line;	      /* of its heading */
	unsigned tls_line;    /* of `ca_file`, `client_certificate` or else
				 the heading: for what tls_context_new says */
	const char *provider; /* the preset's name, or NULL */
	const char *host;
	struct upstream_policy policy;
	struct tls_client_settings tls;
	const char *pop_host; /* logged in to by POP3 before; NULL: none */
	struct tls_client_settings pop_tls;
	enum credential_source source;
	struct secret password;
	const char *command;
	const char *renew_command;  /* for when what that printed was refused;
				       NULL: there is nothing else to run */
	const char *status_command; /* for doctor, of the same program */
	const struct oauth_settings *oauth; /* config/oauth.h; NULL: none */
	const char *const *senders; /* patterns that choose this account */
	size_t sender_count;
	unsigned connections;
	unsigned rate; /* messages a minute; 0: any number */
	unsigned keep_warm_s;
};

/* [device NAME]; the last one has no clients and stands for all others. */
struct device_settings {
	const char *name; /* "default" for the one that stands for all others */
	unsigned line;	  /* of its heading; 0 when the file has none */
	const struct cidr *clients;
	size_t client_count;
	const size_t *accounts; /* indexes, in the order to be tried */
	size_t account_count;
	struct span login; /* whoever logs in so is this device; empty: none */
	struct secret password;
	bool is_by_sender; /* of these, those whose `senders` match */
	unsigned hide;	   /* client_keyword bits */
	size_t hold;
	bool holds_all;	    /* a message is collected whole */
	bool takes_any_end; /* `end_of_data = close` */
	bool keeps_sender;  /* whatever the account says */
	struct span sender;
	enum reply_to reply_to;
	struct span reply_address;
	struct span redirect;
	const char *const *allowed;
	size_t allowed_count;
};

struct limits {
	unsigned connections;
	unsigned connections_per_client;
	uint64_t message_size;
	unsigned recipients;
	unsigned command_timeout_s;
	unsigned message_timeout_s;
	unsigned drain_s;
};

struct settings {
	struct arena arena;
	unsigned holds;
	const char *file;
	const struct listen_settings *listens;
	size_t listen_count;
	const struct account_settings *accounts;
	size_t account_count;
	const struct device_settings *devices;
	size_t device_count; /* at least one: the one for all others */
	const struct client_login *logins; /* of all devices that have one */
	const size_t *login_devices;	   /* which one it is */
	size_t login_count;
	const char *state_directory;
	struct limits limits;
	enum log_level log_level;
	enum log_target log_target;
};

/* Empty settings with one hold, to be filled. */
struct settings *settings_new(void);

/* One more holder; one less, and the last one's wipes and frees. */
struct settings *settings_hold(struct settings *settings);
void settings_drop(struct settings *settings);

/* The device whose most specific network holds the address; the one for all
 * others when there is none. */
const struct device_settings *settings_device(
    const struct settings *settings, const struct ip *client);

/* Is the envelope's sender one of those that choose this account? */
bool account_is_for(const struct account_settings *account, struct span sender);

/* Do both describe the same mailbox, reached and logged in to the same way?
 * Then its connections may stay over a reload. */
bool account_is_same(
    const struct account_settings *a, const struct account_settings *b);

#endif
