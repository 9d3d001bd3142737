/*
 * Makes certificates with libcrypto.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "certificates.h"

struct authority {
	EVP_PKEY *key;
	X509 *certificate;
};

static void
add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	if (extension == NULL || !X509_add_ext(certificate, extension, -1))
		abort();
	X509_EXTENSION_free(extension);
}

/* Unsigned, with its name and times. */
static X509 *
certificate_new(EVP_PKEY *key, const char *name, long from_s, long until_s)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_get_subject_name(certificate);
	static long serial;

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate), from_s);
	X509_gmtime_adj(X509_getm_notAfter(certificate), until_s);
	X509_set_pubkey(certificate, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
	    (const unsigned char *)name, -1, -1, 0);
	return certificate;
}

struct authority *
authority_new(void)
{
	struct authority *authority = xcalloc(1, sizeof(*authority));

	authority->key = EVP_EC_gen("P-256");
	authority->certificate =
	    certificate_new(authority->key, "Test authority", -3600, 86400);
	X509_set_issuer_name(authority->certificate,
	    X509_get_subject_name(authority->certificate));
	add_extension(authority->certificate, NID_basic_constraints, "CA:TRUE");
	X509_sign(authority->certificate, authority->key, EVP_sha256());
	return authority;
}

void
authority_free(struct authority *authority)
{
	X509_free(authority->certificate);
	EVP_PKEY_free(authority->key);
	free(authority);
}

static FILE *
open_file(const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		abort();
	return file;
}

void
authority_write(const struct authority *authority, const char *path)
{
	FILE *file = open_file(path);

	PEM_write_X509(file, authority->certificate);
	fclose(file);
}

void
certificate_write(const struct authority *authority, const char *name,
    long from_s, long until_s, const char *key_path, const char *cert_path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = certificate_new(key, name, from_s, until_s);
	const X509 *issuer =
	    authority != NULL ? authority->certificate : certificate;
	char *alternative = xasprintf("%s:%s",
	    name[strspn(name, "0123456789.")] == '\0' ? "IP" : "DNS", name);
	FILE *file;

	X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
	add_extension(certificate, NID_subject_alt_name, alternative);
	X509_sign(certificate, authority != NULL ? authority->key : key,
	    EVP_sha256());
	file = open_file(key_path);
	PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
	fclose(file);
	file = open_file(cert_path);
	PEM_write_X509(file, certificate);
	fclose(file);
	free(alternative);
	X509_free(certificate);
	EVP_PKEY_free(key);
}
