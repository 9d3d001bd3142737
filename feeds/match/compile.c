/*
 * Compiles entities into the block of match/set.h: names become paths of
 * tokens in a trie, tokens become stems (stems.c).
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "match/compile.h"
#include "match/fold.h"
#include "match/fold_data.h"
#include "match/intern.h"
#include "match/match.h"
#include "match/nospace.h"
#include "match/set.h"
#include "match/stems.h"

#define NEAR_WORDS 10 /* where an entity says no number */
#define PLAIN_BITS_MAX 20

struct compiler {
	struct buf section[SET_SECTIONS];
	struct buf tokens; /* struct stems_token */
	struct intern token_numbers;
	struct intern edges; /* keys {node, token}; leading to node i + 1 */
	struct buf nodes;    /* struct set_node; 0: where names begin */
	struct buf ends;     /* uint32_t: the node where each name ends */
	struct set_header header;
	uint32_t wordless; /* names without words; they will come first */
	bool single;       /* a plain name of one character */
};

/* The name being read. */
struct reading {
	const struct match_name *given;
	struct set_name name;
	bool several;      /* has several words */
	bool all_capitals; /* ... all in capitals */
	uint32_t first;    /* token */
	uint32_t node;
};

static uint32_t
count(const struct buf *buf, size_t size)
{
	return (uint32_t)(buf->len / size);
}

static uint32_t
add_string(struct compiler *c, const char *text, size_t len)
{
	uint32_t at = (uint32_t)c->section[SET_STRINGS].len;

	buf_add(&c->section[SET_STRINGS], text, len);
	return at;
}

static struct stems_token *
token_at(struct compiler *c, uint32_t number)
{
	return (struct stems_token *)(void *)c->tokens.data + number;
}

static struct set_node *
node_at(struct compiler *c, uint32_t number)
{
	return (struct set_node *)(void *)c->nodes.data + number;
}

/* The number of a folded word as a token. */
static uint32_t
token_number(
    struct compiler *c, const struct fold_word *word, enum endings_kind kind)
{
	uint16_t key[FOLD_WORD_MAX + 1];
	struct stems_token token = {.len = word->len, .kind = kind};
	size_t bytes = word->len * sizeof(*key);
	uint32_t number;
	bool fresh;

	key[0] = (uint16_t)kind;
	memcpy(key + 1, word->letter, bytes);
	number =
	    intern_number(&c->token_numbers, key, bytes + sizeof(*key), &fresh);
	if (fresh) {
		token.letters =
		    count(&c->section[SET_LETTERS], sizeof(uint16_t));
		buf_add(&c->section[SET_LETTERS], word->letter, bytes);
		buf_add(&c->tokens, &token, sizeof(token));
	}
	return number;
}

static uint32_t
node_after(struct compiler *c, uint32_t node, uint32_t token)
{
	uint32_t key[2] = {node, token};
	struct set_node fresh_node = {.before = node, .token = token};
	bool fresh;
	uint32_t next = intern_number(&c->edges, key, sizeof(key), &fresh) + 1;

	if (fresh)
		buf_add(&c->nodes, &fresh_node, sizeof(fresh_node));
	node_at(c, node)->inner = 1;
	return next;
}

/* Acronyms that are small words in some language: not taken for acronyms in a
 * line written in capitals. */
static bool
is_small_word(const struct fold_word *word)
{
	static const char words[] =
	    "un us it or is who as at am in on to no so we he me by do an be "
	    "if go up my all are can il la le et de du en est der die das was "
	    "per con del una los las nie sie na po do od ze to za i o u w z "
	    "в не на по от до из но да то он вы мы ты во со об же ли кто за "
	    "при для как что это та";

	return fold_is_listed(word, words);
}

static void
add_token(struct compiler *c, struct reading *r, const struct fold_word *word)
{
	struct set_name_token token = {.acronym = 0};
	enum endings_kind kind;
	struct fold_shape shape;
	uint32_t code = 0, number;

	fold_shape(word->start, word->end, &shape);
	fold_decode(word->start, word->end, &code);
	if (fold_class(code) & FOLD_UPPER)
		r->name.capitals |= 1u << r->name.tokens_len;
	if (r->name.letter_case != MATCH_CASE_ANY)
		token.acronym = (uint16_t)fold_acronym(&shape, r->all_capitals);
	kind = r->given->exact
		   ? ENDINGS_EXACT
		   : endings_kind(word->len, token.acronym, r->several);
	if (r->given->letter_case == MATCH_CASE_EXACT) {
		token.text_len = (uint16_t)(word->end - word->start);
		token.text = add_string(c, word->start, token.text_len);
	}
	number = token_number(c, word, kind);
	r->node = node_after(c, r->node, number);
	token_at(c, number)->places |=
	    r->name.tokens_len == 0 ? STEMS_FIRST : STEMS_INNER;
	if (r->name.tokens_len++ == 0)
		r->first = number;
	r->name.letters = (uint16_t)(r->name.letters + word->len);
	r->name.acronyms |= token.acronym > 0;
	r->name.small_word =
	    r->name.tokens_len == 1 && token.acronym > 0 && is_small_word(word);
	buf_add(&c->section[SET_NAME_TOKENS], &token, sizeof(token));
}

