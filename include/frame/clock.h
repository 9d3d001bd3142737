/*
 * The two clocks: the wall's, for what people and files see, and the
 * monotonic one, for every delay.
 */
#ifndef FRAME_CLOCK_H
#define FRAME_CLOCK_H

#include <stdint.h>

struct timeval;

/* Epoch microseconds. */
int64_t clock_now_us(void);
/* Milliseconds since some moment; never jumps. */
int64_t clock_monotonic_ms(void);
/* For libevent's timers. */
struct timeval clock_timeval_ms(int64_t ms);

#endif
