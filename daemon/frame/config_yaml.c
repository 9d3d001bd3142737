/*
 * libyaml's events as a tree of nodes in blocks of memory of their own. The
 * only file that knows libyaml; runs in the loader and the command line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/config_yaml.h"

#define BLOCK_SIZE (64 * 1024)

struct block {
	struct block *next;
	size_t used, size;
	char bytes[];
};

struct node_tree {
	struct block *blocks; /* the first is the one being filled */
	struct node *root;
	size_t nodes;
};

/* Where the next node goes while reading: one for each open list or map. */
struct level {
	struct node *node;
	struct node *last; /* child */
	size_t children;
};

struct reader {
	yaml_parser_t parser;
	struct node_tree *tree;
	struct level levels[YAML_DEPTH_MAX];
	int depth;
	bool ended; /* one document was read */
	const char *bytes;
	struct yaml_error *error;
};

/* What libyaml says, and what it means to someone who writes a file; the line
 * on which the thing around begins may follow. */
static const struct {
	const char *said;
	const char *meant;
	bool tells_line;
} plain_words[] = {
    {"mapping values are not allowed",
	"unexpected \":\" (a text that holds \": \" needs quotes)", false},
    {"did not find expected node content",
	"a value is missing, or a \"[\" or \"{\" before is never closed",
	false},
    {"cannot start any token",
	"a value cannot begin with this character (indent with spaces, not "
	"tabs; put such a text in quotes)",
	false},
    {"expected ',' or ']'",
	"a comma or \"]\" is missing before this, in the list that begins on "
	"line",
	true},
    {"expected ',' or '}'",
	"a comma or \"}\" is missing before this, in the map that begins on "
	"line",
	true},
    {"expected key",
	"a key is expected here, indented as in the map that begins on line",
	true},
    {"expected '-' indicator",
	"\"- \" is expected here, indented as in the list that begins on line",
	true},
    {"could not find expected ':'",
	"\":\" is missing after the key that begins on line", true},
};

/* Aligned for any node; never moves. */
static void *
tree_alloc(struct node_tree *tree, size_t size)
{
	struct block *block = tree->blocks;

	size = (size + 7) & ~(size_t)7;
	if (block == NULL || block->size - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = xmalloc(sizeof(*block) + room);
		block->next = tree->blocks;
		block->used = 0;
		block->size = room;
		tree->blocks = block;
	}
	block->used += size;
	return block->bytes + block->used - size;
}

static int
fail(struct reader *r, const yaml_mark_t *at, const char *message)
{
	r->error->line = (int)at->line + 1;
	r->error->col = (int)at->column + 1;
	snprintf(r->error->message, sizeof(r->error->message), "%s", message);
	return -1;
}

/* Bytes that are no text: libyaml tells the offset, not the place. */
static int
fail_read(struct reader *r)
{
	const char *stop = r->bytes + r->parser.problem_offset;
	bool other = strstr(r->parser.problem, "UTF-8") != NULL;
	yaml_mark_t at = {.line = 0};
	char message[200];

	/* Back to where the character begins. */
	if (strstr(r->parser.problem, "trailing") != NULL)
		while (stop > r->bytes && (unsigned char)*stop < 0xc0)
			stop--;
	for (const char *p = r->bytes; p < stop; p++) {
		at.column += ((unsigned char)*p & 0xc0) != 0x80;
		if (*p == '\n') {
			at.line++;
			at.column = 0;
		}
	}
	snprintf(message, sizeof(message), "not plain UTF-8 text: %s%s",
	    r->parser.problem,
	    other ? " (save the file as UTF-8, see iconv(1))" : "");
	return fail(r, &at, message);
}

/* The complaint in plain words, where there are some. */
static void
explain(const yaml_parser_t *p, char *message, size_t size)
{
	char number[40];

	snprintf(number, sizeof(number), " %zu", p->context_mark.line + 1);
	for (size_t i = 0; i < sizeof(plain_words) / sizeof(*plain_words); i++)
		if (strstr(p->problem, plain_words[i].said) != NULL) {
			snprintf(message, size, "%s%s", plain_words[i].meant,
			    plain_words[i].tells_line ? number : "");
			return;
		}
	snprintf(message, size, "%s", p->problem);
}

