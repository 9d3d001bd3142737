/*
 * The courier role.
 */
#include "courier/courier.h"

int
courier_main(unsigned index)
{
	return 1;
}
