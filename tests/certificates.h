/*
 * Certificates for tests: an authority of our own and servers it vouches for.
 */
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

struct authority;

struct authority *authority_new(void);
void authority_free(struct authority *);
/* Writes its certificate, for ca_file. */
void authority_write(const struct authority *, const char *path);
/* Writes key and certificate of a server with an address or a name, valid
 * from and until so many seconds from now. NULL authority: signed by itself. */
void certificate_write(const struct authority *, const char *name, long from_s,
    long until_s, const char *key_path, const char *cert_path);

#endif
