/*
 * Letters for who counts words.
 */
#include "text/letter.h"
#include "text/letter_table.h"

struct letter
letter_of(uint32_t code)
{
	const struct letter_record *record = letter_record_of(code);

	return (struct letter){code + (uint32_t)record->delta, record->flags};
}
