/*
 * Checks a compiled block and finds its sections.
 */
#include <string.h>

#include "base/hash.h"
#include "match/set.h"

static const uint8_t item_size[SET_SECTIONS] = {
    [SET_LETTERS] = sizeof(uint16_t),
    [SET_STEMS] = sizeof(struct set_stem),
    [SET_CLASSES] = sizeof(uint16_t),
    [SET_MASKS] = sizeof(uint64_t),
    [SET_ENDING_LETTERS] = sizeof(struct set_letter),
    [SET_ENDING_MASKS] = sizeof(uint64_t),
    [SET_FILTER_ANY] = sizeof(uint64_t),
    [SET_FILTER_SMALL] = sizeof(uint64_t),
    [SET_FILTER_FIRST] = sizeof(uint64_t),
    [SET_FILTER_INNER] = sizeof(uint64_t),
    [SET_NODES] = sizeof(struct set_node),
    [SET_NAMES] = sizeof(struct set_name),
    [SET_NAME_TOKENS] = sizeof(struct set_name_token),
    [SET_ENTITIES] = sizeof(struct set_entity),
    [SET_STRINGS] = 1,
    [SET_CODES] = sizeof(uint32_t),
    [SET_PLAIN] = sizeof(struct set_plain),
    [SET_PLAIN_BUCKETS] = sizeof(uint32_t),
    [SET_REGEXES] = sizeof(struct set_regex),
};

static bool
is_block(const struct set_header *header, const void *bytes, size_t len)
{
	const char *body = (const char *)bytes + sizeof(*header);

	if (len < sizeof(*header) || (uintptr_t)bytes % 8 != 0 ||
	    memcmp(header->magic, "wwmatch", 8) != 0 ||
	    header->version != SET_VERSION || header->size != len ||
	    header->check != hash_bytes(0, body, len - sizeof(*header)))
		return false;
	for (int i = 0; i < SET_SECTIONS; i++) {
		const struct set_range *range = &header->section[i];

		if (range->at % 8 != 0 || range->at > len ||
		    range->len > len - range->at ||
		    range->len % item_size[i] != 0)
			return false;
	}
	return true;
}

bool
set_view_init(struct set_view *view, const void *bytes, size_t len)
{
	const struct set_header *header = bytes;
	const char *base = bytes;

	if (!is_block(header, bytes, len))
		return false;
#define AT(which) ((const void *)(base + header->section[which].at))
#define COUNT(which) ((uint32_t)(header->section[which].len / item_size[which]))
	*view = (struct set_view){
	    .header = header,
	    .letters = AT(SET_LETTERS),
	    .stems = AT(SET_STEMS),
	    .stem_places = COUNT(SET_STEMS) - 1,
	    .classes = AT(SET_CLASSES),
	    .masks = AT(SET_MASKS),
	    .ending_letters = AT(SET_ENDING_LETTERS),
	    .letter_places = COUNT(SET_ENDING_LETTERS) - 1,
	    .ending_masks = AT(SET_ENDING_MASKS),
	    .filter = {AT(SET_FILTER_ANY), AT(SET_FILTER_SMALL)},
	    .stem_filter = {AT(SET_FILTER_INNER), AT(SET_FILTER_FIRST)},
	    .nodes = AT(SET_NODES),
	    .node_places = COUNT(SET_NODES) - 1,
	    .names = AT(SET_NAMES),
	    .name_tokens = AT(SET_NAME_TOKENS),
	    .entities = AT(SET_ENTITIES),
	    .entities_len = COUNT(SET_ENTITIES),
	    .strings = AT(SET_STRINGS),
	    .codes = AT(SET_CODES),
	    .plain = AT(SET_PLAIN),
	    .plain_len = COUNT(SET_PLAIN),
	    .plain_buckets = AT(SET_PLAIN_BUCKETS),
	    .regexes = AT(SET_REGEXES),
	    .regexes_len = COUNT(SET_REGEXES),
	};
#undef AT
#undef COUNT
	return true;
}