/* Of a quote that never ends it tells where it opened, not where the file
 * ends. */
static int
fail_parse(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	bool scalar = p->context != NULL && strstr(p->context, "scalar");
	const yaml_mark_t *at = scalar ? &p->context_mark : &p->problem_mark;
	char message[200];

	if (p->error == YAML_READER_ERROR)
		return fail_read(r);
	if (scalar && strstr(p->problem, "end of stream") != NULL)
		snprintf(message, sizeof(message),
		    "a quote opens here and is never closed");
	else
		explain(p, message, sizeof(message));
	return fail(r, at, message);
}

static int
add_node(struct reader *r, const yaml_event_t *event, enum node_kind kind,
    struct node **out)
{
	struct level *up = r->depth ? &r->levels[r->depth - 1] : NULL;
	bool is_key =
	    up != NULL && up->node->kind == NODE_MAP && up->children % 2 == 0;
	struct node *node;

	if (++r->tree->nodes > YAML_NODES_MAX)
		return fail(
		    r, &event->start_mark, "the file has too many values");
	if (is_key && kind != NODE_SCALAR)
		return fail(r, &event->start_mark, "a key must be plain text");
	node = tree_alloc(r->tree, sizeof(*node));
	*node = (struct node){.kind = kind,
	    .line = (int)event->start_mark.line + 1,
	    .col = (int)event->start_mark.column + 1};
	if (up == NULL)
		r->tree->root = node;
	else if (up->last == NULL)
		up->node->first = node;
	else
		up->last->next = node;
	if (up != NULL) {
		up->last = node;
		up->children++;
		up->node->len += up->node->kind == NODE_LIST || is_key;
	}
	*out = node;
	return 0;
}

static int
add_scalar(struct reader *r, const yaml_event_t *event)
{
	size_t len = event->data.scalar.length;
	struct node *node;
	char *text;

	if (event->data.scalar.anchor != NULL)
		return fail(
		    r, &event->start_mark, "anchors (&name) are not supported");
	if (event->data.scalar.tag != NULL)
		return fail(
		    r, &event->start_mark, "tags (!name) are not supported");
	if (memchr(event->data.scalar.value, '\0', len) != NULL)
		return fail(r, &event->start_mark, "holds a NUL character");
	if (add_node(r, event, NODE_SCALAR, &node) != 0)
		return -1;
	text = tree_alloc(r->tree, len + 1);
	memcpy(text, event->data.scalar.value, len);
	text[len] = '\0';
	node->text = text;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return 0;
}

static int
open_level(struct reader *r, const yaml_event_t *event)
{
	bool list = event->type == YAML_SEQUENCE_START_EVENT;
	const yaml_char_t *anchor = list ? event->data.sequence_start.anchor
					 : event->data.mapping_start.anchor;
	const yaml_char_t *tag = list ? event->data.sequence_start.tag
				      : event->data.mapping_start.tag;
	struct node *node;

	if (anchor != NULL)
		return fail(
		    r, &event->start_mark, "anchors (&name) are not supported");
	if (tag != NULL)
		return fail(
		    r, &event->start_mark, "tags (!name) are not supported");
	if (r->depth == YAML_DEPTH_MAX)
		return fail(r, &event->start_mark, "nested too deeply");
	if (add_node(r, event, list ? NODE_LIST : NODE_MAP, &node) != 0)
		return -1;
	r->levels[r->depth++] = (struct level){node, NULL, 0};
	return 0;
}

