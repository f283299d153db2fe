// SPDX-License-Identifier: GPL-2.0
// What became of every fault: steps with counts, rates and shares.

import { count, percent, rate } from "./format.js";
import { Table } from "./table.js";

const RESULTS = {
	reffree: "found, went on without a reference",
	ref: "found, took a reference",
	baby: "found a BABY, gave up the wait",
	excl: "found an EXCL VMA, gave up the wait",
	zombie: "found a ZOMBIE, gave up",
	none: "found no VMA",
	range: "found a VMA that no longer fits",
};

const ATTEMPTS = {
	stale: "VMA changed or removed meanwhile",
	not_cached: "page not in memory yet",
	other: "needed page tables, an anon_vma, …",
};

const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

const FALLBACKS = {
	kernel: "of the kernel itself",
	unknown: "for a reason that this kernel doesn't tell",
};

// The steps of a report: [{ key, level, text, n, colour, note }]; n null: this kernel can't tell.
export function funnelSteps(report) {
	const { faults, waits } = report;
	const steps = [];
	const add = (key, level, text, n, kind) => steps.push({ key, level, text, n, kind });
	const parts = (key, counts, texts, label, but = []) => {
		for (const [name, n] of Object.entries(counts ?? {}))
			if (n && !but.includes(name))
				add(`${key}.${name}`, 1, texts[name] ?? label + name, n);
	};

	add("faults", 0, "page faults", faults.count);
	add("lookups", 0, "looked up under RCU", faults.lookups);
	if (faults.results) {
		add("results.reffree", 1, RESULTS.reffree, faults.results.reffree, "reffree");
		add("results.ref", 1, RESULTS.ref, faults.results.ref, "ref");
		parts("results", faults.results, RESULTS, "with the result ", ["reffree", "ref"]);
		add("rewalked", 1, "walked more than once", faults.rewalked);
	}
	if (faults.reffree_attempts) {
		add("attempts", 0, "tried without a reference", sum(faults.reffree_attempts));
		parts("attempts", faults.reffree_attempts, ATTEMPTS, "with the outcome ", ["mapped"]);
	}
	add("baby", 0, "waited on a BABY", waits.baby?.begun ?? null, "baby");
	add("excl", 0, "waited on an EXCL VMA", waits.excl?.begun ?? null, "excl");
	add("zombies", 0, "backed off from a ZOMBIE", faults.zombie_backoffs && sum(faults.zombie_backoffs));
	parts("zombies", faults.zombie_backoffs, {}, "in ");
	add("fallbacks", 0, "fell back to mmap_lock", faults.fallbacks && sum(faults.fallbacks), "fallback");
	parts("fallbacks", faults.fallbacks, FALLBACKS, "because of ");
	add("mmap_lock", 0, "waited for mmap_lock", waits.mmap_lock?.begun ?? null, "mmap_lock");
	return steps;
}

export class Funnel {
	constructor(root) {
		const known = (text) => (step) => (step.n === null ? "" : text(step));
		this.table = new Table(root, {
			name: "Funnel of faults",
			key: (step) => step.key,
			empty: "No report yet.",
			columns: [
				{ title: "Step", class: "step", cell: (step) => ({
					text: step.text, share: step.share ?? 0, kind: step.kind,
					sub: step.n === null ? "not known on this kernel" : "",
				}) },
				{ title: "Count", class: "n lo", cell: known((step) => count(step.n)) },
				{ title: "Per second", class: "n", cell: known((step) => rate(step.perSecond)) },
				{ title: "Share", class: "n", cell: known((step) => percent(step.share)) },
			],
		});
	}

	update(report) {
		const seconds = report.elapsed_ns / 1e9;
		const steps = funnelSteps(report);
		for (const step of steps) {
			step.share = report.faults.count ? step.n / report.faults.count : NaN;
			step.perSecond = seconds > 0 ? step.n / seconds : 0;
		}
		this.table.update(steps);
		for (const step of steps)
			this.table.rows.get(step.key).tr.dataset.level = step.level;
	}
}
