/*
 * Character encodings: their labels, and the tables of those of one byte.
 */
#ifndef PARSE_ENCODING_H
#define PARSE_ENCODING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum encoding_kind {
	ENCODING_UTF8,
	ENCODING_UTF16, /* byte order by BOM or by looking */
	ENCODING_UTF16LE,
	ENCODING_UTF16BE,
	ENCODING_UTF32,
	ENCODING_UTF32LE,
	ENCODING_UTF32BE,
	ENCODING_BYTE,  /* one byte a character, by table */
	ENCODING_MULTI, /* several bytes, by iconv */
	ENCODING_STATE, /* with shift sequences, by iconv from the first byte */
	ENCODING_UTF7   /* refused: hides markup */
};

struct encoding {
	const char *name; /* as iconv knows it */
	enum encoding_kind kind;
};

/* Once per process, before the sandbox: makes the tables and loads the
 * converters. */
void encoding_init_process(void);
/* The encoding of a label, after the WHATWG Encoding Standard (iso-8859-1 is
 * windows-1252, gb2312 is GBK) and then by IANA's and vendors' names; NULL:
 * unknown. */
const struct encoding *encoding_find(const char *label, size_t len);
/* 256 characters of an ENCODING_BYTE; 0xFFFD where a byte means nothing. */
const uint16_t *encoding_table(const struct encoding *);

#endif
