/*
 * The webhook receiver. Each name has a program of answers, taken one by one;
 * after the last it answers 200.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "bench/connection.h"
#include "bench/hook.h"
#include "bench/record.h"

#define ANSWERS_MAX 256
#define BIG_BODY (1024 * 1024)

struct step {
	char kind[12]; /* "503", "hang", "lostack" ... */
	long argument; /* after the colon, or -1 */
	unsigned left; /* how often still */
};

struct program {
	char *name;
	struct step steps[ANSWERS_MAX];
	size_t len;
	size_t at;
	struct program *next;
};

static struct program *programs;

static struct program *
program_find(const char *name)
{
	for (struct program *p = programs; p != NULL; p = p->next)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

/* kind[:argument][*times] */
static int
step_read(const char *text, struct step *step)
{
	char *colon, *times;

	*step = (struct step){.argument = -1, .left = 1};
	if (snprintf(step->kind, sizeof(step->kind), "%s", text) == 0)
		return -1;
	step->kind[strcspn(step->kind, ":*")] = '\0';
	colon = strchr(text, ':');
	times = strchr(text, '*');
	if (colon != NULL)
		step->argument = strtol(colon + 1, NULL, 10);
	if (times != NULL)
		step->left = (unsigned)strtoul(times + 1, NULL, 10);
	return 0;
}

int
hook_program(const char *name, const char *answers)
{
	struct program *program = program_find(name);
	char *copy = xstrdup(answers), *save = NULL;
	int result = 0;

	if (program == NULL) {
		program = xcalloc(1, sizeof(*program));
		program->name = xstrdup(name);
		program->next = programs;
		programs = program;
	}
	program->len = program->at = 0;
	for (char *word = strtok_r(copy, ", ", &save);
	     word != NULL && program->len < ANSWERS_MAX;
	     word = strtok_r(NULL, ", ", &save))
		if (step_read(word, &program->steps[program->len++]) != 0)
			result = -1;
	free(copy);
	return result;
}

static struct step
program_next(const char *name)
{
	static const struct step ok = {"ok", -1, 0};
	struct program *program = program_find(name);
	struct step *step;

	if (program == NULL)
		return ok;
	while (program->at < program->len) {
		step = &program->steps[program->at];
		if (step->left > 0) {
			step->left--;
			return *step;
		}
		program->at++;
	}
	return ok;
}

static bool
answer_late(struct conn *conn, void *arg)
{
	conn_whenever_sent(conn, NULL, NULL);
	conn_answer_text(conn, 200, "ok\n");
	return false;
}

static bool
send_byte(struct conn *conn, void *arg)
{
	conn_send(conn, "x", 1);
	return true;
}

static void
answer_big(struct conn *conn)
{
	char *body = xcalloc(1, BIG_BODY);

	memset(body, 'x', BIG_BODY);
	conn_answer(conn, 200, NULL, body, BIG_BODY);
	free(body);
}

/* A status with Retry-After (the argument, seconds) or Location. */
static void
answer_status(struct conn *conn, const struct step *step)
{
	char headers[64] = "";
	int status = atoi(step->kind);

	if (step->argument >= 0)
		snprintf(headers, sizeof(headers), "Retry-After: %ld\r\n",
		    step->argument);
	else if (status >= 300 && status < 400)
		snprintf(headers, sizeof(headers), "Location: /hook/moved\r\n");
	conn_answer(conn, status == 0 ? 200 : status, headers, "\n", 1);
}

static void
answer_step(struct conn *conn, const struct step *step)
{
	if (strcmp(step->kind, "hang") == 0)
		return;
	if (strcmp(step->kind, "lostack") == 0)
		conn_close(conn);
	else if (strcmp(step->kind, "rst") == 0)
		conn_reset(conn);
	else if (strcmp(step->kind, "slow") == 0)
		conn_every(conn, step->argument * 1000, answer_late, NULL);
	else if (strcmp(step->kind, "big") == 0)
		answer_big(conn);
	else if (strcmp(step->kind, "junk") == 0) {
		conn_send(conn, "\x01\x02junk\r\n\r\n", 10);
		conn_close(conn);
	} else if (strcmp(step->kind, "drip") == 0) {
		conn_send(conn, "HTTP/1.1 200 OK\r\n\r\n", 19);
		conn_every(conn, 1000, send_byte, NULL);
	} else
		answer_status(conn, step);
}

void
hook_answer(struct conn *conn, const struct request *request)
{
	const char *name = request->path + strlen("/hook/");
	char *record = xasprintf("hook:%s", name);
	struct step step = program_next(name);

	record_hook(request->body, request->body_len);
	record_request(record, request);
	free(record);
	answer_step(conn, &step);
}
