/*
 * Loading the configuration in a process aside and swapping it in.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "frame/clock.h"
#include "frame/log.h"
#include "frame/peer.h"
#include "parent/child.h"
#include "parent/loader.h"
#include "parent/notify.h"
#include "parent/parent.h"
#include "parent/reload.h"
#include "parent/slices.h"

#define EXIT_BAD_CONFIG 78
#define PRIORITY_ERROR 3 /* of sd-daemon(3) and syslog(3) */
#define PRIORITY_WARNING 4

static void
log_problem(const struct parent *parent, const char *line, bool refused)
{
	if (parent->options.syslog) {
		char *prefixed = xasprintf("<%d>%s",
		    refused ? PRIORITY_ERROR : PRIORITY_WARNING, line);

		log_forward(prefixed);
		free(prefixed);
	} else if (refused) {
		log_error("%s", line);
	} else {
		log_warning("%s", line);
	}
}

/* Line by line: neither syslog nor JSON knows others. */
static void
log_problems(const struct parent *parent, const char *text, bool refused)
{
	const char *end;

	for (; *text != '\0'; text = *end == '\n' ? end + 1 : end) {
		char *line;

		end = text + strcspn(text, "\n");
		line = xstrndup(text, (size_t)(end - text));
		log_problem(parent, line, refused);
		free(line);
	}
}

/* Writes what the loader found, on stderr as it stands. */
static void
print_problems(const struct parent *parent, const char *text, bool refused)
{
	if (parent->options.syslog || parent->options.json)
		log_problems(parent, text, refused);
	else if (*text != '\0' && write(STDERR_FILENO, text, strlen(text)) < 0)
		log_error("stderr: %s", strerror(errno));
}

static void
send_result(struct child *desk, uint64_t request, bool ok, const char *text)
{
	struct buf *buf = peer_begin(desk->peer, MESSAGE_RELOAD_RESULT);

	message_put_u64(buf, request);
	message_put_u32(buf, ok);
	message_put_str(buf, text);
	peer_send(desk->peer);
}

/* Answers everyone who had asked when this reload began; who asked later is
 * answered by the next. One that nobody asked for came by a signal: the desk is
 * told with the request 0, for its status. */
static void
answer(struct parent *parent, bool ok, const char *text)
{
	struct child *desk = parent_find(parent, ROLE_DESK, 0);

	if (desk != NULL && desk->peer != NULL) {
		for (size_t i = 0; i < parent->requests_now; i++)
			send_result(desk, parent->requests[i], ok, text);
		if (parent->requests_now == 0)
			send_result(desk, 0, ok, text);
	}
	parent->requests_len -= parent->requests_now;
	memmove(parent->requests, parent->requests + parent->requests_now,
	    parent->requests_len * sizeof(*parent->requests));
	parent->requests_now = 0;
}

void
reload_start(struct parent *parent)
{
	uint64_t epoch = parent->slices != NULL ? parent->slices->epoch : 0;

	if (parent->loader != 0 || parent->reload_pending) {
		parent->reload_again = true;
		return;
	}
	parent->requests_now = parent->requests_len;
	if (parent->ready_said)
		notify("RELOADING=1\nMONOTONIC_USEC=%lld\nSTATUS=reloading",
		    (long long)clock_monotonic_ms() * 1000);
	parent->loading = slices_new(epoch + 1);
	if (parent->loading == NULL)
		fatal("reload: no memory file: %s", strerror(errno));
	parent->loader =
	    loader_spawn(parent->loading, parent->options.config_path);
	if (parent->loader == -1)
		fatal("reload: fork: %s", strerror(errno));
}

void
reload_request(struct parent *parent, uint64_t request)
{
	if (parent->requests_len == RELOAD_REQUESTS_MAX) {
		log_warning("reload: more than %d at once, one not answered",
		    RELOAD_REQUESTS_MAX);
		return;
	}
	parent->requests[parent->requests_len++] = request;
	reload_start(parent);
}

void
reload_forget_requests(struct parent *parent)
{
	parent->requests_len = parent->requests_now = 0;
}

/* The next reload, when one was asked for meanwhile. */
static void
start_again(struct parent *parent)
{
	if (!parent->reload_again)
		return;
	parent->reload_again = false;
	reload_start(parent);
}

/* A slip of an editor far more often than a wish; who wants no feeds stops the
 * service. */
