#include "base/ensure.h"

void (*ensure_report)(const char *file, int line, const char *cond);

/* see ensure.h */
void ensure_failed(const char *file, int line, const char *cond)
{
	if (ensure_report)
		ensure_report(file, line, cond);
	__builtin_trap();
}
