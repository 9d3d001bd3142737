/*
 * Hosts whose addresses are written down, hosts(5).
 */
#ifndef FRAME_HOSTS_FILE_H
#define FRAME_HOSTS_FILE_H

#include <stddef.h>
#include <sys/socket.h>

#define HOSTS_FILE_MAX 10000 /* entries that are kept */

struct hosts_file;

/* Never NULL: a file that cannot be read has no entries but localhost, which
 * is always the loopback (RFC 6761 section 6.3). */
struct hosts_file *hosts_file_read(const char *path);
void hosts_file_free(struct hosts_file *);
/* Writes up to max addresses, ports 0, and returns how many. host: a name in
 * lower case, or a numeric address, which is its own. */
size_t hosts_file_find(const struct hosts_file *, const char *host,
    struct sockaddr_storage *addresses, size_t max);

#endif
