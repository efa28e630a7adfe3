/*
 * finding - what was found wrong with a certificate chain, and its words.
 *
 * Filled while the certificates pass by, as none of them is kept: a portrait
 * of those that may have to be spoken of, in strings already escaped.
 *
 * Bounds: about 2 KiB; longer subjects and lists of names are cut.
 */
#ifndef TLS_FINDING_H
#define TLS_FINDING_H

#include "tls/certificate.h"
#include "tls/tls.h"

enum {
	FINDING_SUBJECT_OCTETS = 192,
	FINDING_NAMES_OCTETS = 512,
};

/* What is kept of a certificate. */
struct portrait {
	bool is_known;
	bool is_own; /* the server's, not an issuer's */
	bool is_ca;
	bool is_self_signed;
	bool has_names;
	int64_t not_before;
	int64_t not_after;
	char subject[FINDING_SUBJECT_OCTETS];
	char issuer[FINDING_SUBJECT_OCTETS];
};

struct finding {
	enum tls_fault fault;
	int error;	/* BearSSL's, or 0 when it found nothing wrong */
	unsigned count; /* certificates seen */
	struct portrait own;
	struct portrait last;	  /* of the chain */
	struct portrait untimely; /* the first one outside of its dates */
	struct portrait weak;	  /* the first one with a weak signature */
	char names[FINDING_NAMES_OCTETS]; /* of the server's own */
};

/* What else the words need to know. */
struct finding_scene {
	const char *name; /* that was wanted */
	size_t pin_count;
	int64_t now;
	const char *trust_file;
	size_t trust_count;
};

/* Notes what may have to be said of the next certificate of the chain. */
void finding_note(struct finding *finding,
    const struct certificate *certificate, int64_t now);

/* Is an issuer's certificate first, where the server's belongs? */
bool finding_is_out_of_order(const struct finding *finding);

/* Appends what was found wrong. Nothing when nothing was. */
void finding_explain(const struct finding *finding,
    const struct finding_scene *scene, struct text *words);

/* Appends whose certificate it is, the names it is for, who issued it, and its
 * dates. Nothing when none was read. */
void finding_describe(const struct finding *finding, struct text *words);

#endif
