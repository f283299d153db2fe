/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VMALOCKTOP_METRICS_SELF_H
#define VMALOCKTOP_METRICS_SELF_H

#include "exposition.h"
#include "self.h"

/* metrics_self__write() - the metrics of the exporter itself */
void metrics_self__write(struct exposition *e, const struct self *self);

#endif
