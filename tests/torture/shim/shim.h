/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What vma_lock.h, vma_lock.c and mmap_lock.h need of the kernel, in user
 * space.  Every <linux/...> header that they include leads here.
 *
 * Memory ordering is C11's, which the sanitizers understand; each operation has
 * the order that the kernel promises for it and no more.
 */
#ifndef SHIM_H
#define SHIM_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <linux/kconfig.h>

#include "base.h"
#include "atomic.h"
#include "sync.h"
#include "vma.h"
#include "trace.h"

#endif /* SHIM_H */
