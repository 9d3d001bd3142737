/*
 * What a scan tells, as text.
 */
#include <string.h>

#include "base/buf.h"
#include "match/match.h"
#include "tests/match_told.h"

struct told {
	const struct match_set *set;
	const char *text;
	struct buf out;
};

static void
on_mention(void *arg, const struct match_mention *m)
{
	struct told *told = arg;

	buf_addf(&told->out, "%s%s%c%.*s", told->out.len > 0 ? "\n" : "",
	    match_set_entity_id(told->set, m->entity), m->miss ? '?' : ':',
	    (int)m->len, told->text + m->offset);
	if (m->miss)
		buf_addf(&told->out, " (%s)", m->rule);
}

char *
match_told_scan(
    const struct match_set *set, const char *text, const char *language)
{
	struct told told = {set, text, BUF_INIT};

	match_scan(set, text, strlen(text), language, on_mention, &told);
	return buf_take(&told.out);
}

char *
match_told_explain(const struct match_set *set, const char *text)
{
	struct told told = {set, text, BUF_INIT};

	match_explain(set, text, strlen(text), NULL, on_mention, &told);
	return buf_take(&told.out);
}
