/*
 * Start and end tags, written again. Names are ASCII: all that feeds mean
 * anything by.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "parse/mend_tag.h"
#include "text/entity.h"

/* Characters of names, of which letters and `_` begin one. */
static const bool name_chars[256] = {
    ['0' ... '9'] = true,
    ['A' ... 'Z'] = true,
    ['a' ... 'z'] = true,
    [':'] = true,
    ['_'] = true,
    ['-'] = true,
    ['.'] = true,
};

bool
tag_is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t
name_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && name_chars[(unsigned char)s[n]])
		n++;
	return n;
}

/* What an element's name says about where it may stand. */
enum tag_flag {
	TAG_VOID = 1,     /* has no end tag in HTML */
	TAG_RECORD = 2,   /* stands in none of its kind */
	TAG_LEAF = 4,     /* has only text */
	TAG_FIELD = 8,    /* stands in no leaf */
	TAG_CONTENT = 16, /* may hold anything */
	TAG_LIST = 32     /* holds records */
};

#define LEAF_FIELD (TAG_LEAF | TAG_FIELD)
#define CONTENT_FIELD (TAG_CONTENT | TAG_FIELD)

static const struct {
	const char *name;
	unsigned char flags;
} names[] = {{"br", TAG_VOID}, {"hr", TAG_VOID}, {"id", LEAF_FIELD},
    {"img", TAG_VOID}, {"wbr", TAG_VOID}, {"rss", TAG_LIST},
    {"item", TAG_RECORD | TAG_FIELD}, {"link", LEAF_FIELD},
    {"guid", LEAF_FIELD}, {"meta", TAG_VOID}, {"body", TAG_CONTENT},
    {"feed", TAG_LIST}, {"title", LEAF_FIELD},
    {"entry", TAG_RECORD | TAG_FIELD}, {"input", TAG_VOID}, {"items", TAG_LIST},
    {"author", TAG_FIELD}, {"pubdate", LEAF_FIELD}, {"updated", LEAF_FIELD},
    {"summary", CONTENT_FIELD}, {"content", CONTENT_FIELD},
    {"channel", TAG_LIST}, {"rdf:rdf", TAG_LIST}, {"category", LEAF_FIELD},
    {"comments", LEAF_FIELD}, {"enclosure", LEAF_FIELD},
    {"published", LEAF_FIELD}, {"atom:link", TAG_LEAF},
    {"description", CONTENT_FIELD}, {"atom10:link", TAG_LEAF},
    {"itunes:image", TAG_LEAF}, {"content:encoded", TAG_CONTENT},
    {"media:thumbnail", TAG_LEAF}};

/* Where the names of each length begin in the list above. */
static const unsigned char name_index[] = {
    0, 0, 0, 3, 6, 12, 16, 17, 23, 25, 28, 28, 30, 31, 31, 31, 33};

static unsigned char
name_flags(const char *name, size_t len)
{
	if (len + 1 >= sizeof(name_index))
		return 0;
	for (size_t i = name_index[len]; i < name_index[len + 1]; i++)
		if ((name[0] | 0x20) == names[i].name[0] &&
		    (memcmp(name, names[i].name, len) == 0 ||
			strncasecmp(name, names[i].name, len) == 0))
			return names[i].flags;
	return 0;
}

static const char *
open_name(const struct tag_stack *stack, size_t index, size_t *len)
{
	size_t end = index + 1 < stack->depth ? stack->starts[index + 1]
					      : stack->names.len;

	*len = end - stack->starts[index];
	return stack->names.data + stack->starts[index];
}

/* Of the n bytes at name, a whole start tag behind its `<`, len are the name.
 */
static void
open_element(struct tag_stack *stack, const char *name, size_t len, size_t n,
    unsigned char flags)
{
	size_t depth = stack->depth++;

	stack->flags[depth] = flags;
	stack->starts[depth] = stack->names.len;
	buf_add(&stack->names, name, len);
	if (depth < TAG_HASHED)
		stack->hashes[depth] = hash_bytes(
		    depth > 0 ? stack->hashes[depth - 1] : 0, name, n);
}

bool
tag_stack_hash(const struct tag_stack *stack, uint64_t *hash)
{
	if (stack->depth == 0 || stack->depth > TAG_HASHED ||
	    stack->dropped > 0)
		return false;
	*hash = stack->hashes[stack->depth - 1];
	return true;
}

static void
close_top(struct tag_stack *stack, struct buf *out)
{
	size_t len;
	const char *name = open_name(stack, stack->depth - 1, &len);
	char *end = buf_reserve(out, len + 3);

	end[0] = '<';
	end[1] = '/';
	memcpy(end + 2, name, len);
	end[len + 2] = '>';
	out->len += len + 3;
	stack->depth--;
	buf_truncate(&stack->names, stack->starts[stack->depth]);
}

void
tag_close_to(struct tag_stack *stack, size_t keep, struct buf *out)
{
	while (stack->depth > keep)
		close_top(stack, out);
}

