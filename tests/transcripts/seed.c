#include "transcripts/seed.h"

#include <stdio.h>
#include <string.h>

static void put(struct show *show, unsigned octet)
{
	if (show->program_len < sizeof(show->program))
		show->program[show->program_len++] = (char)octet;
}

/* see seed.h */
void seed_begin(struct show *show)
{
	const struct world *world = &show->world;

	put(show, (unsigned)world->grain);
	put(show, (unsigned)world->upstream_policy.security +
		      3 * (unsigned)world->client_policy.tls +
		      9 * (unsigned)world->client_policy.auth);
	put(show, world->upstream_policy.mechanisms & 0xff);
	put(show, (world->hold >= 1000) |
		      (unsigned)world->client_policy.holds_all << 1 |
		      (unsigned)!world->upstream_policy.chunking << 4);
	put(show, world->client_policy.recipients & 0x7f);
	put(show, (world->upstream_policy.sender.len > 0) |
		      (unsigned)world->client_policy.completes << 1);
}

/* see seed.h */
void seed_offers(struct show *show, struct span keywords)
{
	struct span word;

	while (span_split(&keywords, ',', &word))
		if (span_equal(word, SPAN("PIPELINING")))
			show->program[PROGRAM_HOLD] |= 4;
		else if (span_equal(word, SPAN("CHUNKING")))
			show->program[PROGRAM_HOLD] |= 8;
}

/* see seed.h */
void seed_step(struct show *show, enum program_step step)
{
	put(show, step);
}

/* see seed.h */
void seed_step_with(struct show *show, enum program_step step, unsigned octet)
{
	put(show, step);
	put(show, octet);
}

/* see seed.h */
void seed_say(struct show *show, enum program_step step, struct span said)
{
	while (said.len > 0) {
		struct span part = span_first(said, 255);

		seed_step_with(show, step, (unsigned)part.len);
		for (size_t i = 0; i < part.len; i++)
			put(show, (unsigned char)part.ptr[i]);
		said = span_from(said, part.len);
	}
}

/* see seed.h */
bool seed_save(const struct show *show, const char *folder)
{
	const char *slash = strrchr(show->file, '/');
	char path[1024];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", folder,
	    slash ? slash + 1 : show->file);
	file = fopen(path, "w");
	if (!file)
		return false;
	len = fwrite(show->program, 1, show->program_len, file);
	return fclose(file) == 0 && len == show->program_len;
}
