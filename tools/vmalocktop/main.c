// SPDX-License-Identifier: GPL-2.0
/* vmalocktop: show how page faults and writers wait for per-VMA locks. */
#include "diag.h"
#include "env.h"
#include "replay.h"
#include "session.h"

int main(int argc, char **argv)
{
	struct env env;

	env__parse(&env, argc, argv);
	diag_verbose(env.verbose > 0);
	return env.replay ? replay__run(&env) : session__run(&env);
}
