/*
 * The life of a subscription at a hub.
 */
#include <string.h>

#include "base/second.h"
#include "engine/subscription.h"

#define RETRY_S 60        /* doubled with each try ... */
#define RETRY_MAX_S 21600 /* ... up to here */
#define DENIED_S 86400    /* until a hub that said no is asked again */
#define LEAVE_TRIES 3     /* to unsubscribe; the lease does the rest */
#define RENEW_FROM 60     /* percent of the lease, at the earliest ... */
#define RENEW_WITHIN 20   /* ... and at most so many later */
#define SHARE_OF_LEASE 8  /* a retry takes no more of what is left of it */

enum subscription_state
subscription_state(const struct subscription *subscription, int64_t now)
{
	bool has_lease = subscription->record.lease_at > now;

	if (!subscription->wanted)
		return has_lease ? SUBSCRIPTION_LEAVING : SUBSCRIPTION_IDLE;
	if (subscription->record.denied)
		return SUBSCRIPTION_DENIED;
	return has_lease ? SUBSCRIPTION_ACTIVE : SUBSCRIPTION_PENDING;
}

const char *
subscription_state_name(enum subscription_state state)
{
	static const char *const names[] = {
	    [SUBSCRIPTION_IDLE] = "idle",
	    [SUBSCRIPTION_PENDING] = "pending",
	    [SUBSCRIPTION_ACTIVE] = "active",
	    [SUBSCRIPTION_DENIED] = "denied",
	    [SUBSCRIPTION_LEAVING] = "leaving",
	};

	return names[state];
}

void
subscription_want(struct subscription *subscription, bool wanted, int64_t now)
{
	if (subscription->wanted == wanted)
		return;
	subscription->wanted = wanted;
	subscription->asked = WEBSUB_NONE;
	subscription->tries = 0;
	/* What was planned for the other wish does not hold; only a denial
	 * and a renewal do, over restarts. */
	if (!wanted || (!subscription->record.denied &&
			   subscription->record.lease_at <= now))
		subscription->record.next_at = 0;
	if (!wanted)
		subscription->record.denied = false;
}

void
subscription_move(struct subscription *subscription)
{
	subscription->record.next_at = 0;
	subscription->tries = 0;
}

enum websub_mode
subscription_due(const struct subscription *subscription, int64_t now)
{
	if (now < subscription->record.next_at)
		return WEBSUB_NONE;
	if (subscription->wanted)
		return WEBSUB_SUBSCRIBE;
	if (subscription->record.lease_at > now &&
	    subscription->tries < LEAVE_TRIES)
		return WEBSUB_UNSUBSCRIBE;
	return WEBSUB_NONE;
}

/* The span, more or less by up to a quarter. */
static int64_t
spread(int64_t us, uint32_t chance)
{
	return us * 3 / 4 + us / 2 * (chance % 1024) / 1024;
}

void
subscription_ask(struct subscription *subscription, enum websub_mode mode,
    int64_t now, uint32_t chance)
{
	int64_t left = subscription->record.lease_at - now;
	int64_t wait = RETRY_S * SECOND_US;

	for (unsigned i = 0; i < subscription->tries && i < 16; i++)
		wait *= 2;
	if (wait > RETRY_MAX_S * SECOND_US)
		wait = RETRY_MAX_S * SECOND_US;
	if (left > 0 && wait > left / SHARE_OF_LEASE)
		wait = left / SHARE_OF_LEASE + SECOND_US;
	subscription->asked = mode;
	subscription->tries++;
	subscription->record.next_at = now + spread(wait, chance);
}

bool
subscription_confirm(struct subscription *subscription, enum websub_mode mode,
    const char *topic, int64_t lease_s, int64_t now, uint32_t chance)
{
	struct websub_record *record = &subscription->record;
	int64_t lease;

	if (mode == WEBSUB_NONE || mode != subscription->asked ||
	    strcmp(topic, record->topic) != 0)
		return false;
	if (mode == WEBSUB_SUBSCRIBE && lease_s <= 0)
		return false;
	subscription->asked = WEBSUB_NONE;
	subscription->tries = 0;
	if (mode == WEBSUB_UNSUBSCRIBE) {
		record->lease_at = 0;
		return true;
	}
	if (lease_s > SUBSCRIPTION_LEASE_S)
		lease_s = SUBSCRIPTION_LEASE_S;
	lease = lease_s * SECOND_US;
	record->denied = false;
	record->lease_at = now + lease;
	record->next_at =
	    now + lease / 100 * (RENEW_FROM + chance % RENEW_WITHIN);
	return true;
}

bool
subscription_deny(
    struct subscription *subscription, const char *topic, int64_t now)
{
	struct websub_record *record = &subscription->record;

	if (strcmp(topic, record->topic) != 0)
		return false;
	subscription->asked = WEBSUB_NONE;
	record->lease_at = 0;
	record->denied = subscription->wanted;
	record->next_at = now + DENIED_S * SECOND_US;
	return true;
}

bool
subscription_is_over(const struct subscription *subscription, int64_t now)
{
	return !subscription->wanted &&
	       (subscription->record.lease_at <= now ||
		   (subscription->tries >= LEAVE_TRIES &&
		       now >= subscription->record.next_at));
}
