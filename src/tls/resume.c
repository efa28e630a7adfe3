#include "tls/resume.h"

#include <bearssl.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

struct resume {
	br_ssl_session_parameters session;
	int64_t since;
};

/* see resume.h */
struct resume *resume_new(void)
{
	struct resume *resume = calloc(1, sizeof(*resume));

	return resume;
}

/* see resume.h */
void resume_free(struct resume *resume)
{
	if (resume)
		resume_forget(resume);
	free(resume);
}

/* see resume.h */
void resume_forget(struct resume *resume)
{
	wipe(resume, sizeof(*resume));
}

static bool is_same(
    const br_ssl_session_parameters *a, const br_ssl_session_parameters *b)
{
	return a->session_id_len == b->session_id_len &&
	       memcmp(a->session_id, b->session_id, a->session_id_len) == 0;
}

/* see resume.h */
void resume_keep(
    struct resume *resume, const br_ssl_client_context *client, int64_t now)
{
	br_ssl_session_parameters session;

	br_ssl_engine_get_session_parameters(&client->eng, &session);
	if (session.session_id_len > 0 &&
	    !is_same(&session, &resume->session)) {
		resume->session = session;
		resume->since = now;
	}
	wipe(&session, sizeof(session));
}

/* see resume.h */
bool resume_offer(
    struct resume *resume, br_ssl_client_context *client, int64_t now)
{
	if (resume->session.session_id_len == 0)
		return false;
	if (now < resume->since || now - resume->since > RESUME_SECONDS) {
		resume_forget(resume);
		return false;
	}
	br_ssl_engine_set_session_parameters(&client->eng, &resume->session);
	return true;
}
