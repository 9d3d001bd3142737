/*
 * Signatures of hubs. Pure.
 */
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "engine/websub_signature.h"

static const struct {
	const char *name;
	const EVP_MD *(*digest)(void);
} methods[] = {
    {"sha256", EVP_sha256},
    {"sha384", EVP_sha384},
    {"sha512", EVP_sha512},
};

static const EVP_MD *
find_digest(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (strlen(methods[i].name) == len &&
		    strncasecmp(methods[i].name, name, len) == 0)
			return methods[i].digest();
	return NULL;
}

static void
put_hex(const unsigned char *bytes, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
}

bool
websub_signature_is_good(
    const char *header, const char *secret, const void *body, size_t len)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	char want[2 * EVP_MAX_MD_SIZE], given[2 * EVP_MAX_MD_SIZE];
	unsigned bytes_len = sizeof(bytes);
	const char *equals = header != NULL ? strchr(header, '=') : NULL;
	const EVP_MD *digest;

	if (equals == NULL)
		return false;
	digest = find_digest(header, (size_t)(equals - header));
	if (digest == NULL ||
	    HMAC(digest, secret, (int)strlen(secret), body, len, bytes,
		&bytes_len) == NULL ||
	    strlen(equals + 1) != 2 * bytes_len)
		return false;
	put_hex(bytes, bytes_len, want);
	for (unsigned i = 0; i < 2 * bytes_len; i++) {
		char c = equals[1 + i];

		given[i] = c >= 'A' && c <= 'F' ? (char)(c | 0x20) : c;
	}
	return CRYPTO_memcmp(want, given, 2 * bytes_len) == 0;
}
