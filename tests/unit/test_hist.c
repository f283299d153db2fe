// SPDX-License-Identifier: GPL-2.0
/* Log2 histograms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "hist.h"

static void slot_bounds(void **state)
{
	(void)state;
	assert_int_equal(hist__low(0), 1);
	assert_int_equal(hist__high(0), 1);
	assert_int_equal(hist__low(1), 2);
	assert_int_equal(hist__high(1), 3);
	assert_int_equal(hist__low(31), 1ULL << 31);
	assert_int_equal(hist__high(31), UINT64_MAX);
	for (unsigned int k = 1; k < VT_SLOTS; k++)
		assert_int_equal(hist__low(k), hist__high(k - 1) + 1);
}

static void counts_and_ends(void **state)
{
	struct vt_hist h = { 0 };

	(void)state;
	assert_int_equal(hist__count(&h), 0);
	assert_int_equal(hist__first(&h), -1);
	assert_int_equal(hist__last(&h), -1);
	h.zero = 3;
	assert_int_equal(hist__count(&h), 3);
	assert_int_equal(hist__last(&h), -1);
	h.slots[5] = 1ULL << 40;
	h.slots[31] = 2;
	assert_int_equal(hist__count(&h), (1ULL << 40) + 5);
	assert_int_equal(hist__first(&h), 5);
	assert_int_equal(hist__last(&h), 31);
}

static void sums(void **state)
{
	struct vt_hist a = { .zero = 1, .slots[2] = 3, .sum = 20, .max = 7 };
	struct vt_hist b = { .zero = 2, .slots[2] = 1, .slots[4] = 1, .sum = 30, .max = 17 };

	(void)state;
	hist__add(&a, &b);
	assert_int_equal(a.zero, 3);
	assert_int_equal(a.slots[2], 4);
	assert_int_equal(a.slots[4], 1);
	assert_int_equal(a.sum, 50);
	assert_int_equal(a.max, 17);
}

static void differences(void **state)
{
	struct vt_hist before = { .zero = 1, .slots[2] = 3, .slots[6] = 1, .sum = 100, .max = 80 };
	struct vt_hist now = before, d;
	bool exact;

	(void)state;
	now.zero++;
	now.slots[2]++;
	now.sum += 7;
	d = hist__sub(&now, &before, 1, &exact);
	assert_int_equal(hist__count(&d), 2);
	assert_int_equal(d.sum, 7);
	/* The maximum did not grow: what slot 2 admits is all that is known. */
	assert_int_equal(d.max, 7);
	assert_false(exact);

	now.slots[7] = 1;
	now.sum += 130;
	now.max = 130;
	d = hist__sub(&now, &before, 1, &exact);
	assert_int_equal(d.max, 130);
	assert_true(exact);

	d = hist__sub(&now, &now, 1, &exact);
	assert_int_equal(hist__count(&d), 0);
	assert_int_equal(d.max, 0);
	assert_true(exact);
}

static void maximum_in_units(void **state)
{
	struct vt_hist before = { .slots[3] = 1, .sum = 15999, .max = 15999 }, now = before, d;
	bool exact;

	(void)state;
	/* Slot 1 of microseconds: 2000 to 3999 ns. */
	now.slots[1] += 2;
	now.sum += 4500;
	d = hist__sub(&now, &before, 1000, &exact);
	assert_int_equal(d.max, 3999);
	assert_false(exact);
	/* Zero microseconds: up to 999 ns. */
	now = before;
	now.zero += 2;
	now.sum += 1500;
	d = hist__sub(&now, &before, 1000, &exact);
	assert_int_equal(d.max, 999);
	assert_false(exact);
	/* The bound never exceeds the maximum ever seen. */
	now = before;
	now.slots[3] += 2;
	now.sum += 17000;
	d = hist__sub(&now, &before, 1000, &exact);
	assert_int_equal(d.max, 15999);
	assert_false(exact);
}

/* No maximum is more than the total, and that of one value is the total. */
static void maximum_within_total(void **state)
{
	struct vt_hist before = { .slots[5] = 1, .sum = 40000, .max = 40000 }, now = before, d;
	bool exact;

	(void)state;
	now.slots[1]++;
	now.sum += 3146;
	d = hist__sub(&now, &before, 1000, &exact);
	assert_int_equal(d.max, 3146);
	assert_true(exact);
	/* The other value takes the rest of the total. */
	now.zero++;
	now.sum += 300;
	d = hist__sub(&now, &before, 1000, &exact);
	assert_int_equal(d.max, 3446);
	assert_false(exact);
	/* Read while a larger value came: in max already, not in sum and slots. */
	now.max = 50000;
	d = hist__sub(&now, &before, 1000, &exact);
	assert_int_equal(d.max, 3446);
	assert_false(exact);
	/* Values of which none takes time. */
	now = before;
	now.zero += 3;
	d = hist__sub(&now, &before, 1000, &exact);
	assert_int_equal(d.max, 0);
	assert_true(exact);
}

static void maximum_of_parts(void **state)
{
	struct vt_hist sum = { 0 };
	struct vt_hist bound = { .slots[1] = 2, .sum = 6, .max = 3 };
	struct vt_hist known = { .slots[1] = 1, .sum = 3, .max = 3 };
	struct vt_hist large = { .slots[2] = 2, .sum = 10, .max = 7 };
	bool exact = true;

	(void)state;
	hist__add_diff(&sum, &exact, &bound, false);
	assert_false(exact);
	hist__add_diff(&sum, &exact, &known, true);
	assert_int_equal(sum.max, 3);
	assert_true(exact);
	hist__add_diff(&sum, &exact, &large, false);
	assert_int_equal(sum.max, 7);
	assert_false(exact);
	hist__add_diff(&sum, &exact, &known, true);
	assert_int_equal(hist__count(&sum), 6);
	assert_false(exact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slot_bounds),
		cmocka_unit_test(counts_and_ends),
		cmocka_unit_test(sums),
		cmocka_unit_test(differences),
		cmocka_unit_test(maximum_in_units),
		cmocka_unit_test(maximum_within_total),
		cmocka_unit_test(maximum_of_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
