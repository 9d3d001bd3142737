/*
 * Fuzzes frame/alert_line: whatever the alert, the line is one line of valid
 * UTF-8 without controls, and bounded.
 */
#include <stdlib.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "frame/alert_line.h"
#include "tests/fuzz.h"

static void
check_line(const uint8_t *bytes, size_t len, bool color)
{
	struct alert_line_options options = {.color = color};
	struct buf line = BUF_INIT;

	alert_line_add(&line, (const char *)bytes, len, &options);
	if (line.len > ALERT_LINE_MAX ||
	    !utf8_is_valid(buf_str(&line), line.len))
		abort();
	for (size_t i = 0; i < line.len && !color; i++)
		if ((unsigned char)line.data[i] < 0x20 || line.data[i] == 0x7f)
			abort();
	buf_clear(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	check_line(bytes, len, false);
	check_line(bytes, len, true);
	return 0;
}
