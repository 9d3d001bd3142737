/*
 * Files of certificates that the configuration names.
 */
#ifndef FRAME_CONFIG_CERTIFICATES_H
#define FRAME_CONFIG_CERTIFICATES_H

#define CERTIFICATES_MAX (64 * 1024) /* bytes of a file */

/* The content of a PEM file with at least one certificate, which the caller
 * frees; NULL and the reason, which the caller frees, on failure. */
char *certificates_read(const char *path, char **why);

#endif
