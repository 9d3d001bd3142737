/*
 * The engine role.
 */
#include "engine/engine.h"

int
engine_main(unsigned index)
{
	return 1;
}
