#include "net/child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/text.h"

struct child {
	struct loop *loop;
	const struct child_owner *ops;
	void *owner; /* NULL: nobody waits any more */
	uv_process_t process;
	uv_pipe_t output;
	uv_timer_t alarm;
	unsigned holds; /* open handles */
	bool is_running;
	bool has_output_ended;
	bool has_exited;
	bool is_ending;
	int64_t status;
	int signal;
	size_t len;
	char octets[CHILD_SECRET_OCTETS + 3]; /* CRLF, and one too many */
};

static void drop(struct child *child)
{
	if (--child->holds > 0)
		return;
	wipe(child->octets, sizeof(child->octets));
	free(child);
}

static void on_process_closed(uv_handle_t *handle)
{
	drop(container_of(handle, struct child, process));
}

static void on_output_closed(uv_handle_t *handle)
{
	drop(container_of(handle, struct child, output));
}

static void on_alarm_closed(uv_handle_t *handle)
{
	drop(container_of(handle, struct child, alarm));
}

static void end(struct child *child)
{
	if (child->is_ending)
		return;
	child->is_ending = true;
	if (child->is_running && !child->has_exited)
		kill(-child->process.pid, SIGKILL);
	uv_close((uv_handle_t *)&child->output, on_output_closed);
	uv_close((uv_handle_t *)&child->alarm, on_alarm_closed);
	/* A process still running is reaped by its exit callback first. */
	if (!child->is_running || child->has_exited)
		uv_close((uv_handle_t *)&child->process, on_process_closed);
}

/* see child.h */
void child_cancel(struct child *child)
{
	child->owner = NULL;
	end(child);
}

static void finish(struct child *child, struct span secret, const char *detail)
{
	void *owner = child->owner;
	struct secret given = { (char *)secret.ptr, secret.len };

	child->owner = NULL;
	if (owner)
		child->ops->done(owner, given, span_of(detail));
	end(child);
}

/* Both the output and the process have ended: what came of it? */
static void judge(struct child *child)
{
	struct span line = span_make(child->octets, child->len);
	char storage[64];
	struct text status;

	text_init(&status, storage, sizeof(storage));
	text_puts(&status, "the command ended with exit status ");
	text_number(&status, (uint64_t)child->status);
	if (!child->has_output_ended || !child->has_exited)
		return;
	line = span_first(line, span_find(line, '\n'));
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (child->signal != 0)
		finish(child, (struct span){ 0 }, "the command was killed");
	else if (child->status == 127)
		finish(child, (struct span){ 0 }, "the command was not found");
	else if (child->status != 0)
		finish(child, (struct span){ 0 }, text_end(&status));
	else if (line.len == 0)
		finish(
		    child, (struct span){ 0 }, "the command printed nothing");
	else if (span_find(line, '\0') < line.len)
		finish(child, (struct span){ 0 }, "the command printed a NUL");
	else
		finish(child, line, "");
}

static void on_process_exit(uv_process_t *process, int64_t status, int signal)
{
	struct child *child = container_of(process, struct child, process);

	child->has_exited = true;
	child->status = status;
	child->signal = signal;
	if (child->is_ending)
		uv_close((uv_handle_t *)&child->process, on_process_closed);
	else
		judge(child);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct child *child = container_of(handle, struct child, output);

	(void)suggested;
	*buf = uv_buf_init(child->octets + child->len,
	    (unsigned)(sizeof(child->octets) - child->len));
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct child *child = container_of(stream, struct child, output);

	(void)buf;
	if (len == 0)
		return;
	if (len > 0)
		child->len += (size_t)len;
	if (len > 0 && child->len < sizeof(child->octets))
		return;
	uv_read_stop(stream);
	if (len > 0) {
		/* It would wait for ever for somebody to read the rest. */
		finish(
		    child, (struct span){ 0 }, "the command printed too much");
		return;
	}
	child->has_output_ended = true;
	judge(child);
}

static void on_alarm(uv_timer_t *timer)
{
	finish(container_of(timer, struct child, alarm), (struct span){ 0 },
	    "the command took too long");
}

static void on_not_begun(uv_timer_t *timer)
{
	finish(container_of(timer, struct child, alarm), (struct span){ 0 },
	    "the command could not be started");
}

static int spawn(struct child *child, const char *command)
{
	/* execvp(3) takes char *, but changes nothing. */
	char *args[] = { (char *)"/bin/sh", (char *)"-c", (char *)command,
		NULL };
	uv_stdio_container_t stdio[3] = {
		{ .flags = UV_IGNORE },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
		    .data.stream = (uv_stream_t *)&child->output },
		{ .flags = UV_INHERIT_FD, .data.fd = 2 },
	};
	uv_process_options_t options = {
		.file = args[0],
		.args = args,
		.stdio = stdio,
		.stdio_count = 3,
		.exit_cb = on_process_exit,
		/* A group of its own, so that it can be ended whole. */
		.flags = UV_PROCESS_DETACHED,
	};

	return uv_spawn(&child->loop->uv, &child->process, &options);
}

/* see child.h */
struct child *child_new(struct loop *loop, const char *command,
    const struct child_owner *ops, void *owner)
{
	struct child *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	child->loop = loop;
	child->ops = ops;
	child->owner = owner;
	child->holds = 3;
	uv_pipe_init(&loop->uv, &child->output, 0);
	uv_timer_init(&loop->uv, &child->alarm);
	child->is_running = spawn(child, command) == 0;
	if (!child->is_running) {
		uv_timer_start(&child->alarm, on_not_begun, 0, 0);
		return child;
	}
	uv_timer_start(&child->alarm, on_alarm, CHILD_PATIENCE_MS, 0);
	uv_read_start((uv_stream_t *)&child->output, on_alloc, on_read);
	return child;
}
