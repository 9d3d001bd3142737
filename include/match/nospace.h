/*
 * Names in scripts that are written without spaces between words (Han, Kana,
 * Thai, Lao, Khmer, Burmese) are found as substrings, character by character.
 */
#ifndef MATCH_NOSPACE_H
#define MATCH_NOSPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct set_view;

/* Whether a name has characters of such a script. */
bool nospace_is_name(const char *name);
/* Adds the name's characters, without spaces and middle dots, as code points
 * (uint32_t) to codes. */
void nospace_add_name(const char *name, struct buf *codes);
/* The bucket for what begins with these code points. */
uint32_t nospace_bucket(const uint32_t *codes, size_t len, unsigned shift);

/* A plain name stands at text[offset], len bytes long. */
typedef void (*nospace_on_name)(
    void *arg, uint32_t name, size_t offset, size_t len);
void nospace_scan(const struct set_view *, const char *text, size_t len,
    nospace_on_name, void *arg);

#endif