static void
add_name(struct compiler *c, const struct reading *r)
{
	buf_add(&c->section[SET_NAMES], &r->name, sizeof(r->name));
	buf_add(&c->ends, &r->node, sizeof(r->node));
	c->wordless += r->node == 0;
}

/* Whether the name's first word may be written small in a text. */
static bool
may_begin_small(const struct reading *r)
{
	return r->name.tokens_len > 1 || !(r->name.capitals & 1) ||
	       r->name.letter_case == MATCH_CASE_ANY;
}

/* A name as a path of words. */
static void
read_words(struct compiler *c, struct reading *r)
{
	const char *p = r->given->text, *end = p + strlen(p);
	struct fold_shape shape;
	struct fold_word word;

	fold_shape(p, end, &shape);
	fold_next(&p, end, &word);
	r->several = fold_next(&p, end, &word);
	r->all_capitals = shape.upper && r->several;
	r->name.tokens =
	    count(&c->section[SET_NAME_TOKENS], sizeof(struct set_name_token));
	for (p = r->given->text; r->name.tokens_len < SET_NAME_TOKENS_MAX &&
				 fold_next(&p, end, &word);)
		if (word.len > 0 && word.len <= FOLD_WORD_MAX)
			add_token(c, r, &word);
	if (r->name.tokens_len == 0)
		return;
	if (may_begin_small(r))
		token_at(c, r->first)->places |= STEMS_FIRST_SMALL;
	/* Where initials may stand. */
	if (r->name.person && r->name.tokens_len > 1)
		node_at(c, node_at(c, r->node)->before)->person = 1;
	add_name(c, r);
}

static void
read_plain(struct compiler *c, struct reading *r)
{
	struct set_plain plain = {
	    c->wordless, count(&c->section[SET_CODES], sizeof(uint32_t)), 0};

	nospace_add_name(r->given->text, &c->section[SET_CODES]);
	plain.len =
	    count(&c->section[SET_CODES], sizeof(uint32_t)) - plain.letters;
	if (plain.len == 0)
		return;
	c->single |= plain.len == 1;
	buf_add(&c->section[SET_PLAIN], &plain, sizeof(plain));
	add_name(c, r);
}

static void
read_regex(struct compiler *c, struct reading *r)
{
	const char *text = r->given->text;
	struct set_regex regex = {
	    c->wordless, add_string(c, text, strlen(text) + 1)};

	buf_add(&c->section[SET_REGEXES], &regex, sizeof(regex));
	add_name(c, r);
}

static void
read_name(struct compiler *c, const struct match_name *given,
    const struct match_entity *entity, uint32_t number, enum set_kind kind)
{
	struct reading r = {.given = given};

	r.name.entity =
	    count(&c->section[SET_ENTITIES], sizeof(struct set_entity));
	r.name.number = number;
	r.name.kind = (uint8_t)kind;
	r.name.person = kind == SET_NAME && entity->type == MATCH_PERSON;
	r.name.letter_case = (uint8_t)given->letter_case;
	r.name.conditional = entity->exclude_len > 0 || entity->near_len > 0;
	if (given->regex)
		read_regex(c, &r);
	else if (nospace_is_name(given->text))
		read_plain(c, &r);
	else
		read_words(c, &r);
}

static void
read_entity(struct compiler *c, const struct match_entity *given)
{
	struct set_entity entity = {0, 0, (uint32_t)given->exclude_len};

	for (size_t i = 0; i < given->names_len; i++)
		read_name(c, &given->names[i], given, (uint32_t)i, SET_NAME);
	for (size_t i = 0; i < given->exclude_len; i++) {
		struct match_name phrase = {
		    .text = given->exclude[i], .letter_case = MATCH_CASE_ANY};

		read_name(c, &phrase, given, (uint32_t)i, SET_EXCLUDE);
	}
	for (size_t i = 0; i < given->near_len; i++) {
		struct match_name word = {.text = given->near[i]};

		read_name(c, &word, given, (uint32_t)i, SET_NEAR);
	}
	if (given->near_len > 0)
		entity.near_words =
		    given->near_words ? given->near_words : NEAR_WORDS;
	entity.id = add_string(c, given->id, strlen(given->id) + 1);
	buf_add(&c->section[SET_ENTITIES], &entity, sizeof(entity));
}

/* Sorts the names by the nodes where they end. */
static void
write_names(struct compiler *c)
{
	struct buf *section = &c->section[SET_NAMES];
	const struct set_name *names = (const void *)section->data;
	const uint32_t *ends = (const void *)c->ends.data;
	uint32_t len = count(&c->ends, sizeof(*ends)), at = 0;
	uint32_t nodes = count(&c->nodes, sizeof(struct set_node));
	struct set_name *sorted = xcalloc(len, sizeof(*sorted));

	for (uint32_t i = 0; i < len; i++)
		node_at(c, ends[i])->names_len++;
	for (uint32_t i = 0; i < nodes; i++) {
		struct set_node *node = node_at(c, i);

		node->names = at;
		at += node->names_len;
		node->names_len = 0;
	}
	for (uint32_t i = 0; i < len; i++) {
		struct set_node *node = node_at(c, ends[i]);

		sorted[node->names + node->names_len++] = names[i];
	}
	buf_reset(section);
	buf_add(section, sorted, len * sizeof(*sorted));
	free(sorted);
}

