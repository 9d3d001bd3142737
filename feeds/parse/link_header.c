/*
 * The Link header, as lenient as RFC 8288 appendix B.3: what makes no sense is
 * skipped up to the next comma.
 */
#include <string.h>
#include <strings.h>

#include "parse/link_header.h"

struct parameter {
	const char *name;
	size_t name_len;
	const char *value; /* NULL: none was given */
	size_t value_len;
};

static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	return at;
}

static const char *
skip_until(const char *at, const char *end, const char *stops)
{
	while (at < end && (*at == '\0' || strchr(stops, *at) == NULL))
		at++;
	return at;
}

/* The end of a quoted string that begins at `at`, before its last quote. */
static const char *
quoted_end(const char *at, const char *end)
{
	for (; at < end && *at != '"'; at++)
		if (*at == '\\' && at + 1 < end)
			at++;
	return at;
}

/* Reads "; name=value" or "; name"; false when no semicolon is there. */
static bool
next_parameter(const char **from, const char *end, struct parameter *parameter)
{
	const char *at = skip_blanks(*from, end);

	*parameter = (struct parameter){.name = NULL};
	if (at == end || *at != ';')
		return false;
	at = skip_blanks(at + 1, end);
	parameter->name = at;
	at = skip_until(at, end, "=;, \t");
	parameter->name_len = (size_t)(at - parameter->name);
	at = skip_blanks(at, end);
	*from = at;
	if (at == end || *at != '=')
		return true;
	at = skip_blanks(at + 1, end);
	if (at < end && *at == '"') {
		parameter->value = at + 1;
		at = quoted_end(at + 1, end);
		parameter->value_len = (size_t)(at - parameter->value);
		at += at < end;
	} else {
		parameter->value = at;
		at = skip_until(at, end, ";, \t");
		parameter->value_len = (size_t)(at - parameter->value);
	}
	*from = at;
	return true;
}

static bool
is_named(const struct parameter *parameter, const char *name)
{
	return parameter->name_len == strlen(name) &&
	       strncasecmp(parameter->name, name, parameter->name_len) == 0;
}

bool
link_header_next(const char **from, const char *end, struct link_header *link)
{
	const char *at = *from;

	while ((at = skip_until(at, end, "<")) < end) {
		struct parameter parameter;
		bool elsewhere = false;

		*link = (struct link_header){.target = ++at};
		at = skip_until(at, end, ">");
		link->target_len = (size_t)(at - link->target);
		if (at == end)
			break;
		at++;
		while (next_parameter(&at, end, &parameter)) {
			elsewhere |= is_named(&parameter, "anchor");
			/* Only the first rel counts, section 3.3. */
			if (link->rel == NULL && is_named(&parameter, "rel")) {
				link->rel = parameter.value;
				link->rel_len = parameter.value_len;
			}
		}
		at = skip_until(at, end, ",");
		*from = at;
		if (!elsewhere)
			return true;
	}
	*from = end;
	return false;
}

bool
link_header_has_rel(const struct link_header *link, const char *rel)
{
	const char *at = link->rel != NULL ? link->rel : "";
	const char *end = at + link->rel_len;
	size_t len = strlen(rel);

	while ((at = skip_blanks(at, end)) < end) {
		const char *word = at;

		at = skip_until(at, end, " \t");
		if ((size_t)(at - word) == len &&
		    strncasecmp(word, rel, len) == 0)
			return true;
	}
	return false;
}
