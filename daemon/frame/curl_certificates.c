/*
 * The certificates that TLS connections trust, once for all connections of a
 * role. Their file is read before the sandbox; what it holds is decoded, which
 * takes longer than all the rest of a role's start, when TLS is first spoken.
 */
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/mem.h"
#include "frame/config_source.h"
#include "frame/curl_certificates.h"

#define FILE_MAX (16 * 1024 * 1024)

struct curl_certificates {
	char *pem;         /* not decoded yet; else NULL */
	X509_STORE *store; /* NULL: not asked for yet */
};

const char *
curl_certificates_file(void)
{
	return curl_version_info(CURLVERSION_NOW)->cainfo;
}

/* NULL: there are none in it. */
static char *
read_certificates(const char *path)
{
	struct config_source source = {.path = NULL};
	char *pem = NULL;

	if (path == NULL || source_read(path, FILE_MAX, &source) == -1)
		return NULL;
	if (strstr(source.bytes, "-----BEGIN ") != NULL)
		pem = xstrdup(source.bytes);
	source_clear(&source);
	return pem;
}

struct curl_certificates *
curl_certificates_new(const char *pem, char **warning)
{
	struct curl_certificates *certificates =
	    xcalloc(1, sizeof(*certificates));
	const char *file = curl_certificates_file();

	*warning = NULL;
	certificates->pem =
	    pem != NULL ? xstrdup(pem) : read_certificates(file);
	if (certificates->pem == NULL)
		*warning = xasprintf(
		    "no certificates in %s, https will fail: install the "
		    "package ca-certificates or set network.ca_file",
		    file != NULL ? file : "any file");
	return certificates;
}

static void
add_all(X509_STORE *store, const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *next;

	while ((next = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)) != NULL) {
		X509_STORE_add_cert(store, next);
		X509_free(next);
	}
	BIO_free(bio);
	ERR_clear_error();
}

X509_STORE *
curl_certificates_store(struct curl_certificates *certificates)
{
	if (certificates->store != NULL)
		return certificates->store;
	certificates->store = X509_STORE_new();
	if (certificates->store == NULL)
		abort();
	if (certificates->pem != NULL)
		add_all(certificates->store, certificates->pem);
	free(certificates->pem);
	certificates->pem = NULL;
	return certificates->store;
}

void
curl_certificates_free(struct curl_certificates *certificates)
{
	if (certificates == NULL)
		return;
	X509_STORE_free(certificates->store);
	free(certificates->pem);
	free(certificates);
}