/* Puts the nodes into their places; each comes after the one before it. */
static void
write_nodes(struct compiler *c)
{
	uint32_t nodes = count(&c->nodes, sizeof(struct set_node));
	uint32_t len = set_places_for(nodes), at;
	struct set_node *places = xmalloc(len * sizeof(*places));
	uint32_t *place_of = xcalloc(nodes, sizeof(*place_of));

	for (uint32_t i = 0; i < len; i++)
		places[i] = (struct set_node){.token = SET_NONE};
	place_of[0] = SET_NONE;
	for (uint32_t i = 1; i < nodes; i++) {
		struct set_node node = *node_at(c, i);

		node.before = place_of[node.before];
		at = set_node_place(node.before, node.token) & (len - 1);
		while (places[at].token != SET_NONE)
			at = (at + 1) & (len - 1);
		places[at] = node;
		place_of[i] = at;
	}
	buf_add(&c->section[SET_NODES], places, len * sizeof(*places));
	free(places);
	free(place_of);
}

static void
write_tokens(struct compiler *c)
{
	struct stems *stems = stems_new(&c->section[SET_LETTERS]);
	uint32_t tokens = count(&c->tokens, sizeof(struct stems_token));

	for (uint32_t i = 0; i < tokens; i++)
		stems_add(stems, i, token_at(c, i));
	stems_finish(stems, c->section, &c->header);
	stems_free(stems);
}

/* Counting sort of the plain names by the bucket of their first characters. */
static void
write_plain(struct compiler *c)
{
	const struct set_plain *plain =
	    (const void *)c->section[SET_PLAIN].data;
	const uint32_t *codes = (const void *)c->section[SET_CODES].data;
	uint32_t len = count(&c->section[SET_PLAIN], sizeof(*plain));
	struct set_plain *sorted = xcalloc(len, sizeof(*sorted));
	unsigned bits = 4, shift;
	uint32_t *first;

	while (bits < PLAIN_BITS_MAX && 1u << bits < len * 2)
		bits++;
	shift = 64 - bits;
	first = xcalloc(((size_t)1 << bits) + 2, sizeof(*first));
	for (uint32_t i = 0; i < len; i++)
		first[nospace_bucket(
			  codes + plain[i].letters, plain[i].len, shift) +
		      2]++;
	for (size_t i = 2; i < ((size_t)1 << bits) + 2; i++)
		first[i] += first[i - 1];
	for (uint32_t i = 0; i < len; i++)
		sorted[first[nospace_bucket(codes + plain[i].letters,
				 plain[i].len, shift) +
			     1]++] = plain[i];
	buf_reset(&c->section[SET_PLAIN]);
	buf_add(&c->section[SET_PLAIN], sorted, len * sizeof(*sorted));
	buf_add(&c->section[SET_PLAIN_BUCKETS], first,
	    (((size_t)1 << bits) + 1) * sizeof(*first));
	c->header.plain_shift = shift;
	c->header.plain_single = c->single;
	free(sorted);
	free(first);
}

/* Header and sections, each at a multiple of 8 bytes; the caller frees. */
static void *
assemble(struct compiler *c, size_t *size)
{
	size_t at = sizeof(c->header);
	char *block;

	for (int i = 0; i < SET_SECTIONS; i++) {
		c->header.section[i] =
		    (struct set_range){at, c->section[i].len};
		at += (c->section[i].len + 7) & ~(size_t)7;
	}
	block = xcalloc(1, at);
	for (int i = 0; i < SET_SECTIONS; i++)
		if (c->section[i].len > 0)
			memcpy(block + c->header.section[i].at,
			    c->section[i].data, c->section[i].len);
	memcpy(c->header.magic, "wwmatch", 8);
	c->header.version = SET_VERSION;
	c->header.size = at;
	c->header.check =
	    hash_bytes(0, block + sizeof(c->header), at - sizeof(c->header));
	memcpy(block, &c->header, sizeof(c->header));
	*size = at;
	return block;
}

void *
compile_entities(const struct match_entity *entities, size_t len, size_t *size)
{
	struct compiler c = {.wordless = 0};
	const struct set_node start = {.before = SET_NONE};
	void *block;

	buf_add(&c.nodes, &start, sizeof(start));
	for (size_t i = 0; i < len; i++)
		read_entity(&c, &entities[i]);
	write_tokens(&c);
	write_names(&c);
	write_nodes(&c);
	write_plain(&c);
	block = assemble(&c, size);
	for (int i = 0; i < SET_SECTIONS; i++)
		buf_clear(&c.section[i]);
	buf_clear(&c.tokens);
	intern_clear(&c.token_numbers);
	intern_clear(&c.edges);
	buf_clear(&c.nodes);
	buf_clear(&c.ends);
	return block;
}
