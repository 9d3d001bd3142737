/*
 * Who may talk to whom at the same time: so many exchanges in all, so many to
 * one host. Who comes first is served first. Pure.
 */
#ifndef FETCHER_SLOTS_H
#define FETCHER_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

struct slots;
struct slot_host;

/* Part of whoever wants a slot. */
struct slot_claim {
	TAILQ_ENTRY(slot_claim) next;
	struct slot_host *host; /* NULL: claims nothing */
	bool granted;
	bool at_host; /* waits for its host, not for any slot */
	void (*on_grant)(void *arg);
	void *arg;
};

/* total, per_host: at least 1. */
struct slots *slots_new(size_t total, size_t per_host);
/* No claim may be left; takes NULL. */
void slots_free(struct slots *);
void slots_set_total(struct slots *, size_t total);
/* Claims a slot for the host; on_grant is called now or later, once. */
void slots_claim(struct slots *, struct slot_claim *, const char *host,
    void (*on_grant)(void *arg), void *arg);
/* Gives the slot, or the place in the queue, back; who waits is granted. A
 * claim of nothing may be released. */
void slots_release(struct slots *, struct slot_claim *);
/* Slots in use. */
size_t slots_used(const struct slots *);

#endif
