/*
 * Reads files of certificates, and sees that they are such.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/mem.h"
#include "frame/config_certificates.h"
#include "frame/config_source.h"

static bool
has_certificate(const struct config_source *source)
{
	BIO *bio = BIO_new_mem_buf(source->bytes, (int)source->len);
	X509 *first = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	bool has = first != NULL;

	X509_free(first);
	BIO_free(bio);
	ERR_clear_error();
	return has;
}

char *
certificates_read(const char *path, size_t max, char **why)
{
	struct config_source source = {.path = NULL};
	char *pem = NULL;

	if (source_read(path, max, &source) != 0 && errno == EFBIG)
		*why = xasprintf("%s is larger than %zu KiB", path, max / 1024);
	else if (source.bytes == NULL)
		*why = xasprintf("cannot read %s: %s", path, strerror(errno));
	else if (!has_certificate(&source))
		*why = xasprintf("no certificate (PEM) in %s", path);
	else
		pem = xstrdup(source.bytes);
	/* Comments may be in any charset; roles tell one another UTF-8. */
	for (char *p = pem; p != NULL && *p != '\0'; p++)
		if (*p & 0x80)
			*p = '?';
	source_clear(&source);
	return pem;
}