/* The references of XML itself. */
static size_t
decode_frequent(const char *s, size_t len, struct buf *out)
{
	static const struct {
		const char *name;
		size_t len;
		char c;
	} frequent[] = {{"&lt;", 4, '<'}, {"&gt;", 4, '>'}, {"&amp;", 5, '&'},
	    {"&quot;", 6, '"'}};

	for (size_t i = 0; i < 4; i++)
		if (len >= frequent[i].len &&
		    memcmp(s, frequent[i].name, frequent[i].len) == 0) {
			buf_add_char(out, frequent[i].c);
			return frequent[i].len;
		}
	return 0;
}

size_t
tag_decode_reference(const char *s, size_t len, struct buf *out)
{
	char text[ENTITY_TEXT_MAX];
	size_t n, text_len;
	uint32_t code;

	n = decode_frequent(s, len, out);
	if (n > 0)
		return n;
	n = entity_decode(s, len, text, &text_len);
	if (n == 0 || s[n - 1] != ';')
		return 0;
	utf8_decode(text, text_len, &code);
	if ((code >= 0x20 && code != 0xFFFE && code != 0xFFFF) ||
	    code == '\n' || code == '\t')
		buf_add(out, text, text_len);
	else if (code == '\r')
		buf_add_char(out, '\n');
	return n;
}

/* A character of an attribute's value, escaped. */
static void
add_value_char(struct buf *out, char c)
{
	switch (c) {
	case '<':
		buf_add(out, "&lt;", 4);
		break;
	case '&':
		buf_add(out, "&amp;", 5);
		break;
	case '"':
		buf_add(out, "&quot;", 6);
		break;
	case '\t':
	case '\n':
	case '\r':
		buf_add_char(out, ' ');
		break;
	default:
		if ((unsigned char)c >= 0x20)
			buf_add_char(out, c);
		break;
	}
}

/* How many of the first bytes of a value may stay as they are. */
static size_t
plain_value_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (unsigned char)s[n] >= 0x20 && s[n] != '<' &&
	       s[n] != '&' && s[n] != '"')
		n++;
	return n;
}

static void
add_value(struct buf *out, const char *s, size_t len)
{
	struct buf decoded = BUF_INIT;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = plain_value_len(s + i, len - i);
		if (n > 0) {
			buf_add(out, s + i, n);
			continue;
		}
		buf_reset(&decoded);
		n = s[i] == '&' ? tag_decode_reference(s + i, len - i, &decoded)
				: 0;
		if (n == 0) {
			add_value_char(out, s[i]);
			n = 1;
			continue;
		}
		for (size_t j = 0; j < decoded.len; j++)
			add_value_char(out, decoded.data[j]);
	}
	buf_clear(&decoded);
}

struct attribute {
	const char *name;
	size_t name_len;
	const char *value;
	size_t value_len;
};

static size_t
space_len(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (isspace((unsigned char)s[n]) || s[n] == '\0'))
		n++;
	return n;
}

/* Reads a value with or without quotes; how many bytes it took. */
static size_t
read_value(const char *s, size_t len, struct attribute *a)
{
	size_t n = 0;

	if (len > 0 && (*s == '"' || *s == '\'')) {
		const char *end = memchr(s + 1, *s, len - 1);

		a->value = s + 1;
		a->value_len = end != NULL ? (size_t)(end - s) - 1 : len - 1;
		return end != NULL ? a->value_len + 2 : len;
	}
	while (n < len && !isspace((unsigned char)s[n]))
		n++;
	a->value = s;
	a->value_len = n;
	return n;
}

/* Reads the next attribute; how many bytes were passed. Its name is empty where
 * there was something else. */
static size_t
read_attribute(const char *s, size_t len, struct attribute *a)
{
	size_t n = 0;

	*a = (struct attribute){.name = s, .value = ""};
	if (!tag_is_name_start(*s))
		return 1;
	n = a->name_len = name_len(s, len);
	n += space_len(s + n, len - n);
	if (n == len || s[n] != '=')
		return n;
	n++;
	n += space_len(s + n, len - n);
	return n + read_value(s + n, len - n, a);
}

static bool
is_repeated(
    const struct attribute *seen, size_t count, const struct attribute *a)
{
	for (size_t i = 0; i < count; i++)
		if (seen[i].name_len == a->name_len &&
		    memcmp(seen[i].name, a->name, a->name_len) == 0)
			return true;
	return false;
}

/* Whether an attribute may stay as it is written: after a blank, between
 * quotes, nothing in it to be escaped. */
static bool
is_regular(const struct attribute *a)
{
	return isspace((unsigned char)a->name[-1]) &&
	       a->value == a->name + a->name_len + 2 &&
	       (a->value[-1] == '"' || a->value[-1] == '\'') &&
	       a->value[a->value_len] == a->value[-1] &&
	       plain_value_len(a->value, a->value_len) == a->value_len;
}

static void
write_attribute(const struct attribute *a, struct buf *out)
{
	buf_add_char(out, ' ');
	buf_add(out, a->name, a->name_len);
	buf_add(out, "=\"", 2);
	add_value(out, a->value, a->value_len);
	buf_add_char(out, '"');
}

