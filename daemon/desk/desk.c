/*
 * The desk role.
 */
#include "desk/desk.h"

int
desk_main(unsigned index)
{
	return 1;
}
