/*
 * The fetcher role.
 */
#include "fetcher/fetcher.h"

int
fetcher_main(unsigned index)
{
	return 1;
}
