// SPDX-License-Identifier: GPL-2.0
#include "hist.h"

uint64_t hist__count(const struct vt_hist *h)
{
	uint64_t n = h->zero;

	for (int k = 0; k < VT_SLOTS; k++)
		n += h->slots[k];
	return n;
}

void hist__add(struct vt_hist *to, const struct vt_hist *from)
{
	to->zero += from->zero;
	for (int k = 0; k < VT_SLOTS; k++)
		to->slots[k] += from->slots[k];
	to->sum += from->sum;
	if (from->max > to->max)
		to->max = from->max;
}

void hist__add_diff(struct vt_hist *to, bool *to_exact, const struct vt_hist *from, bool from_exact)
{
	if (from->max > to->max || !hist__count(to))
		*to_exact = from_exact;
	else if (from->max == to->max)
		*to_exact |= from_exact;
	hist__add(to, from);
}

/* The largest maximum that a histogram admits whose last slot in use is @last, -1: only zeros; in units of max. */
static uint64_t bound(int last, uint64_t unit)
{
	uint64_t high;

	if (last < 0)
		return unit - 1;
	high = hist__high(last);
	/* A slot's value is rounded down to its unit. */
	return high >= UINT64_MAX / unit ? UINT64_MAX : (high + 1) * unit - 1;
}

/* The smallest maximum that @n values with @sum admit, the largest of them in slot @last; in units of max. */
static uint64_t least(uint64_t n, uint64_t sum, int last, uint64_t unit)
{
	uint64_t avg = sum / n + !!(sum % n), low = 0;

	if (last >= 0)
		low = hist__low(last) > UINT64_MAX / unit ? UINT64_MAX : hist__low(last) * unit;
	return avg > low ? avg : low;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

struct vt_hist hist__sub(const struct vt_hist *now, const struct vt_hist *before, uint64_t unit,
			 bool *exact)
{
	struct vt_hist d = { .zero = now->zero - before->zero, .sum = now->sum - before->sum, .max = now->max };
	uint64_t most, n = d.zero;
	int last = -1;

	for (int k = 0; k < VT_SLOTS; k++) {
		d.slots[k] = now->slots[k] - before->slots[k];
		n += d.slots[k];
		if (d.slots[k])
			last = k;
	}
	if (!n) {
		d.max = 0;
		*exact = true;
		return d;
	}
	/* A value that came while @now was read may be in its max and not yet in slots and sum. */
	most = smaller(bound(last, unit), d.sum);
	*exact = now->max != before->max && d.max <= most;
	if (!*exact) {
		d.max = smaller(d.max, most);
		*exact = d.max == least(n, d.sum, last, unit);
	}
	return d;
}

uint64_t hist__low(unsigned int k)
{
	return 1ULL << k;
}

uint64_t hist__high(unsigned int k)
{
	return k >= VT_SLOTS - 1 ? UINT64_MAX : (1ULL << (k + 1)) - 1;
}

int hist__first(const struct vt_hist *h)
{
	for (int k = 0; k < VT_SLOTS; k++)
		if (h->slots[k])
			return k;
	return -1;
}

int hist__last(const struct vt_hist *h)
{
	for (int k = VT_SLOTS - 1; k >= 0; k--)
		if (h->slots[k])
			return k;
	return -1;
}