static bool
drops_all_feeds(const struct parent *parent)
{
	return parent->slices != NULL && parent->slices->feeds > 0 &&
	       parent->loading->feeds == 0;
}

/* The old configuration stays: the new one is bad, or the loader failed. */
static void
refuse(struct parent *parent, bool bad, int wait_status, const char *problems)
{
	print_problems(parent, problems, true);
	if (parent->slices == NULL) {
		if (!bad)
			log_error("the loader failed, status %#x", wait_status);
		parent_stop(parent, bad ? EXIT_BAD_CONFIG : 1);
		return;
	}
	if (bad)
		log_error("reload: the configuration has errors; the old one "
			  "stays in force");
	else
		log_error("reload: the loader failed, status %#x; the old "
			  "configuration stays in force",
		    wait_status);
	answer(parent, false,
	    *problems != '\0' ? problems : "the loader failed; see the log");
	if (parent->ready_said)
		notify("READY=1\n"
		       "STATUS=reload refused, old configuration in force");
	start_again(parent);
}

/* Swaps the new slices in and sends them to all roles. */
static void
accept(struct parent *parent, const char *problems)
{
	struct slices *old = parent->slices;
	char *summary = slices_summary(parent->loading);

	print_problems(parent, problems, false);
	parent->slices = parent->loading;
	parent->loading = NULL;
	parent->reload_pending = old != NULL;
	log_set_level(parent->slices->log_level);
	log_info("configuration: %s", summary);
	free(summary);
	for (size_t i = 0; i < parent->children_len; i++)
		if (parent->children[i]->state == CHILD_UP)
			child_configure(parent->children[i]);
	parent_adjust_children(parent);
	slices_free(old);
	reload_check_done(parent);
}

/* What speaks against the new configuration, though it is sound; the caller
 * frees. NULL: nothing. */
static char *
find_objection(struct parent *parent)
{
	char *error, *text;

	if (drops_all_feeds(parent))
		return xasprintf("error: the new configuration has no feeds, "
				 "the one in force has %u\n",
		    parent->slices->feeds);
	/* Before the first desk the parent opens it. */
	if (!parent->engine_was_up || listener_move(&parent->listener,
					  parent->loading->listen, &error) == 0)
		return NULL;
	text = xasprintf("error: %s\n", error);
	free(error);
	return text;
}

bool
reload_on_death(struct parent *parent, pid_t pid, int wait_status)
{
	char *problems, *objection;
	bool loaded, bad;

	if (pid != parent->loader)
		return false;
	parent->loader = 0;
	if (parent->stopping) {
		slices_free(parent->loading);
		parent->loading = NULL;
		return true;
	}
	problems = slices_problems(parent->loading);
	loaded = wait_status == 0 && slices_seal(parent->loading) == 0;
	bad = WIFEXITED(wait_status) &&
	      WEXITSTATUS(wait_status) == EXIT_BAD_CONFIG;
	objection = loaded ? find_objection(parent) : NULL;
	if (objection != NULL) {
		free(problems);
		problems = objection;
		loaded = false;
		bad = true;
	}
	if (loaded) {
		accept(parent, problems);
	} else {
		slices_free(parent->loading);
		parent->loading = NULL;
		refuse(parent, bad, wait_status, problems);
	}
	free(problems);
	return true;
}

/* Replaces a role that cannot take the new configuration over, one at a time,
 * so that the others go on. */
static void
replace_next(struct parent *parent)
{
	struct child *next = NULL;

	for (size_t i = 0; i < parent->children_len; i++) {
		struct child *child = parent->children[i];

		if (!child->wanted || child_is_backed_off(child))
			continue;
		if (child->state != CHILD_UP)
			return;
		if (next == NULL && child_is_outdated(child))
			next = child;
	}
	if (next == NULL)
		return;
	log_info("%s %u: replaced for the new configuration",
	    role_name(next->kind), next->index);
	child_stop(next);
}

void
reload_check_done(struct parent *parent)
{
	static const char text[] = "the new configuration is in force";

	if (!parent->reload_pending || parent->stopping)
		return;
	replace_next(parent);
	if (!parent_is_ready(parent))
		return;
	parent->reload_pending = false;
	log_info("reload: %s", text);
	answer(parent, true, text);
	notify("READY=1");
	parent_say_status(parent);
	start_again(parent);
}
