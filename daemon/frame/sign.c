/*
 * Signatures of webhooks. Pure, but for wiping keys when they are done with.
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "frame/sign.h"

#define KEYS_MAX 8 /* secrets of one sink while they are rotated */

static const char prefix[] = "whsec_";

struct sign_key {
	unsigned char *bytes;
	size_t len;
};

struct sign_keys {
	struct sign_key at[KEYS_MAX];
	size_t len;
};

/* base64 of len bytes, padded or not, into the key; -1: malformed. */
static int
decode(struct sign_key *key, const char *text, size_t len)
{
	struct buf padded = BUF_INIT;
	int n = -1;

	while (len > 0 && text[len - 1] == '=')
		len--;
	if (len > 0 && len % 4 != 1) {
		size_t missing = (4 - len % 4) % 4;

		buf_add(&padded, text, len);
		buf_add(&padded, "==", missing);
		key->bytes = xmalloc(padded.len);
		n = EVP_DecodeBlock(key->bytes,
		    (const unsigned char *)padded.data, (int)padded.len);
		if (n < 0)
			free(key->bytes);
		else
			key->len = (size_t)n - missing;
		OPENSSL_cleanse(padded.data, padded.cap);
	}
	buf_clear(&padded);
	return n < 0 ? -1 : 0;
}

static int
add_secret(struct sign_keys *keys, const char *text, size_t len)
{
	struct sign_key *key = &keys->at[keys->len];
	size_t skip = sizeof(prefix) - 1;

	if (len >= skip && memcmp(text, prefix, skip) == 0) {
		if (decode(key, text + skip, len - skip) == -1)
			return -1;
	} else {
		key->bytes = (unsigned char *)xstrndup(text, len);
		key->len = len;
	}
	keys->len++;
	return 0;
}

/* Returns NULL, or what is wrong. */
static const char *
read_secrets(struct sign_keys *keys, const char *text)
{
	while (*text != '\0') {
		size_t whole = strcspn(text, "\n"), len = whole;
		const char *start = text;

		for (; len > 0 && strchr(" \t\r", *start) != NULL; len--)
			start++;
		while (len > 0 && strchr(" \t\r", start[len - 1]) != NULL)
			len--;
		if (len > 0 && keys->len == KEYS_MAX)
			return "must hold at most 8 secrets";
		if (len > 0 && add_secret(keys, start, len) == -1)
			return "must hold base64 behind whsec_ (`openssl rand "
			       "-base64 24` makes some)";
		text += whole + (text[whole] != '\0');
	}
	return keys->len > 0 ? NULL : "must hold a secret";
}

struct sign_keys *
sign_keys_new(const char *secrets, const char **wrong)
{
	struct sign_keys *keys = xcalloc(1, sizeof(*keys));

	*wrong = read_secrets(keys, secrets);
	if (*wrong == NULL)
		return keys;
	sign_keys_free(keys);
	return NULL;
}

void
sign_keys_free(struct sign_keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->len; i++) {
		OPENSSL_cleanse(keys->at[i].bytes, keys->at[i].len);
		free(keys->at[i].bytes);
	}
	free(keys);
}

static void
add_signature(
    struct buf *out, const struct sign_key *key, const struct buf *content)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[EVP_MAX_MD_SIZE * 4 / 3 + 5];
	unsigned len = sizeof(digest);

	if (HMAC(EVP_sha256(), key->bytes, (int)key->len,
		(const unsigned char *)content->data, content->len, digest,
		&len) == NULL)
		abort();
	EVP_EncodeBlock((unsigned char *)text, digest, (int)len);
	buf_addf(out, "v1,%s", text);
}

void
sign_add(struct buf *out, const struct sign_keys *keys, const char *id,
    int64_t timestamp_s, const struct buf *body)
{
	struct buf content = BUF_INIT;

	buf_addf(&content, "%s.%lld.", id, (long long)timestamp_s);
	buf_add(&content, body->data, body->len);
	for (size_t i = 0; i < keys->len; i++) {
		if (i > 0)
			buf_add_char(out, ' ');
		add_signature(out, &keys->at[i], &content);
	}
	buf_clear(&content);
}
