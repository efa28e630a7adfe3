#include "config/section.h"

#include <string.h>

#include "config/suggest.h"

static void complain_unknown(struct draft *draft,
    const struct ini_section *section, const struct ini_entry *entry,
    const struct section_keys *keys)
{
	struct suggestion near = suggestion_for(span_of(entry->key));

	for (size_t i = 0; i < keys->count; i++)
		suggestion_offer(&near, keys->list[i].name);
	complain(draft->complaints, entry->line, entry->key,
	    "there is no such key in [%s]%s", section->kind,
	    suggestion_words(&near));
}

/* What the operator may take for granted from other programs' files. */
static const char *form_hint(struct span value)
{
	char first = value.ptr[0];
	char last = value.ptr[value.len - 1];

	if (value.len > 1 && first == last && (first == '"' || first == '\''))
		return "; write it without the quotes";
	for (size_t i = 0; i + 1 < value.len; i++)
		if (value.ptr[i] == ' ' &&
		    (value.ptr[i + 1] == ';' || value.ptr[i + 1] == '#'))
			return "; a comment takes a line of its own";
	return "";
}

static void read_entry(struct draft *draft, const struct ini_entry *entry,
    const struct section_key *key, void *fields)
{
	enum value_verdict verdict;

	if (entry->value[0] == '\0') {
		complain(draft->complaints, entry->line, key->name,
		    "there is no value");
		return;
	}
	verdict = key->read(&draft->reading, span_of(entry->value), key->about,
	    (char *)fields + key->offset);
	if (verdict != VALUE_GOOD)
		complain(draft->complaints, entry->line, key->name, "%s%s",
		    draft->reading.why, form_hint(span_of(entry->value)));
}

/* see section.h */
void section_read(struct draft *draft, const struct ini_section *section,
    const struct section_keys *keys, void *fields)
{
	for (size_t i = 0; i < section->entry_count; i++) {
		const struct ini_entry *entry = &section->entries[i];
		const struct section_key *key = NULL;

		for (size_t j = 0; j < keys->count && !key; j++)
			if (strcmp(keys->list[j].name, entry->key) == 0)
				key = &keys->list[j];
		if (key)
			read_entry(draft, entry, key, fields);
		else
			complain_unknown(draft, section, entry, keys);
	}
}

/* see section.h */
void section_check_secret(
    struct draft *draft, const struct ini_section *section, const char *key)
{
	if (ini_has(section, key) && !draft->is_private)
		complain(draft->complaints, ini_line(section, key), key,
		    "this file is open to group or others; make it the owner's "
		    "alone (chmod 600), or use %s_file",
		    key);
}
