/*
 * The documents that the test server serves: feeds in memory that grow new
 * items on request, with validators and a gzip form.
 */
#ifndef BENCH_DOCUMENT_H
#define BENCH_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* The end of a document, which its publications leave as it is: deflated once
 * for all of them. */
struct tail {
	char *deflated;
	size_t deflated_len;
	size_t len; /* inflated */
	unsigned long crc32;
	unsigned references;
};

/* Bytes shared by documents and by answers under way. */
struct blob {
	char *data;
	size_t len;
	char *gzip; /* NULL: not made yet */
	size_t gzip_len;
	struct tail *tail; /* of data, or NULL: to be deflated as a whole */
	unsigned references;
};

struct document {
	char *path; /* "/f/0.xml" */
	char *type; /* Content-Type */
	struct blob *blob;
	unsigned version; /* grows with each change */
	time_t modified;
	int first_unserved;    /* publication, or -1 */
	int64_t asked_at;      /* monotonic ns; 0: not yet */
	struct document *next; /* in the table */
};

/* What is new; NULL members are left out or made up. */
struct publication {
	const char *title;
	const char *summary;
	const char *content; /* HTML */
	const char *link;
	const char *guid;
	const char *date;    /* verbatim */
	const char *literal; /* the item's own XML; the others are ignored */
};

void blob_hold(struct blob *);
void blob_release(struct blob *);
/* Makes the gzip form unless it is there. */
void blob_compress(struct blob *);

struct document *document_find(const char *path);
/* Creates or replaces; copies all. */
struct document *document_put(
    const char *path, const char *type, const char *bytes, size_t len);
/* /f/0.xml ... /f/(feeds-1).xml from DIR/0.xml ...; feeds 0: as many as there
 * are files. Other files of the folder are served under their names. NULL
 * folder: small empty feeds, RSS at even numbers and Atom at odd ones. Returns
 * how many feeds there are, or -1 with errno set. */
int document_load(const char *folder, int feeds);
/* Inserts an item as the newest. Returns the publication's number, or -1 when
 * the document is no feed. */
int document_publish(struct document *, const struct publication *);

#endif
