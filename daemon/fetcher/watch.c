/*
 * The names that are looked for. The compiled set is a read-only mapping that
 * all fetchers share; the names' spellings are copied, because a configuration
 * goes away while fetches that began under it go on.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "fetcher/watch.h"
#include "frame/config.h"
#include "frame/job.h"
#include "match/match.h"
#include "rule/rule.h"

struct watch {
	unsigned references;
	void *block;
	size_t block_len;
	struct match_set *set; /* NULL: nothing is looked for */
	size_t entities_len;   /* of the configuration; words of rules follow */
	uint32_t *first;       /* of an entity's names in offsets; one more */
	uint32_t *offsets;     /* into spellings */
	struct buf spellings;  /* NUL-terminated names, one after the other */
};

/* A field of an item as it is scanned. */
struct scanned {
	const struct watch *watch;
	struct item_message *message;
	enum item_field field;
};

static void
copy_names(struct watch *watch, const struct config *config)
{
	size_t names = 0, at = 0;

	for (size_t i = 0; i < config->entities_len; i++)
		names += config->entities[i].names_len;
	watch->entities_len = config->entities_len;
	watch->first = xcalloc(config->entities_len + 1, sizeof(*watch->first));
	watch->offsets = xcalloc(names + 1, sizeof(*watch->offsets));
	for (size_t i = 0; i < config->entities_len; i++) {
		const struct config_entity *entity = &config->entities[i];

		watch->first[i] = (uint32_t)at;
		for (size_t k = 0; k < entity->names_len; k++) {
			const char *text = entity->names[k].text;

			watch->offsets[at++] = (uint32_t)watch->spellings.len;
			buf_add(&watch->spellings, text, strlen(text) + 1);
		}
	}
	watch->first[config->entities_len] = (uint32_t)at;
}

static int
map_set(struct watch *watch, int fd)
{
	struct stat st;
	void *block;

	if (fstat(fd, &st) == -1 || st.st_size <= 0)
		return -1;
	block = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (block == MAP_FAILED)
		return -1;
	watch->block = block;
	watch->block_len = (size_t)st.st_size;
	watch->set = match_set_open(block, watch->block_len);
	return watch->set != NULL ? 0 : -1;
}

struct watch *
watch_new(int fd, const struct config *config)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->references = 1;
	copy_names(watch, config);
	if (fd != -1 && map_set(watch, fd) == -1) {
		watch_release(watch);
		return NULL;
	}
	return watch;
}

struct watch *
watch_hold(struct watch *watch)
{
	watch->references++;
	return watch;
}

void
watch_release(struct watch *watch)
{
	if (watch == NULL || --watch->references > 0)
		return;
	match_set_free(watch->set);
	if (watch->block != NULL)
		munmap(watch->block, watch->block_len);
	free(watch->first);
	free(watch->offsets);
	buf_clear(&watch->spellings);
	free(watch);
}

/* The listed name that was found. */
static const char *
spelling(const struct watch *watch, const struct match_mention *mention)
{
	const char *id = match_set_entity_id(watch->set, mention->entity);
	uint32_t at;

	if (mention->entity >= watch->entities_len) /* a word of a rule */
		return strncmp(
			   id, RULE_WORD_PREFIX, strlen(RULE_WORD_PREFIX)) == 0
			   ? id + strlen(RULE_WORD_PREFIX)
			   : id;
	at = watch->first[mention->entity] + mention->name;
	if (at >= watch->first[mention->entity + 1])
		return "";
	return watch->spellings.data + watch->offsets[at];
}

static void
on_mention(void *arg, const struct match_mention *found)
{
	struct scanned *scanned = arg;
	struct item_message *message = scanned->message;
	struct job_mention *mention;

	if (message->mentions_len == JOB_MENTIONS_MAX)
		return;
	if (message->mentions == NULL)
		message->mentions =
		    xcalloc(JOB_MENTIONS_MAX, sizeof(*message->mentions));
	mention = &message->mentions[message->mentions_len++];
	mention->entity =
	    xstrdup(match_set_entity_id(scanned->watch->set, found->entity));
	mention->name = xstrdup(spelling(scanned->watch, found));
	mention->accepted_by = xstrdup(found->rule != NULL ? found->rule : "");
	mention->field = scanned->field;
	mention->offset = (uint32_t)found->offset;
	mention->len = (uint32_t)found->len;
}

void
watch_find(const struct watch *watch, struct item_message *message)
{
	struct scanned scanned = {.watch = watch, .message = message};
	const char *text;

	if (watch->set == NULL)
		return;
	for (int field = 0; field < ITEM_FIELDS; field++) {
		scanned.field = (enum item_field)field;
		text = item_field_text(&message->item, scanned.field);
		match_scan(watch->set, text, strlen(text),
		    message->item.language, on_mention, &scanned);
	}
}
