#include "net/dial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"

/* One address being tried. The socket comes first: it outlives the attempt
 * when it is handed over, and is then freed by its new owner. */
struct attempt {
	uv_tcp_t tcp;
	uv_connect_t request;
	struct dial *dial; /* NULL: nobody waits any more */
};

/* A lookup lives until its callback, whatever becomes of the dial. */
struct lookup {
	uv_getaddrinfo_t request;
	struct dial *dial;
};

struct dial {
	struct loop *loop;
	const struct dial_owner *ops;
	void *owner;
	char host[256];
	unsigned port;
	enum dial_families families;
	struct lookup *lookup;
	uv_timer_t timer; /* the lookup's deadline, then the stagger */
	struct sockaddr_storage addresses[DIAL_ADDRESSES];
	size_t count;
	size_t next; /* to be tried */
	struct attempt *attempts[DIAL_ADDRESSES];
	size_t open; /* attempts under way */
	char detail_storage[400];
	struct text detail;
};

static void on_timer_closed(uv_handle_t *handle)
{
	free(container_of(handle, struct dial, timer));
}

static void on_attempt_closed(uv_handle_t *handle)
{
	free(container_of(handle, struct attempt, tcp));
}

/* Leaves everything that is under way to end by itself. */
static void dial_end(struct dial *dial)
{
	if (dial->lookup) {
		dial->lookup->dial = NULL;
		uv_cancel((uv_req_t *)&dial->lookup->request);
	}
	for (size_t i = 0; i < dial->count; i++) {
		struct attempt *attempt = dial->attempts[i];

		if (!attempt)
			continue;
		attempt->dial = NULL;
		uv_close((uv_handle_t *)&attempt->tcp, on_attempt_closed);
	}
	uv_close((uv_handle_t *)&dial->timer, on_timer_closed);
}

/* see dial.h */
void dial_cancel(struct dial *dial)
{
	dial_end(dial);
}

static void finish(
    struct dial *dial, struct attempt *winner, enum failure failure)
{
	const struct dial_owner *ops = dial->ops;
	void *owner = dial->owner;
	char storage[sizeof(dial->detail_storage)];
	size_t len = dial->detail.len;

	memcpy(storage, dial->detail.ptr, len);
	for (size_t i = 0; i < dial->count; i++)
		if (dial->attempts[i] == winner)
			dial->attempts[i] = NULL;
	dial_end(dial);
	ops->done(owner, winner ? &winner->tcp : NULL, failure,
	    span_make(storage, len));
}

/* "[2001:db8::1]:587 connection refused; " for the log. */
static void note(
    struct dial *dial, const struct sockaddr_storage *address, int status)
{
	char name[64] = "?";

	if (address->ss_family == AF_INET6)
		uv_ip6_name(
		    (const struct sockaddr_in6 *)address, name, sizeof(name));
	else
		uv_ip4_name(
		    (const struct sockaddr_in *)address, name, sizeof(name));
	if (dial->detail.len > 0)
		text_puts(&dial->detail, "; ");
	text_puts(&dial->detail, name);
	text_puts(&dial->detail, " port ");
	text_number(&dial->detail, dial->port);
	text_puts(&dial->detail, ": ");
	text_puts(&dial->detail, uv_strerror(status));
}

/* ---- connecting ---- */

static void try_next(struct dial *dial);

static void on_connected(uv_connect_t *request, int status)
{
	struct attempt *attempt =
	    container_of(request, struct attempt, request);
	struct dial *dial = attempt->dial;
	size_t i = 0;

	if (!dial)
		return; /* it is being closed */
	if (status == 0) {
		finish(dial, attempt, FAIL_NONE);
		return;
	}
	while (dial->attempts[i] != attempt)
		i++;
	note(dial, &dial->addresses[i], status);
	dial->attempts[i] = NULL;
	dial->open--;
	uv_close((uv_handle_t *)&attempt->tcp, on_attempt_closed);
	try_next(dial);
}

static void on_stagger(uv_timer_t *timer)
{
	try_next(container_of(timer, struct dial, timer));
}

/* Begins to connect to the next address; 0 or libuv's error. */
static int begin_attempt(struct dial *dial, size_t i)
{
	struct attempt *attempt = calloc(1, sizeof(*attempt));
	int status;

	if (!attempt)
		return UV_ENOMEM;
	status = uv_tcp_init(&dial->loop->uv, &attempt->tcp);
	if (status < 0) {
		free(attempt);
		return status;
	}
	attempt->dial = dial;
	uv_tcp_nodelay(&attempt->tcp, 1);
	status = uv_tcp_connect(&attempt->request, &attempt->tcp,
	    (const struct sockaddr *)&dial->addresses[i], on_connected);
	if (status < 0) {
		attempt->dial = NULL;
		uv_close((uv_handle_t *)&attempt->tcp, on_attempt_closed);
		return status;
	}
	dial->attempts[i] = attempt;
	dial->open++;
	return 0;
}

static void try_next(struct dial *dial)
{
	while (dial->next < dial->count) {
		size_t i = dial->next++;
		int status = begin_attempt(dial, i);

		if (status == 0) {
			uv_timer_start(
			    &dial->timer, on_stagger, DIAL_STAGGER_MS, 0);
			return;
		}
		note(dial, &dial->addresses[i], status);
	}
	uv_timer_stop(&dial->timer);
	if (dial->open == 0)
		finish(dial, NULL, FAIL_CONNECT);
}

