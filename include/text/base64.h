/*
 * Base64 (RFC 4648 section 4).
 */
#ifndef TEXT_BASE64_H
#define TEXT_BASE64_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends what the text encodes; white space is skipped. False, and nothing
 * appended, when other characters occur or it is not padded to its length:
 * then it is some other text. */
bool base64_decode(struct buf *, const char *text, size_t len);

#endif
