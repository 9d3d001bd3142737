/*
 * Reads the system's clocks.
 */
#include <sys/time.h>
#include <time.h>

#include "frame/clock.h"

static struct timespec
read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now;
}

int64_t
clock_now_us(void)
{
	struct timespec now = read_clock(CLOCK_REALTIME);

	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_monotonic_ms(void)
{
	struct timespec now = read_clock(CLOCK_MONOTONIC);

	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct timeval
clock_timeval_ms(int64_t ms)
{
	return (struct timeval){
	    .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}
