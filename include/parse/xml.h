/*
 * libxml2's SAX2 push parser, with all that loads or expands turned off and
 * its memory counted. Only this file and opml.c include libxml2.
 */
#ifndef PARSE_XML_H
#define PARSE_XML_H

#include <stdbool.h>
#include <stddef.h>

#define XML_READER_MEMORY_MAX (32 * 1024 * 1024) /* of libxml2, a document */

struct document;
struct xml_reader;

/* Once per process. */
void xml_init_process(void);
struct xml_reader *xml_reader_new(struct document *);
void xml_reader_free(struct xml_reader *);
void xml_reader_push(struct xml_reader *, const char *xml, size_t len);
/* Takes text as it means, past libxml2. What was pushed before must end with a
 * whole tag. */
void xml_reader_text(struct xml_reader *, const char *text, size_t len);
void xml_reader_finish(struct xml_reader *);
/* Whether it gave up: out of its memory, or on an error it cannot mend. */
bool xml_reader_failed(const struct xml_reader *);

#endif
