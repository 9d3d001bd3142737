/*
 * The certificates that TLS connections trust.
 */
#ifndef FRAME_CURL_CERTIFICATES_H
#define FRAME_CURL_CERTIFICATES_H

#include <openssl/x509.h>

/* The file of the system's certificates; NULL: none is known. */
const char *curl_certificates_file(void);
/* A store of those in pem, or of the system's where it is NULL; the caller
 * frees it. *warning: what is wrong, or NULL; the caller frees it. */
X509_STORE *curl_certificates_load(const char *pem, char **warning);

#endif
