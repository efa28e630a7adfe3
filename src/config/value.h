/*
 * value - the words, numbers and texts a configuration is made of.
 *
 * Every reader here has the same shape, so that it can stand in a table of
 * keys (config/section): it reads `value`, whole, into `*field`, whose type it
 * names below. `about` is what the key's row says of it: a range, a set of
 * words.
 *
 * Verdicts: VALUE_GOOD; VALUE_BAD, and reading->why says what is wrong.
 * Borrows:  the arena of the reading, for everything a field points to.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "base/arena.h"

enum {
	VALUE_WHY_OCTETS = 400,
	VALUE_SHOWN_OCTETS = 80,
};

/* What all readers of one file share. */
struct reading {
	struct arena *arena;
	const char *directory; /* of the file: "" or ending in a slash */
	char why[VALUE_WHY_OCTETS];
	char shown[VALUE_SHOWN_OCTETS];
};

enum value_verdict { VALUE_GOOD, VALUE_BAD };

struct value_range {
	uint64_t min;
	uint64_t max;
};

struct value_word {
	const char *name;
	int value;
};

struct value_words {
	const struct value_word *list;
	size_t count;
};

struct value_texts {
	const char **list;
	size_t count;
};

/* Into an int64_t: a day, "2028-11-30", as the seconds since 1970 at which it
 * begins in UTC. */
enum value_verdict value_day(
    struct reading *reading, struct span value, const void *none, void *field);

/* Into a bool: "yes" or "no". */
enum value_verdict value_bool(
    struct reading *reading, struct span value, const void *none, void *field);

/* Into an enum or int: one of struct value_words, whatever its case. */
enum value_verdict value_word(
    struct reading *reading, struct span value, const void *words, void *field);

/* Into an unsigned: the values of the words of a list, as bits, joined. */
enum value_verdict value_bits(
    struct reading *reading, struct span value, const void *words, void *field);

/* Into an unsigned: digits, within struct value_range. */
enum value_verdict value_number(
    struct reading *reading, struct span value, const void *range, void *field);

/* Into an unsigned, as seconds: "90", "30s", "5m", "1h"; the range too. */
enum value_verdict value_duration(
    struct reading *reading, struct span value, const void *range, void *field);

/* Into a uint64_t, as octets: "4096", "64k", "10M" (powers of 1,024). */
enum value_verdict value_size(
    struct reading *reading, struct span value, const void *range, void *field);

/* Into a const char *: any text; a path, made relative to the file's folder
 * when it is not absolute; an https URL. */
enum value_verdict value_text(
    struct reading *reading, struct span value, const void *none, void *field);
enum value_verdict value_path(
    struct reading *reading, struct span value, const void *none, void *field);
enum value_verdict value_url(
    struct reading *reading, struct span value, const void *none, void *field);

/* Into a struct value_texts: parts separated by commas. */
enum value_verdict value_texts(
    struct reading *reading, struct span value, const void *none, void *field);

/* ---- for other rooms that read values ---- */

/* Words reading->why, and is VALUE_BAD. */
__attribute__((format(printf, 2, 3))) enum value_verdict value_bad(
    struct reading *reading, const char *format, ...);

/* The value fit to be shown in such words; good until the next call. */
const char *value_shown(struct reading *reading, struct span value);

/* Cuts the next part off a list. False at its end, and when the part is
 * empty: then `*verdict` is VALUE_BAD and the words are made. */
bool value_next(struct reading *reading, struct span *rest, struct span *part,
    enum value_verdict *verdict);

#endif
