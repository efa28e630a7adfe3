#include "net/loop.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>

#include "base/ensure.h"

/* see loop.h */
int loop_init(struct loop *loop, enum log_level level)
{
	facts_init(&loop->facts, level);
	loop->ids = 0;
	loop->gathers = false;
	loop->writer = NULL;
	buf_init(&loop->gathered, loop->write, sizeof(loop->write));
	return uv_loop_init(&loop->uv);
}

/* see loop.h */
void loop_finish(struct loop *loop)
{
	ENSURE(uv_loop_close(&loop->uv) == 0);
}

/* see loop.h */
uint64_t loop_now(const struct loop *loop)
{
	return uv_now(&loop->uv);
}

/* see loop.h */
uint64_t loop_id(struct loop *loop)
{
	return ++loop->ids;
}

/* see loop.h */
const char *loop_library(void)
{
	return uv_version_string();
}

/* see loop.h */
void loop_slim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

/* see loop.h */
void loop_journal(struct loop *loop, const char *kind, uint64_t id)
{
	char storage[64];
	int len;
	size_t at = 0;
	enum log_level level;
	struct span words;

	if (loop->facts.len == 0)
		return;
	len = snprintf(
	    storage, sizeof(storage), "%s=%llx", kind, (unsigned long long)id);
	while (facts_read(&loop->facts, &at, &level, &words))
		log_line(level, span_make(storage, (size_t)len), words);
	facts_clear(&loop->facts);
}
