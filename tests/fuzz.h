/*
 * The one function of a fuzz target: called by libFuzzer with any bytes, and
 * by fuzz_replay.c with those of the corpus.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Returns 0; a fault is a crash, a sanitizer report or an abort. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
