/*
 * Registrable domains: what one owner has under a public suffix, such as
 * example.co.uk.
 */
#ifndef FRAME_DOMAIN_H
#define FRAME_DOMAIN_H

#include <stdbool.h>

struct domains;

/* Reads the Public Suffix List: the system's, or the library's own where that
 * is newer. Before the sandbox. */
struct domains *domains_new(void);
/* Takes NULL. */
void domains_free(struct domains *);
/* Whether the hosts of two URLs are of one owner: the same, or below the same
 * registrable domain. Addresses and suffixes match nothing but themselves. */
bool domains_same_owner(const struct domains *, const char *a, const char *b);
/* Whether a feed may move from one URL to another on its server's word alone:
 * of the same owner, and no step down from https. */
bool domains_may_move(const struct domains *, const char *from, const char *to);

#endif
