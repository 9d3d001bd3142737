/*
 * The certificates that TLS connections trust. Read before the sandbox, once
 * for all connections of a role.
 */
#include <stdlib.h>

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "base/mem.h"
#include "frame/curl_certificates.h"

const char *
curl_certificates_file(void)
{
	return curl_version_info(CURLVERSION_NOW)->cainfo;
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
curl_certificates_load(const char *pem, char **warning)
{
	const char *file = curl_certificates_file();
	X509_STORE *store = X509_STORE_new();

	if (store == NULL)
		abort();
	*warning = NULL;
	if (pem != NULL)
		add_all(store, pem);
	else if (file == NULL || X509_STORE_load_file(store, file) != 1)
		*warning = xasprintf(
		    "no certificates in %s, https will fail: install the "
		    "package ca-certificates or set network.ca_file",
		    file != NULL ? file : "any file");
	return store;
}
