/*
 * Times are counted in microseconds.
 */
#ifndef BASE_SECOND_H
#define BASE_SECOND_H

#include <stdint.h>

#define SECOND_US INT64_C(1000000)

#endif
