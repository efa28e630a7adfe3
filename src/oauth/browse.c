#include "oauth/browse.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "oauth/pkce.h"
#include "oauth/redirect.h"

enum { REQUEST_OCTETS = 8192, URI_OCTETS = 64, PORT_TRIES = 100 };

/* The places an answer may come from, as poll(2) wants them. */
enum { LISTEN_4, LISTEN_6, PASTED, SOURCES };

struct browse {
	struct pollfd sources[SOURCES]; /* fd -1: not there (any more) */
	char redirect_uri[URI_OCTETS];
	char state[PKCE_VERIFIER_OCTETS + 1];
	char verifier[PKCE_VERIFIER_OCTETS + 1];
	char input[REQUEST_OCTETS];
	struct redirect answer;
};

/* ---- loopback ---- */

static int listen_at(struct sockaddr *address, socklen_t len)
{
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int why;

	if (fd >= 0 && bind(fd, address, len) == 0 && listen(fd, 4) == 0)
		return fd;
	why = errno;
	if (fd >= 0)
		close(fd);
	errno = why;
	return -1;
}

/* The same port of ::1, where there is such an address. */
static bool open_six(struct pollfd *source, in_port_t port)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
		.sin6_port = port };

	source->fd = listen_at((struct sockaddr *)&six, sizeof(six));
	return source->fd >= 0 || errno == EADDRNOTAVAIL ||
	       errno == EAFNOSUPPORT;
}

/* Any free port of 127.0.0.1, if it is ours at ::1, too: a browser may take
 * either for localhost, and somebody else there would be sent the code. Or 0.
 */
static in_port_t open_pair(struct pollfd *sources)
{
	struct sockaddr_in four = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(four);
	int fd = listen_at((struct sockaddr *)&four, sizeof(four));

	if (fd < 0)
		return 0;
	if (getsockname(fd, (struct sockaddr *)&four, &len) == 0 &&
	    open_six(&sources[LISTEN_6], four.sin_port)) {
		sources[LISTEN_4].fd = fd;
		return four.sin_port;
	}
	close(fd);
	return 0;
}

static bool open_doors(struct browse *browse)
{
	in_port_t port = 0;

	for (int tries = 0; tries < PORT_TRIES && !port; tries++)
		port = open_pair(browse->sources);
	/* Microsoft lets "http://localhost" be registered, with any port, and
	 * no path behind it. */
	snprintf(browse->redirect_uri, URI_OCTETS, "http://localhost:%u",
	    ntohs(port));
	return port != 0;
}

static bool begin(struct browse *browse)
{
	memset(browse, 0, sizeof(*browse));
	for (size_t i = 0; i < SOURCES; i++)
		browse->sources[i] = (struct pollfd){ -1, POLLIN, 0 };
	browse->sources[PASTED].fd = STDIN_FILENO;
	return pkce_random(browse->state) && pkce_random(browse->verifier) &&
	       open_doors(browse);
}

static void finish(struct browse *browse)
{
	for (size_t i = 0; i < PASTED; i++)
		if (browse->sources[i].fd >= 0)
			close(browse->sources[i].fd);
	wipe(browse, sizeof(*browse));
}

/* ---- the address to be opened ---- */

static void show(const struct task *task, const struct browse *browse)
{
	const struct oauth_settings *oauth = task->oauth;
	char challenge[PKCE_VERIFIER_OCTETS + 1];
	char storage[4 * STORE_TEXT_OCTETS];
	struct text query;

	pkce_challenge(span_of(browse->verifier), challenge);
	text_init(&query, storage, sizeof(storage));
	http_form(&query, "response_type", SPAN("code"));
	http_form(&query, "client_id", span_of(oauth->client_id));
	http_form(&query, "redirect_uri", span_of(browse->redirect_uri));
	http_form(&query, "scope", span_of(oauth->scope));
	http_form(&query, "state", span_of(browse->state));
	http_form(&query, "code_challenge", span_of(challenge));
	http_form(&query, "code_challenge_method", SPAN("S256"));
	http_form(&query, "login_hint", task->account->policy.user);
	if (oauth->authorize_more) {
		text_putc(&query, '&');
		text_puts(&query, oauth->authorize_more);
	}
	printf("Open this address in a browser and agree:\n\n%s%c%s\n\n",
	    oauth->authorize_url, strchr(oauth->authorize_url, '?') ? '&' : '?',
	    text_end(&query));
	printf("If the browser is on another machine, it ends on a page that "
	       "cannot be reached:\npaste the address of that page here.\n");
	fflush(stdout);
}

/* ---- the answer ---- */

