/*
 * The tokenizer of the search index. FTS5's `unicode61` looks each character
 * up in its tables by binary search; here it is asked once how it takes each
 * character of the alphabets that news is written in, and what is not among
 * them is left to it, a run between ASCII separators at a time.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/tokens.h"

#define BASE "unicode61"
#define LOW_END 0x800u     /* characters of at most two bytes ... */
#define MARKS_FROM 0x2000u /* ... and general punctuation */
#define MARKS_END 0x2070u  /* (dashes, quotation marks) */
#define CHARACTERS (LOW_END + MARKS_END - MARKS_FROM)
#define FOLDED_MAX 3           /* bytes */
#define TOKEN_MAX 256          /* bytes; longer ones are left to the base */
#define SEPARATOR 0            /* as len: it ends a token */
#define OTHER (FOLDED_MAX + 1) /* as len: left to the base */

/* What a character becomes. */
struct folded {
	uint8_t len;
	char bytes[FOLDED_MAX];
};

struct base {
	fts5_tokenizer methods;
	void *context;
};

struct tokens {
	const struct base *base; /* outlives this */
	Fts5Tokenizer *instance; /* of the base */
	struct folded folded[CHARACTERS];
};

typedef int (*token_callback)(
    void *arg, int flags, const char *token, int len, int from, int to);

/* ---- what the base makes of a character --------------------------------- */

struct probe {
	int tokens;
	int len;
	char bytes[16];
};

static int
on_probed(void *arg, int flags, const char *token, int len, int from, int to)
{
	struct probe *probe = arg;

	probe->tokens++;
	probe->len = len;
	if ((size_t)len <= sizeof(probe->bytes))
		memcpy(probe->bytes, token, (size_t)len);
	return SQLITE_OK;
}

static void
probe_text(
    struct tokens *tokens, const char *text, size_t len, struct probe *probe)
{
	*probe = (struct probe){.tokens = 0};
	tokens->base->methods.xTokenize(tokens->instance, probe,
	    FTS5_TOKENIZE_DOCUMENT, text, (int)len, on_probed);
}

/* Alone and between two letters: a combining mark, for one, is part of a token
 * but begins none. */
static struct folded
ask_base(struct tokens *tokens, uint32_t code)
{
	char text[16] = "x";
	size_t len = utf8_encode(code, text + 1);
	struct folded folded = {.len = OTHER};
	struct probe alone, inner;

	text[1 + len] = 'x';
	probe_text(tokens, text + 1, len, &alone);
	probe_text(tokens, text, len + 2, &inner);
	if (alone.tokens == 0 && inner.tokens == 2)
		folded.len = SEPARATOR;
	if (alone.tokens == 1 && inner.tokens == 1 && alone.len > 0 &&
	    alone.len <= FOLDED_MAX && inner.len == alone.len + 2 &&
	    memcmp(inner.bytes + 1, alone.bytes, (size_t)alone.len) == 0) {
		folded.len = (uint8_t)alone.len;
		memcpy(folded.bytes, alone.bytes, (size_t)alone.len);
	}
	return folded;
}

static void
fill_table(struct tokens *tokens)
{
	for (uint32_t code = 0; code < LOW_END; code++)
		tokens->folded[code] = ask_base(tokens, code);
	for (uint32_t code = MARKS_FROM; code < MARKS_END; code++)
		tokens->folded[LOW_END + code - MARKS_FROM] =
		    ask_base(tokens, code);
}

/* ---- texts -------------------------------------------------------------- */

struct text {
	const struct tokens *tokens;
	const char *bytes;
	size_t len;
	token_callback on_token;
	void *arg;
	size_t base_from; /* where the run begins that the base has at hand */
};

static const struct folded other = {.len = OTHER};

static bool
is_inner(const unsigned char *p, const unsigned char *end)
{
	return p < end && (*p & 0xc0) == 0x80;
}

