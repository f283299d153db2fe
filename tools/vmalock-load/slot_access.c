// SPDX-License-Identifier: GPL-2.0
#include "slot_access.h"

#include "access.h"

void slot_sample(const struct slot *s, unsigned int page, struct slot_access *a)
{
	a->seq = atomic_load(&s->seq);
	a->view = atomic_load(&s->view);
	a->page = slot_page(s, !!(a->view & VIEW_HOME), page);
}

bool slot_judge(struct worker *w, const struct slot *s, unsigned int page, struct slot_access *a,
		uint32_t want, int signo)
{
	uint32_t after;

	/* A write must be done, not only buffered, before the state is sampled again. */
	atomic_thread_fence(memory_order_seq_cst);
	after = atomic_load(&s->seq);
	a->stable = access_stable(a->seq, after);
	if (signo == SIGBUS) {
		load_violation(w, VIOLATION_sigbus, "mode=%s slot=%u page=%u addr=%p", mode_name(s->mode),
			       s->id, page, (void *)a->page);
		return false;
	}
	switch (access_judge(a->seq, a->view, after, slot_upper(s, page), want, signo)) {
	case ACCESS_GOOD:
		return true;
	case ACCESS_EXPECTED_FAULT:
		w->count.expected_segv++;
		return false;
	case ACCESS_BAD_FAULT:
		load_violation(w, VIOLATION_segv, "mode=%s slot=%u page=%u addr=%p access=%s seq=%u view=%#x",
			       mode_name(s->mode), s->id, page, (void *)a->page,
			       want == VIEW_W ? "write" : "read", a->seq, a->view);
		return false;
	case ACCESS_BAD_SUCCESS:
		load_violation(w, VIOLATION_prot, "mode=%s slot=%u page=%u addr=%p access=%s seq=%u view=%#x",
			       mode_name(s->mode), s->id, page, (void *)a->page,
			       want == VIEW_W ? "write" : "read", a->seq, a->view);
		return false;
	}
	return false;
}