/* Is it an answer to what we asked? Nothing else is believed. */
static bool is_ours(struct browse *browse, struct span address)
{
	return redirect_parse(address, &browse->answer) &&
	       secret_equal(
		   span_of(browse->answer.state), span_of(browse->state));
}

/* Reads a request up to the end of its first line; its length. */
static size_t read_request(struct browse *browse, int fd)
{
	int64_t end = (int64_t)time(NULL) + BROWSE_REQUEST_S;
	struct pollfd source = { fd, POLLIN, 0 };
	size_t len = 0;

	while (
	    len < sizeof(browse->input) && !memchr(browse->input, '\n', len)) {
		int64_t left = end - (int64_t)time(NULL);
		ssize_t got;

		if (left <= 0 || poll(&source, 1, (int)left * 1000) <= 0)
			return 0;
		got = recv(fd, browse->input + len, sizeof(browse->input) - len,
		    MSG_DONTWAIT);
		if (got <= 0)
			return 0;
		len += (size_t)got;
	}
	return len;
}

static void reply(int fd, bool is_good)
{
	static const char good[] =
	    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
	    "Connection: close\r\n\r\nThat is all. This window may be "
	    "closed.\r\n";
	static const char bad[] =
	    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n"
	    "Connection: close\r\n\r\nNothing was asked for here.\r\n";
	struct span said = span_of(is_good ? good : bad);
	char rest[1024];

	(void)send(fd, said.ptr, said.len, MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	/* Closing over what was not read would reset the connection. */
	(void)recv(fd, rest, sizeof(rest), MSG_DONTWAIT);
	close(fd);
}

/* A browser, or whoever connects. */
static bool take_request(struct browse *browse, int listener)
{
	int fd = accept(listener, NULL, NULL);
	struct span line;
	bool is_good;

	if (fd < 0)
		return false;
	line = span_make(browse->input, read_request(browse, fd));
	line = span_first(line, span_find(line, '\n'));
	/* What stands behind "GET " up to the next blank. */
	is_good = span_starts_nocase(line, SPAN("GET /")) &&
		  is_ours(browse, span_from(line, 4));
	reply(fd, is_good);
	return is_good;
}

/* A line of standard input. */
static bool take_paste(struct browse *browse)
{
	ssize_t got = read(STDIN_FILENO, browse->input, sizeof(browse->input));
	struct span line;

	if (got <= 0) {
		browse->sources[PASTED].fd = -1;
		return false;
	}
	line = span_make(browse->input, (size_t)got);
	line = span_trim(span_first(line, span_find(line, '\n')));
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (is_ours(browse, line))
		return true;
	fputs("That is not the address of the last page of this login.\n",
	    stderr);
	return false;
}

static bool wait_answer(struct browse *browse)
{
	int64_t end = (int64_t)time(NULL) + BROWSE_PATIENCE_S;
	int64_t left;

	while ((left = end - (int64_t)time(NULL)) > 0) {
		struct pollfd *sources = browse->sources;

		if (poll(sources, SOURCES, (int)left * 1000) < 0 &&
		    errno != EINTR)
			return false;
		for (size_t i = 0; i < SOURCES; i++) {
			if (sources[i].fd < 0 || sources[i].revents == 0)
				continue;
			if (i == PASTED ? take_paste(browse)
					: take_request(browse, sources[i].fd))
				return true;
		}
	}
	return false;
}

/* RFC 6749 4.1.3 and RFC 7636 4.5 */
static enum ask_verdict redeem(
    const struct task *task, struct browse *browse, struct ask *ask)
{
	ask_begin(ask, task);
	ask_put(ask, "grant_type", "authorization_code");
	ask_put(ask, "code", browse->answer.code);
	ask_put(ask, "redirect_uri", browse->redirect_uri);
	ask_put(ask, "code_verifier", browse->verifier);
	return ask_token(ask, task);
}

/* see browse.h */
enum ask_verdict browse_token(const struct task *task, struct ask *ask)
{
	enum ask_verdict verdict = ASK_REFUSED;
	struct browse browse;

	if (!begin(&browse)) {
		text_puts(&ask->why, "no port of loopback can be opened");
		finish(&browse);
		return ASK_FAULT;
	}
	show(task, &browse);
	if (!wait_answer(&browse)) {
		text_puts(&ask->why, "nobody agreed in time");
	} else if (browse.answer.error[0]) {
		text_puts(&ask->why, browse.answer.error);
		text_puts(&ask->why, ": ");
		text_escaped(
		    &ask->why, span_of(browse.answer.description), 400);
	} else {
		verdict = redeem(task, &browse, ask);
	}
	finish(&browse);
	return verdict;
}
