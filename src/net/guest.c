#include "net/guest.h"

#include <unistd.h>

#include "net/route.h"
#include "net/server.h"

static void make_policy(struct conn *conn)
{
	const struct limits *limits = &conn->settings->limits;
	uint64_t chance = 0;

	/* For a challenge that nobody can have seen before. */
	(void)getentropy(&chance, sizeof(chance));
	conn->policy = (struct client_policy){
		.hello = span_of(conn->listen->hello),
		.device = span_of(conn->device->name),
		.tls = conn->listen->tls,
		.auth = conn->listen->auth,
		.logins = conn->settings->logins,
		.login_count = conn->settings->login_count,
		.chance = chance,
		.hide = conn->device->hide,
		.keeps_sender = conn->device->keeps_sender,
		.sender = conn->device->sender,
		.reply_to = conn->device->reply_to,
		.reply_address = conn->device->reply_address,
		.redirect = conn->device->redirect,
		.allowed = conn->device->allowed,
		.allowed_count = conn->device->allowed_count,
		.completes = true,
		.takes_any_end = conn->device->takes_any_end,
		.message_size = limits->message_size,
		.hold = conn->device->hold,
		.holds_all = conn->device->holds_all,
		.recipients = limits->recipients,
		.command_timeout_s = limits->command_timeout_s,
		.message_timeout_s = limits->message_timeout_s,
	};
}

/* see guest.h */
void guest_begin(struct conn *conn)
{
	bool is_draining = conn->session.is_draining;

	conn->device = settings_device(conn->settings, &conn->ip);
	conn->login = CLIENT_NO_LOGIN;
	make_policy(conn);
	session_init(&conn->session, &conn->policy, &conn->loop->facts,
	    span_of(conn->peer), loop_now(conn->loop));
	if (is_draining)
		session_drain(&conn->session);
	if (route_pool(conn))
		session_provider_size(
		    &conn->session, route_pool(conn)->provider_size);
}

/* Mistakes of the connection are its address's. To be right does not undo
 * them: who has one login could guess at the others. */
static void follow_guesses(struct conn *conn)
{
	struct guesses *guesses = server_guesses(conn->server);
	unsigned mistakes = session_mistakes(&conn->session);

	for (; conn->mistakes < mistakes; conn->mistakes++)
		guesses_wrong(guesses, &conn->ip, loop_now(conn->loop));
}

/* see guest.h */
void guest_watch(struct conn *conn)
{
	if (conn->listen->auth == CLIENT_AUTH_REQUIRE)
		session_suspect(
		    &conn->session, guesses_count(server_guesses(conn->server),
					&conn->ip, loop_now(conn->loop)));
}

/* A login beats an address: from here on it is that device; and what was said
 * before TLS is forgotten.
 *
 * see guest.h */
void guest_follow(struct conn *conn)
{
	size_t login = session_login(&conn->session);

	follow_guesses(conn);
	if (login == conn->login)
		return;
	conn->login = login;
	if (login == CLIENT_NO_LOGIN)
		conn->device = settings_device(conn->settings, &conn->ip);
	else
		conn->device =
		    &conn->settings
			 ->devices[conn->settings->login_devices[login]];
	make_policy(conn);
}
