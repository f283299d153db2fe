// SPDX-License-Identifier: GPL-2.0
// The first question, answered in a sentence and a few figures: is it VMA locking at all?

import { count, duration, longest, percent, rate, task } from "./format.js";
import { el, setAttribute, setText } from "./dom.js";

// How many threads must stand still, on average, to call it much or some.
const MUCH = 0.5, SOME = 0.01;

// The sentence.
export function sentence(report) {
	const v = report.lost_to_vma_locks;
	const waiting = v.still_waiting ? ` ${count(v.still_waiting)} ${v.still_waiting === 1 ? "waits" : "wait"} right now.` : "";
	if (!v.fault_wait_ns)
		return `Faults lost no time to VMA locks.${waiting}`;
	const b = v.first_blocker;
	const behind = b ? `; ${percent(b.share)} of it behind ${task(b.comm, b.tid)} in ${b.syscall ?? "no system call"}` : "";
	return `Faults lost ${duration(v.fault_wait_ns)} in ${duration(report.elapsed_ns)}: ${rate(v.stalled_threads)} ` +
		`${v.stalled_threads === 1 ? "thread" : "threads"} stood still on average${behind}.${waiting}`;
}

export class Verdict {
	constructor(text, figures) {
		this.text = text;
		this.figures = {};
		const names = { stalled: "threads standing still", faults: "faults per second", rcu: "done under RCU",
			fallbacks: "took mmap_lock", longest: "longest wait", open: "waiting now" };
		for (const [key, name] of Object.entries(names)) {
			this.figures[key] = el("dd", { id: `figure-${key}` });
			figures.append(el("div", {}, el("dt", { text: name }), this.figures[key]));
		}
	}

	// answer: of /api/report
	update({ report, left_out }) {
		const { faults, waits, lost_to_vma_locks: v, elapsed_ns } = report;
		setText(this.text, sentence(report));
		setAttribute(this.text, "data-level", v.stalled_threads >= MUCH ? "much" : v.stalled_threads >= SOME ? "some" : "none");
		const set = (key, text) => setText(this.figures[key], text);
		const share = (n) => (n === null || !faults.count ? "–" : percent(n / faults.count));
		set("stalled", rate(v.stalled_threads));
		set("faults", elapsed_ns && faults.count !== null ? rate(faults.count * 1e9 / elapsed_ns) : "–");
		set("rcu", share(faults.results && faults.results.reffree + faults.results.ref));
		set("fallbacks", share(faults.fallbacks && Object.values(faults.fallbacks).reduce((a, b) => a + b, 0)));
		set("longest", longest(Object.entries(waits).filter(([kind, w]) => w && kind !== "life").map(([, w]) => w)));
		set("open", report.open_waits ? count(report.open_waits.length + left_out.open_waits) : "–");
	}
}