static void
write_attributes(const char *s, size_t len, struct buf *out)
{
	struct attribute seen[MEND_ATTRIBUTES_MAX];
	const char *start = s;
	size_t count = 0, whole = len;
	bool regular = true;

	while (len > 0 && count < MEND_ATTRIBUTES_MAX) {
		struct attribute *a = &seen[count];
		size_t n = space_len(s, len);

		if (n == 0) {
			n = read_attribute(s, len, a);
			if (a->name_len == 0 || is_repeated(seen, count, a))
				regular = false;
			else {
				regular = regular && is_regular(a);
				count++;
			}
		}
		s += n;
		len -= n;
	}
	if (regular && len == 0) {
		buf_add(out, start, whole);
		return;
	}
	for (size_t i = 0; i < count; i++)
		write_attribute(&seen[i], out);
}

/* An item begun inside an item or inside anything of the channel that holds no
 * items, or a field inside a field that has only text: the end tag was
 * forgotten. Keeps what stands inside content alone. */
static void
close_forgotten(struct tag_stack *stack, const char *name, size_t len,
    unsigned flags, struct buf *out)
{
	size_t top_len;
	const char *top;

	if (stack->depth > 0 && (flags & TAG_FIELD) != 0 &&
	    (stack->flags[stack->depth - 1] & TAG_LEAF) != 0)
		close_top(stack, out);
	if ((flags & TAG_RECORD) == 0)
		return;
	for (size_t i = stack->depth; i-- > 0;) {
		if ((stack->flags[i] & TAG_CONTENT) != 0)
			return;
		if ((stack->flags[i] & TAG_LIST) != 0) {
			tag_close_to(stack, i + 1, out);
			return;
		}
		if ((stack->flags[i] & TAG_RECORD) == 0)
			continue;
		top = open_name(stack, i, &top_len);
		if (top_len == len && strncasecmp(top, name, len) == 0) {
			tag_close_to(stack, i, out);
			return;
		}
	}
}

bool
tag_is_in_record(const struct tag_stack *stack)
{
	for (size_t i = stack->depth; i-- > 0;)
		if ((stack->flags[i] & TAG_RECORD) != 0)
			return true;
	return false;
}

bool
tag_write_start(
    struct tag_stack *stack, const char *tag, size_t len, struct buf *out)
{
	size_t n = name_len(tag, len);
	bool is_empty = len > n && tag[len - 1] == '/';
	unsigned char flags = name_flags(tag, n);
	size_t at;

	if (len > n && !isspace((unsigned char)tag[n]) && tag[n] != '/' &&
	    tag[n] != '\0' && tag[n] != '"')
		return false;
	close_forgotten(stack, tag, n, flags, out);
	if (stack->depth == MEND_DEPTH_MAX) {
		stack->dropped += !is_empty;
		return true;
	}
	buf_add_char(out, '<');
	at = out->len;
	buf_add(out, tag, n);
	if (len > n)
		write_attributes(tag + n, len - n - is_empty, out);
	if (is_empty || (flags & TAG_VOID) != 0) {
		buf_add(out, "/>", 2);
		return true;
	}
	buf_add_char(out, '>');
	open_element(stack, out->data + at, n, out->len - at, flags);
	return true;
}

void
tag_write_end(
    struct tag_stack *stack, const char *tag, size_t len, struct buf *out)
{
	size_t n = name_len(tag, len), open_len;
	const char *name;

	if (n == 0)
		return;
	/* The end of markup that was too deep; that of a field or an item ends
	 * all of it. */
	if (stack->dropped > 0 && (name_flags(tag, n) & ~TAG_VOID) == 0) {
		stack->dropped--;
		return;
	}
	for (size_t i = stack->depth; i-- > 0;) {
		name = open_name(stack, i, &open_len);
		if (open_len == n && strncasecmp(name, tag, n) == 0) {
			stack->dropped = 0;
			tag_close_to(stack, i, out);
			return;
		}
	}
	stack->dropped -= stack->dropped > 0;
}

size_t
tag_copy_start(
    struct tag_stack *stack, const char *s, size_t len, struct buf *out)
{
	size_t n = name_len(s + 1, len - 1);
	unsigned char flags;

	if (n + 2 > len || s[n + 1] != '>' || stack->depth == MEND_DEPTH_MAX)
		return 0;
	flags = name_flags(s + 1, n);
	if ((flags & TAG_VOID) != 0)
		return 0;
	if (flags != 0)
		close_forgotten(stack, s + 1, n, flags, out);
	buf_add(out, s, n + 2);
	open_element(stack, s + 1, n, n + 1, flags);
	return n + 2;
}

size_t
tag_copy_end(
    struct tag_stack *stack, const char *s, size_t len, struct buf *out)
{
	const char *name;
	size_t n;

	if (stack->depth == 0 || stack->dropped > 0)
		return 0;
	name = open_name(stack, stack->depth - 1, &n);
	if (n + 3 > len || s[n + 2] != '>' || memcmp(name, s + 2, n) != 0)
		return 0;
	buf_add(out, s, n + 3);
	stack->depth--;
	buf_truncate(&stack->names, stack->starts[stack->depth]);
	return n + 3;
}
