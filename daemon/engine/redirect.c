/*
 * Permanent redirects are followed at each fetch and adopted when they last.
 *
 *	nowhere --target--> seen --3 equal ones over 24 h--> adopted
 *	   ^                 |  ^                               |
 *	   +--- no target ---+  +---- it fails, or leads on ----+
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/redirect.h"
#include "store/batch.h"

static void
begin(struct feed_move *move, const char *target, int64_t now_at)
{
	char *url = xstrdup_null(target);

	free(move->url);
	*move = (struct feed_move){
	    .url = url, .sightings = url != NULL, .first_at = now_at};
}

/* Sightings past those that are needed are not worth a write. */
static enum redirect_step
count(struct feed_move *move, bool may_adopt, int64_t now_at)
{
	bool counted = move->sightings < REDIRECT_SIGHTINGS;

	move->sightings += counted;
	if (move->first_at > now_at) /* the clock was set back */
		move->first_at = now_at;
	if (!may_adopt || move->sightings < REDIRECT_SIGHTINGS ||
	    now_at - move->first_at < REDIRECT_LASTS_US)
		return counted ? REDIRECT_COUNTED : REDIRECT_SAME;
	move->adopted = true;
	return REDIRECT_ADOPTED;
}

enum redirect_step
redirect_see(
    struct feed_move *move, const char *target, bool may_adopt, int64_t now_at)
{
	bool adopted = move->adopted;

	if (target == NULL && (adopted || move->url == NULL))
		return REDIRECT_SAME;
	if (!adopted && target != NULL && move->url != NULL &&
	    strcmp(move->url, target) == 0)
		return count(move, may_adopt, now_at);
	begin(move, target, now_at);
	if (adopted)
		return REDIRECT_DROPPED;
	return target != NULL ? REDIRECT_NEW : REDIRECT_FORGOTTEN;
}

enum redirect_step
redirect_fail(struct feed_move *move, unsigned failures)
{
	if (!move->adopted || failures < REDIRECT_FAILURES)
		return REDIRECT_SAME;
	begin(move, NULL, 0);
	return REDIRECT_DROPPED;
}
