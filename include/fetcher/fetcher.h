/*
 * The fetcher role; see daemon/fetcher/fetcher.c.
 */
#ifndef FETCHER_FETCHER_H
#define FETCHER_FETCHER_H

/* Runs the role as the index-th of its kind; returns the exit status. */
int fetcher_main(unsigned index);

#endif
