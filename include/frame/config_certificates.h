/*
 * Files of certificates that the configuration names.
 */
#ifndef FRAME_CONFIG_CERTIFICATES_H
#define FRAME_CONFIG_CERTIFICATES_H

#include <stddef.h>

/* The content of a PEM file of at most max bytes with at least one certificate,
 * which the caller frees; NULL and the reason, which the caller frees, on
 * failure. */
char *certificates_read(const char *path, size_t max, char **why);

#endif
