// SPDX-License-Identifier: GPL-2.0
#include "violation_kinds.h"

const char *violation_name(enum violation_kind kind)
{
	static const char *const names[VIOLATION_NR] = {
#define X(name, text) #name,
		VIOLATION_KINDS(X)
#undef X
	};

	return names[kind];
}
