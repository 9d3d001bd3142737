/*
 * The courier role; see daemon/courier/courier.c.
 */
#ifndef COURIER_COURIER_H
#define COURIER_COURIER_H

/* Runs the role as the index-th of its kind; returns the exit status. */
int courier_main(unsigned index);

#endif
