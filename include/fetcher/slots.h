/*
 * Who may talk to whom, and when: so many exchanges in all, so many to one
 * host, and a rest between any two of a host. Who comes first is served first.
 * Pure.
 */
#ifndef FETCHER_SLOTS_H
#define FETCHER_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct slots;
struct slot_host;

/* Part of whoever wants a slot. The claimant says whether it is secure: only
 * TLS connections are shared. */
struct slot_claim {
	bool secure;
	TAILQ_ENTRY(slot_claim) next;
	struct slot_host *host; /* NULL: claims nothing */
	bool granted;
	bool at_host; /* waits for its host, not for any slot */
	void (*on_grant)(void *arg);
	void *arg;
};

#define SLOTS_SHARED 32 /* to a host that serves many on one connection */

/* total, per_host: at least 1, and 2 where connections are shared. */
struct slots *slots_new(size_t total, size_t per_host);
/* No claim may be left; takes NULL. */
void slots_free(struct slots *);
void slots_set_total(struct slots *, size_t total);
/* Between the starts of any two exchanges with a host. */
void slots_set_spacing(struct slots *, int64_t spacing_ms);
/* Tells the time, which only grows; grants what that brings. To be called
 * before slots_claim() and slots_release() as well. */
void slots_run(struct slots *, int64_t now_ms);
/* When slots_run() is due although nothing else happens; -1: never. */
int64_t slots_due_ms(const struct slots *);
/* Claims a slot for the host; on_grant is called now or later, once. */
void slots_claim(struct slots *, struct slot_claim *, const char *host,
    void (*on_grant)(void *arg), void *arg);
/* Gives the slot, or the place in the queue, back; who waits is granted. A
 * claim of nothing may be released. */
void slots_release(struct slots *, struct slot_claim *);
/* Whether the host of a granted claim serves many at a time on one connection,
 * as it did last. */
void slots_share_host(struct slots *, const struct slot_claim *, bool shared);
/* Slots in use. */
size_t slots_used(const struct slots *);

#endif
