/*
 * One subscription of one feed at one hub (W3C WebSub): what is to be asked of
 * the hub and when, and whether what the hub says was asked for. Pure: now is
 * an argument, epoch microseconds, and so is chance.
 *
 *	IDLE --wanted--> PENDING --hub confirms--> ACTIVE
 *	PENDING, ACTIVE --hub denies--> DENIED (asked again in a day)
 *	ACTIVE --lease runs out--> PENDING
 *	ACTIVE --wanted no more--> LEAVING --hub confirms, or too late--> IDLE
 */
#ifndef ENGINE_SUBSCRIPTION_H
#define ENGINE_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "frame/websub.h"
#include "store/websub.h"

#define SUBSCRIPTION_LEASE_S 864000 /* asked for; the longest that counts */

enum subscription_state {
	SUBSCRIPTION_IDLE,
	SUBSCRIPTION_PENDING,
	SUBSCRIPTION_ACTIVE,
	SUBSCRIPTION_DENIED,
	SUBSCRIPTION_LEAVING,
};

struct subscription {
	struct websub_record record;
	bool wanted;
	enum websub_mode asked; /* what the hub may ask us to confirm */
	unsigned tries;         /* since it last confirmed */
};

enum subscription_state subscription_state(
    const struct subscription *, int64_t now);
const char *subscription_state_name(enum subscription_state);

/* The configuration wants it, or no more. */
void subscription_want(struct subscription *, bool wanted, int64_t now);
/* Another address is to be given to the hub, at once. */
void subscription_move(struct subscription *);
/* What is to be asked of the hub now; WEBSUB_NONE: nothing. */
enum websub_mode subscription_due(const struct subscription *, int64_t now);
/* It is being asked; asked again after a while if it does not confirm.
 * chance: any number, against hubs that are asked by all at once. */
void subscription_ask(
    struct subscription *, enum websub_mode, int64_t now, uint32_t chance);
/* The hub wants to know whether that was asked (WebSub section 5.3); true: it
 * was. Whoever asks twice, or for another topic, is told no. */
bool subscription_confirm(struct subscription *, enum websub_mode,
    const char *topic, int64_t lease_s, int64_t now, uint32_t chance);
/* The hub says no (section 5.2); false: to something else. */
bool subscription_deny(struct subscription *, const char *topic, int64_t now);
/* Nothing is wanted of the hub any more, nor can be asked. */
bool subscription_is_over(const struct subscription *, int64_t now);

#endif
