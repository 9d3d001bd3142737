/*
 * Any bytes as base and reference, split at the first line break: what is
 * resolved stays as it is when resolved again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "parse/url.h"
#include "tests/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = xstrndup((const char *)bytes, len);
	char *ref = strchr(text, '\n');
	char *once, *twice;

	if (ref != NULL)
		*ref++ = '\0';
	once = url_resolve(text, ref != NULL ? ref : "");
	if (once != NULL && url_is_absolute(once) && strlen(once) <= URL_MAX) {
		twice = url_resolve(text, once);
		if (twice == NULL || !url_is_absolute(twice))
			abort();
		free(twice);
	}
	free(once);
	free(text);
	return 0;
}
