/*
 * Look-up in the generated two-stage table of letters.
 */
#include "text/letter.h"
#include "text/letter_table.h"

struct letter
letter_of(uint32_t code)
{
	const struct letter_record *record;
	const uint16_t *block;

	if (code >= LETTER_END)
		return (struct letter){code, 0};
	block = letter_blocks[letter_index[code / LETTER_BLOCK]];
	record = &letter_records[block[code % LETTER_BLOCK]];
	return (struct letter){code + (uint32_t)record->delta, record->flags};
}
