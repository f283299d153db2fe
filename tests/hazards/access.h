/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HAZARDS_ACCESS_H
#define HAZARDS_ACCESS_H

#include "hazards.h"

/* From now on load() and store() may be refused. */
void access_begin(void);

#endif /* HAZARDS_ACCESS_H */
