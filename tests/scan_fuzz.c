/*
 * A document as it was and as it is: the first byte says how many edits stand
 * before it and whether the engine knows all of its items. Read with what is
 * recalled, it must tell what it tells when all of it is parsed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz.h"
#include "tests/scan_reading.h"

#define DOCUMENT_MAX (60 * 1024) /* less than the longest tag */

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	size_t edits = len > 0 ? bytes[0] % 8 : 0;
	size_t start = 1 + edits * SCAN_EDIT_LEN;
	struct buf document = BUF_INIT, difference = BUF_INIT;

	if (len < start || len > DOCUMENT_MAX)
		return 0;
	scan_reading_init();
	buf_add(&document, (const char *)bytes + start, len - start);
	scan_compare_edited(
	    &difference, &document, bytes + 1, edits, bytes[0] >= 128);
	if (difference.len > 0) {
		fprintf(
		    stderr, "%s\n%s\n", difference.data, buf_str(&document));
		abort();
	}
	buf_clear(&document);
	return 0;
}