/* 1: that was the last event. */
static int
take_event(struct reader *r, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_STREAM_END_EVENT:
		return 1;
	case YAML_DOCUMENT_START_EVENT:
		if (r->ended)
			return fail(r, &event->start_mark,
			    "a second document begins here; only one is read");
		r->ended = true;
		return 0;
	case YAML_ALIAS_EVENT:
		return fail(r, &event->start_mark,
		    "aliases (*name) are not supported; a text that begins "
		    "with * needs quotes");
	case YAML_SCALAR_EVENT:
		return add_scalar(r, event);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return open_level(r, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		r->depth--;
		return 0;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		break;
	}
	return 0;
}

static int
read_events(struct reader *r)
{
	yaml_event_t event;
	int result = 0;

	while (result == 0) {
		if (!yaml_parser_parse(&r->parser, &event))
			return fail_parse(r);
		result = take_event(r, &event);
		yaml_event_delete(&event);
	}
	return result < 0 ? -1 : 0;
}

/* Reads `\uXXXX` with a value in the range; -1: it is something else. */
static int
read_escape(const char *at, const char *end, int low, int high)
{
	char digits[5] = "";
	char *stop;
	long value;

	if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
		return -1;
	memcpy(digits, at + 2, 4);
	value = strtol(digits, &stop, 16);
	return *stop == '\0' && value >= low && value <= high ? (int)value : -1;
}

/* JSON may write a character as a pair of surrogates, YAML may not: a copy of
 * JSON text with the other escape in their place, or NULL where none is. */
static char *
join_surrogates(const char *bytes, size_t *len)
{
	const char *end = bytes + *len, *start = bytes;
	struct buf out = BUF_INIT;

	if (bytes[strspn(bytes, " \t\r\n")] != '{')
		return NULL;
	for (const char *at = bytes; at < end; at++) {
		int high, low;

		if (*at != '\\')
			continue;
		high = read_escape(at, end, 0xd800, 0xdbff);
		low = high < 0 ? -1 : read_escape(at + 6, end, 0xdc00, 0xdfff);
		if (low >= 0) {
			buf_add(&out, start, (size_t)(at - start));
			buf_addf(&out, "\\U%08x",
			    0x10000 + ((high - 0xd800) << 10) + low - 0xdc00);
			start = at + 12;
			at = start - 1;
		} else
			at++; /* the character that is escaped */
	}
	if (out.len == 0)
		return NULL;
	buf_add(&out, start, (size_t)(end - start));
	*len = out.len;
	return buf_take(&out);
}

struct node_tree *
node_tree_read(const char *bytes, size_t len, struct yaml_error *error)
{
	struct reader r = {.error = error};
	char *joined = NULL;
	int result;

	*error = (struct yaml_error){1, 1, ""};
	if (len > YAML_BYTES_MAX) {
		snprintf(error->message, sizeof(error->message),
		    "the file is larger than %d MiB",
		    YAML_BYTES_MAX / (1024 * 1024));
		return NULL;
	}
	joined = join_surrogates(bytes, &len);
	r.bytes = joined != NULL ? joined : bytes;
	if (!yaml_parser_initialize(&r.parser))
		abort();
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &r.parser, (const unsigned char *)r.bytes, len);
	r.tree = xcalloc(1, sizeof(*r.tree));
	result = read_events(&r);
	yaml_parser_delete(&r.parser);
	free(joined);
	if (result != 0) {
		node_tree_free(r.tree);
		return NULL;
	}
	return r.tree;
}

void
node_tree_free(struct node_tree *tree)
{
	struct block *next;

	if (tree == NULL)
		return;
	for (struct block *block = tree->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(tree);
}

const struct node *
node_tree_root(const struct node_tree *tree)
{
	return tree->root;
}

bool
node_is_null(const struct node *node)
{
	return node->kind == NODE_SCALAR && !node->quoted &&
	       (strcmp(node->text, "") == 0 || strcmp(node->text, "~") == 0 ||
		   strcmp(node->text, "null") == 0);
}

const struct node *
node_get(const struct node *map, const char *key)
{
	for (const struct node *k = map->first; k != NULL; k = k->next->next)
		if (strcmp(k->text, key) == 0)
			return k->next;
	return NULL;
}
