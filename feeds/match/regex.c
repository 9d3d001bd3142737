/*
 * PCRE2 in a leash: UTF and UCP, limits on work and memory, never \C.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "match/match.h"
#include "match/regex.h"
#include "match/set.h"

#define MATCH_LIMIT 100000 /* steps of one match */
#define DEPTH_LIMIT 1000
#define HEAP_LIMIT 4096  /* KiB */
#define MATCHES_MAX 1000 /* of one pattern in one text */
#define OPTIONS (PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C)

struct pattern {
	pcre2_code *code;
	uint32_t name;
};

struct regexes {
	pcre2_match_context *limits;
	pcre2_match_data *match;
	struct pattern *patterns;
	size_t len;
};

static pcre2_code *
compile(const char *text, uint32_t options, int *error, size_t *at)
{
	return pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	    OPTIONS | options, error, at, NULL);
}

char *
match_check_regex(const char *pattern)
{
	size_t at = 0;
	int error = 0;
	char message[256];
	pcre2_code *code = compile(pattern, 0, &error, &at);

	if (code != NULL) {
		pcre2_code_free(code);
		return NULL;
	}
	pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof(message));
	return xasprintf("%s at character %zu of the pattern", message, at + 1);
}

struct regexes *
regexes_new(const struct set_view *view)
{
	struct regexes *r;
	size_t at;
	int error;

	if (view->regexes_len == 0)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->patterns = xcalloc(view->regexes_len, sizeof(*r->patterns));
	r->limits = pcre2_match_context_create(NULL);
	r->match = pcre2_match_data_create(1, NULL);
	if (r->limits == NULL || r->match == NULL)
		abort();
	pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(r->limits, HEAP_LIMIT);
	for (uint32_t i = 0; i < view->regexes_len; i++) {
		const struct set_regex *regex = &view->regexes[i];
		bool any_case =
		    view->names[regex->name].letter_case == MATCH_CASE_ANY;
		pcre2_code *code = compile(view->strings + regex->text,
		    PCRE2_MATCH_INVALID_UTF | (any_case ? PCRE2_CASELESS : 0),
		    &error, &at);

		if (code != NULL)
			r->patterns[r->len++] =
			    (struct pattern){code, regex->name};
	}
	return r;
}

void
regexes_free(struct regexes *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->len; i++)
		pcre2_code_free(r->patterns[i].code);
	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->match);
	free(r->patterns);
	free(r);
}

static void
scan_pattern(const struct regexes *r, const struct pattern *pattern,
    const char *text, size_t len, regex_on_name on_name, void *arg)
{
	const size_t *found = pcre2_get_ovector_pointer(r->match);
	size_t at = 0;

	for (int i = 0; i < MATCHES_MAX && at < len; i++) {
		if (pcre2_match(pattern->code, (PCRE2_SPTR)text, len, at,
			PCRE2_NOTEMPTY, r->match, r->limits) < 0)
			return;
		if (found[1] <= found[0] || found[1] <= at)
			return; /* \K behind the match */
		on_name(arg, pattern->name, found[0], found[1] - found[0]);
		at = found[1];
	}
}

void
regexes_scan(const struct regexes *r, const char *text, size_t len,
    regex_on_name on_name, void *arg)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->len; i++)
		scan_pattern(r, &r->patterns[i], text, len, on_name, arg);
}
