/*
 * One reading of a feed document by the fetcher's scan, kept for comparison,
 * and edits that a document may have had since.
 */
#ifndef TESTS_SCAN_READING_H
#define TESTS_SCAN_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fetcher/scan.h"

#define SCAN_EDIT_LEN 6 /* bytes that make an edit */

/* What a scan told, and what may be recalled after it. */
struct scan_reading {
	uint32_t items;
	uint32_t known;
	uint8_t present[JOB_SEEN_MAX / 8];
	enum parser_result result;
	struct buf items_told; /* their fields, a line each */
	struct buf facts;      /* of the feed */
	struct job_seen seen[JOB_SEEN_MAX];
	size_t told;
	struct recall_item recalled[RECALL_ITEMS_MAX];
	size_t recalled_len;
};

/* Once, first. */
void scan_reading_init(void);
struct scan_reading *scan_reading_new(void);
void scan_reading_free(struct scan_reading *);
/* Reads a whole document in the light of what an earlier reading told, and of
 * what another left to be recalled. Either may be NULL. */
void scan_read_whole(struct scan_reading *, const struct buf *document,
    const struct scan_reading *seen, const struct scan_reading *past);
/* The same piece by piece, without any short cut. */
void scan_read_pieces(struct scan_reading *, const struct buf *document,
    size_t piece, const struct scan_reading *seen);
/* Appends in what two readings differ; nothing when they told the same. */
void scan_reading_compare(
    struct buf *out, const struct scan_reading *, const struct scan_reading *);
/* Reads a document, edits it as any bytes say, edits_len times SCAN_EDIT_LEN of
 * them, and reads it again: by what is recalled, whole, and in pieces. Appends
 * in what these readings differ; nothing when all told the same. The document
 * stays as edited. half: the engine knows half of the items. */
void scan_compare_edited(struct buf *out, struct buf *document,
    const uint8_t *edits, size_t edits_len, bool half);

#endif
