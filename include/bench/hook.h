/*
 * The test server's webhook receiver: records what comes and answers as it
 * was told to.
 */
#ifndef BENCH_HOOK_H
#define BENCH_HOOK_H

struct conn;
struct request;

/* POST /hook/NAME. */
void hook_answer(struct conn *, const struct request *);
/* Sets a name's answers: "503*3,429:2,ok". Returns 0, or -1 when it cannot be
 * read. */
int hook_program(const char *name, const char *answers);

#endif