/* ---- looking up ---- */

static void add_address(struct dial *dial, const struct sockaddr *address)
{
	struct sockaddr_storage *place = &dial->addresses[dial->count];

	if (dial->count == DIAL_ADDRESSES)
		return;
	if (address->sa_family == AF_INET6) {
		memcpy(place, address, sizeof(struct sockaddr_in6));
		((struct sockaddr_in6 *)place)->sin6_port =
		    htons((uint16_t)dial->port);
	} else if (address->sa_family == AF_INET) {
		memcpy(place, address, sizeof(struct sockaddr_in));
		((struct sockaddr_in *)place)->sin_port =
		    htons((uint16_t)dial->port);
	} else {
		return;
	}
	dial->count++;
}

static const struct addrinfo *next_of(const struct addrinfo *list, int family)
{
	while (list && (list->ai_family == AF_INET6) != (family == AF_INET6))
		list = list->ai_next;
	return list;
}

/* The families in turn, IPv6 first: one that leads nowhere costs 250 ms. */
static void add_addresses(struct dial *dial, const struct addrinfo *list)
{
	const struct addrinfo *six = next_of(list, AF_INET6);
	const struct addrinfo *four = next_of(list, AF_INET);

	if (dial->families == DIAL_SAME && four)
		six = NULL;
	while (six || four) {
		if (six) {
			add_address(dial, six->ai_addr);
			six = next_of(six->ai_next, AF_INET6);
		}
		if (four) {
			add_address(dial, four->ai_addr);
			four = next_of(four->ai_next, AF_INET);
		}
	}
}

static void fail_lookup(struct dial *dial, const char *why)
{
	text_puts(&dial->detail, dial->host);
	text_puts(&dial->detail, ": ");
	text_puts(&dial->detail, why);
	finish(dial, NULL, FAIL_RESOLVE);
}

static void on_looked_up(
    uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
	struct lookup *lookup = container_of(request, struct lookup, request);
	struct dial *dial = lookup->dial;

	free(lookup);
	if (dial) {
		dial->lookup = NULL;
		if (status == 0)
			add_addresses(dial, list);
		if (dial->count > 0)
			try_next(dial);
		else
			fail_lookup(dial,
			    status < 0 ? uv_strerror(status) : "no address");
	}
	uv_freeaddrinfo(list);
}

static void on_lookup_late(uv_timer_t *timer)
{
	fail_lookup(container_of(timer, struct dial, timer),
	    "the name servers do not answer");
}

static void on_literal(uv_timer_t *timer)
{
	try_next(container_of(timer, struct dial, timer));
}

/* An address needs no lookup. */
static bool is_literal(struct dial *dial)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (uv_ip4_addr(dial->host, (int)dial->port, &four) == 0)
		add_address(dial, (struct sockaddr *)&four);
	else if (uv_ip6_addr(dial->host, (int)dial->port, &six) == 0)
		add_address(dial, (struct sockaddr *)&six);
	return dial->count > 0;
}

static void on_no_lookup(uv_timer_t *timer)
{
	fail_lookup(container_of(timer, struct dial, timer),
	    "the lookup cannot be made");
}

static void begin_lookup(struct dial *dial)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_ADDRCONFIG };
	struct lookup *lookup = calloc(1, sizeof(*lookup));
	int status = UV_ENOMEM;

	if (lookup) {
		lookup->dial = dial;
		status = uv_getaddrinfo(&dial->loop->uv, &lookup->request,
		    on_looked_up, dial->host, NULL, &hints);
	}
	if (status < 0) {
		free(lookup);
		uv_timer_start(&dial->timer, on_no_lookup, 0, 0);
		return;
	}
	dial->lookup = lookup;
	uv_timer_start(&dial->timer, on_lookup_late, DIAL_LOOKUP_MS, 0);
}

/* see dial.h */
struct dial *dial_new(struct loop *loop, const char *host, unsigned port,
    enum dial_families families, const struct dial_owner *ops, void *owner)
{
	struct dial *dial = calloc(1, sizeof(*dial));

	if (!dial)
		return NULL;
	dial->loop = loop;
	dial->ops = ops;
	dial->owner = owner;
	dial->port = port;
	dial->families = families;
	snprintf(dial->host, sizeof(dial->host), "%s", host);
	text_init(
	    &dial->detail, dial->detail_storage, sizeof(dial->detail_storage));
	uv_timer_init(&loop->uv, &dial->timer);
	if (is_literal(dial))
		uv_timer_start(&dial->timer, on_literal, 0, 0);
	else
		begin_lookup(dial);
	return dial;
}

/* see dial.h */
void dial_put_address(const uv_tcp_t *socket, struct text *text)
{
	struct sockaddr_storage address;
	int len = sizeof(address);
	char name[64] = "127.0.0.1";
	bool is_six = false;

	if (uv_tcp_getsockname(socket, (struct sockaddr *)&address, &len) ==
	    0) {
		is_six = address.ss_family == AF_INET6;
		if (is_six)
			uv_ip6_name((struct sockaddr_in6 *)&address, name,
			    sizeof(name));
		else
			uv_ip4_name(
			    (struct sockaddr_in *)&address, name, sizeof(name));
	}
	text_puts(text, is_six ? "[IPv6:" : "[");
	text_puts(text, name);
	text_puts(text, "]");
}
