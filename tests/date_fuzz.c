/*
 * Any bytes as a date: what is read can be written and read again.
 */
#include <stdlib.h>
#include <string.h>

#include "parse/date.h"
#include "tests/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	static const struct date_options options = {
	    .zone_s = 3600, .now_at = 1772445600000000};
	char text[DATE_FORMAT_LEN];
	int64_t at, again;

	if (!date_parse((const char *)bytes, len, &options, &at))
		return 0;
	date_format(at, text);
	/* From the second year that is taken for a date. */
	if (at > -30578688000000000 && at < 250000000000000000 &&
	    (!date_parse(text, strlen(text), &options, &again) || again != at))
		abort();
	return 0;
}