static const struct folded *
look_at_mark(const struct folded *table, const unsigned char *p,
    const unsigned char *end, size_t *len)
{
	uint32_t code;

	if (*p != 0xe2 || !is_inner(p + 1, end) || !is_inner(p + 2, end) ||
	    is_inner(p + 3, end))
		return &other;
	code = (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	*len = 3;
	return code < MARKS_END - MARKS_FROM ? &table[LOW_END + code] : &other;
}

/* The character at a place and how many bytes it has. */
static inline const struct folded *
look_at(const struct folded *table, const unsigned char *p,
    const unsigned char *end, size_t *len)
{
	*len = 1;
	if (*p < 0x80)
		return &table[*p];
	if (*p < 0xc2 || *p >= 0xe0)
		return look_at_mark(table, p, end, len);
	if (!is_inner(p + 1, end) || is_inner(p + 2, end))
		return &other;
	*len = 2;
	return &table[(*p & 0x1fu) << 6 | (p[1] & 0x3fu)];
}

static int
on_base_token(
    void *arg, int flags, const char *token, int len, int from, int to)
{
	const struct text *text = arg;

	return text->on_token(text->arg, flags, token, len,
	    from + (int)text->base_from, to + (int)text->base_from);
}

/* Leaves what stands from `at` up to the next ASCII separator to the base, and
 * moves behind it. */
static int
leave_to_base(struct text *text, size_t *at, int flags)
{
	const struct tokens *tokens = text->tokens;
	size_t end = *at;

	while (end < text->len &&
	       ((unsigned char)text->bytes[end] >= 0x80 ||
		   tokens->folded[(unsigned char)text->bytes[end]].len !=
		       SEPARATOR))
		end++;
	text->base_from = *at;
	*at = end;
	return tokens->base->methods.xTokenize(tokens->instance, text, flags,
	    text->bytes + text->base_from, (int)(end - text->base_from),
	    on_base_token);
}

/* Reads the token that begins at `at`, moves behind it and tells of it. */
static int
read_token(struct text *text, size_t *at, int flags)
{
	const struct folded *const table = text->tokens->folded, *folded;
	const unsigned char *const bytes = (const unsigned char *)text->bytes;
	const unsigned char *const end = bytes + text->len;
	const unsigned char *p = bytes + *at;
	char token[TOKEN_MAX];
	size_t from = *at, len = 0, n;

	for (; p < end; p += n) {
		folded = look_at(table, p, end, &n);
		if (folded->len == SEPARATOR)
			break;
		if (folded->len == OTHER || len + FOLDED_MAX > sizeof(token))
			return leave_to_base(text, at, flags);
		memcpy(token + len, folded->bytes, FOLDED_MAX);
		len += folded->len;
	}
	*at = (size_t)(p - bytes);
	return text->on_token(
	    text->arg, 0, token, (int)len, (int)from, (int)*at);
}

/* Behind the separators that begin at `at`. */
static size_t
skip_separators(const struct text *text, size_t at)
{
	const struct folded *const table = text->tokens->folded;
	const unsigned char *const bytes = (const unsigned char *)text->bytes;
	const unsigned char *const end = bytes + text->len;
	size_t n;

	while (at < text->len &&
	       look_at(table, bytes + at, end, &n)->len == SEPARATOR)
		at += n;
	return at;
}

static int
tokenize(Fts5Tokenizer *tokenizer, void *arg, int flags, const char *bytes,
    int len, token_callback on_token)
{
	struct text text = {.tokens = (const struct tokens *)tokenizer,
	    .bytes = bytes,
	    .len = bytes != NULL && len > 0 ? (size_t)len : 0,
	    .on_token = on_token,
	    .arg = arg};
	size_t at = skip_separators(&text, 0);
	int result = SQLITE_OK;

	while (at < text.len && result == SQLITE_OK) {
		result = read_token(&text, &at, flags);
		at = skip_separators(&text, at);
	}
	return result;
}

/* ---- registration ------------------------------------------------------- */

static void
destroy(Fts5Tokenizer *tokenizer)
{
	struct tokens *tokens = (struct tokens *)tokenizer;

	if (tokens->instance != NULL)
		tokens->base->methods.xDelete(tokens->instance);
	free(tokens);
}

static int
create(void *context, const char **arguments, int len, Fts5Tokenizer **out)
{
	struct tokens *tokens = xcalloc(1, sizeof(*tokens));
	int result;

	tokens->base = context;
	result = tokens->base->methods.xCreate(
	    tokens->base->context, arguments, len, &tokens->instance);
	if (result != SQLITE_OK) {
		destroy((Fts5Tokenizer *)tokens);
		return result;
	}
	fill_table(tokens);
	*out = (Fts5Tokenizer *)tokens;
	return SQLITE_OK;
}

static fts5_api *
find_api(sqlite3 *handle)
{
	fts5_api *api = NULL;
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(
		handle, "SELECT fts5(?)", -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
	sqlite3_step(statement);
	sqlite3_finalize(statement);
	return api;
}

int
tokens_register(sqlite3 *handle)
{
	fts5_api *api = find_api(handle);
	struct base *base = xcalloc(1, sizeof(*base));
	fts5_tokenizer own = {create, destroy, tokenize};

	if (api != NULL &&
	    api->xFindTokenizer(api, BASE, &base->context, &base->methods) ==
		SQLITE_OK &&
	    api->xCreateTokenizer(api, BASE, base, &own, free) == SQLITE_OK)
		return 0;
	free(base);
	return -1;
}
