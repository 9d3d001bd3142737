/*
 * The certificates that TLS connections trust.
 */
#ifndef FRAME_CURL_CERTIFICATES_H
#define FRAME_CURL_CERTIFICATES_H

#include <openssl/x509.h>

struct curl_certificates;

/* The file of the system's certificates; NULL: none is known. */
const char *curl_certificates_file(void);
/* Those in pem, or the system's where it is NULL, whose file is read here and
 * now. *warning: what is wrong, or NULL; the caller frees it. */
struct curl_certificates *curl_certificates_new(
    const char *pem, char **warning);
/* All of them, decoded when first asked for; a view. */
X509_STORE *curl_certificates_store(struct curl_certificates *);
void curl_certificates_free(struct curl_certificates *);

#endif
