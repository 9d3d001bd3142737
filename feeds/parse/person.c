/*
 * Authors.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "parse/document.h"
#include "parse/person.h"
#include "parse/url.h"
#include "text/html.h"

void
person_start(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	for (size_t i = 0; i < PERSON_PARTS; i++)
		buf_reset(&doc->person[i]);
}

static const char *
part(const struct document *doc, enum person_part which)
{
	return doc->person[which].len > 0 ? doc->person[which].data : NULL;
}

void
person_end_part(
    struct document *doc, struct element *el, const struct content *content)
{
	struct buf *out = &doc->person[el->rule->field];

	if (out->len > 0)
		return;
	if (el->rule->field == PERSON_URL)
		url_resolve_add(
		    out, document_base(doc, el), content->text, content->len);
	else
		buf_add(out, content->text, content->len);
}

/* A character that may be part of an e-mail address. */
static bool
is_email_char(char c)
{
	return isalnum((unsigned char)c) || strchr("@._+-%'=/!#$&*", c) != NULL;
}

/* The place and length of the first e-mail address in the text; NULL: none. */
static const char *
find_email(const char *text, size_t len, size_t *email_len)
{
	const char *at = memchr(text, '@', len), *start, *end;

	if (at == NULL)
		return NULL;
	for (start = at; start > text && is_email_char(start[-1]);)
		start--;
	for (end = at + 1; end < text + len && is_email_char(*end);)
		end++;
	while (end > at && end[-1] == '.')
		end--;
	*email_len = (size_t)(end - start);
	return start < at && memchr(at, '.', (size_t)(end - at)) != NULL ? start
									 : NULL;
}

/* Drops blanks and brackets from both ends. */
static void
trim_name(const char **s, size_t *len)
{
	static const char junk[] = " \t\r\n()<>\",;";

	while (*len > 0 && strchr(junk, **s) != NULL) {
		(*s)++;
		(*len)--;
	}
	while (*len > 0 && strchr(junk, (*s)[*len - 1]) != NULL)
		(*len)--;
}

/* The part of the text that is not the address: after it or before it. */
static void
add_name_beside(struct buf *out, const char *text, size_t len,
    const char *email, size_t email_len)
{
	const char *name = text;
	size_t n = (size_t)(email - text);
	bool is_lone_parenthesis;

	if (n >= 7 && strncmp(email - 7, "mailto:", 7) == 0)
		n -= 7;
	trim_name(&name, &n);
	if (n == 0) {
		name = email + email_len;
		n = len - (size_t)(name - text);
		trim_name(&name, &n);
	}
	is_lone_parenthesis = n > 0 && memchr(name, '(', n) != NULL;
	buf_add(out, name, n);
	if (is_lone_parenthesis) /* "Ann (of X)": its end was trimmed */
		buf_add_char(out, ')');
}

static void
split_person(struct document *doc, const char *text, size_t len)
{
	size_t email_len = 0;
	const char *email = find_email(text, len, &email_len);

	person_start(doc, NULL, NULL);
	if (email == NULL) {
		buf_add(&doc->person[PERSON_NAME], text, len);
		return;
	}
	buf_add(&doc->person[PERSON_EMAIL], email, email_len);
	add_name_beside(&doc->person[PERSON_NAME], text, len, email, email_len);
}

static void
add_person(struct document *doc, const struct element *el)
{
	struct raw_person person = {.name = part(doc, PERSON_NAME),
	    .url = part(doc, PERSON_URL),
	    .email = part(doc, PERSON_EMAIL)};

	facts_add_person(doc->here, document_rank(doc, el->rule), &person);
}

/* Where the first person of a list ends: at a comma or semicolon outside of
 * brackets and quotes, if it has an e-mail address, and another has; what may
 * be "Lee, Ann" is one. last_at: the list's last `@`. */
static size_t
first_person_len(const char *text, size_t len, const char *last_at)
{
	bool is_quoted = false, has_email = false;
	int open = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		is_quoted ^= c == '"';
		open += (c == '(' || c == '<') - (c == ')' || c == '>');
		has_email |= c == '@';
		if ((c == ',' || c == ';') && !is_quoted && open <= 0 &&
		    has_email && text + i < last_at)
			return i;
	}
	return len;
}

static void
add_persons(struct document *doc, const struct element *el, const char *text,
    size_t len)
{
	const char *last_at = memrchr(text, '@', len);
	size_t n;

	for (; len > 0; len -= n, text += n) {
		n = first_person_len(text, len, last_at);
		split_person(doc, text, n);
		add_person(doc, el);
		n += n < len; /* the comma */
	}
}

void
person_end_string(
    struct document *doc, struct element *el, const struct content *content)
{
	struct buf plain = BUF_INIT;

	if (strpbrk(content->text, "<&") == NULL) {
		add_persons(doc, el, content->text, content->len);
		return;
	}
	html_maybe_to_line(&plain, content->text, content->len);
	add_persons(doc, el, buf_str(&plain), plain.len);
	buf_clear(&plain);
}

void
person_end(
    struct document *doc, struct element *el, const struct content *content)
{
	/* RSS's author with text where Atom's has parts. */
	if (doc->person[PERSON_NAME].len == 0 &&
	    doc->person[PERSON_EMAIL].len == 0)
		person_end_string(doc, el, content);
	else
		add_person(doc, el);
}

/* An address of FOAF: a resource, "mailto:" in front of a mailbox. */
void
person_start_resource(struct document *doc, struct element *el,
    const struct attributes *attributes)
{
	struct buf value = BUF_INIT;
	const char *text = attribute_get(attributes, "resource", &value);
	struct content content;

	if (text == NULL)
		text = "";
	if (strncasecmp(text, "mailto:", 7) == 0)
		text += 7;
	content = (struct content){.text = text, .len = strlen(text)};
	person_end_part(doc, el, &content);
	buf_clear(&value);
}
