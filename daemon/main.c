/*
 * wirewatchd: watches news feeds and forwards alerts.
 */
#include <stdio.h>

#include "config.h"

int
main(int argc, char **argv)
{
	puts("wirewatchd " PACKAGE_VERSION);
	return 0;
}
