// SPDX-License-Identifier: GPL-2.0
// What is known how well on this kernel, what was lost, and what watching costs.

import { count, duration, percent, size } from "./format.js";
import { el, setAttribute, setText } from "./dom.js";
import { KINDS } from "./kinds.js";

const sum = (o) => Object.values(o).reduce((a, b) => a + b, 0);

// What report.lost says since the start: by cause, and what isn't lost though it isn't timed either, for it was under way
// when counting began. Of a beginning that could not be noted the end is without a beginning, too: that is one loss, not two.
export function losses(lost) {
	const causes = Object.fromEntries(Object.entries(lost).filter(([cause]) => !cause.endsWith("_unmatched")));
	const before = (kind) => Math.max(0, lost[`${kind}_unmatched`] - lost[`${kind}_unstamped`]);
	return { causes, waits: sum(KINDS.filter((kind) => kind !== "life").map(before)), births: before("life") };
}

// A list of metrics with their grades.
function list(coverage) {
	return el("ul", { class: "coverage" }, ...coverage.map(([metric, c]) => el("li", { "data-grade": c.grade },
		el("b", { text: metric }), el("span", { text: c.grade }), el("small", { text: c.why ?? c.source ?? "" }))));
}

// Pairs of what was lost, and of what it costs.
function facts(report, status) {
	const list = el("dl", { class: "facts" });
	const add = (name, text) => list.append(el("div", {}, el("dt", { text: name }), el("dd", { text })));
	const { causes, waits, births } = losses(report.lost);
	for (const [cause, n] of Object.entries(causes))
		if (n)
			add(`incomplete: ${cause}`, count(n));
	if (waits)
		add("not timed: waits under way when counting began", count(waits));
	if (births)
		add("not timed: BABYs born before counting began", count(births));
	if (report.left_out)
		add("left out of rankings by options", count(report.left_out));
	if (report.cost) {
		const bytes = sum(report.cost.map_bytes);
		const seconds = status.now - status.begun;
		add("kernel memory of maps", size(bytes));
		add("CPU time of vmalocktop", `${duration(report.cost.cpu_ns)}, ${percent(report.cost.cpu_ns / 1e9 / seconds)} of one CPU`);
		const ns = sum(Object.fromEntries(Object.entries(report.cost.programs).map(([name, p]) => [name, p.ns])));
		if (ns)
			add("time in BPF programs", `${duration(ns)}, ${percent(ns / 1e9 / seconds)} of one CPU`);
	}
	return list;
}

export class Trust {
	constructor(root, summary) {
		this.poor = el("div");
		this.facts = el("div");
		this.all = el("div");
		root.replaceChildren(this.facts, this.poor,
			el("details", {}, el("summary", { text: "Every metric, and where it comes from" }), this.all));
		this.summary = summary;
		this.shown = "";
	}

	update(status, report) {
		const grades = Object.values(status.coverage).map((c) => c.grade);
		const of = (grade) => grades.filter((g) => g === grade).length;
		const lost = sum(losses(report.lost).causes);
		setText(this.summary, `${lost ? `${count(lost)} incompletely counted` : "nothing lost"} · ${of("exact")} metrics exact, ` +
			`${of("degraded")} degraded, ${of("absent")} absent`);
		setAttribute(this.summary, "data-lost", lost ? "yes" : "no");
		const now = JSON.stringify([status.coverage, report.lost, report.left_out, report.cost, status.begun]);
		if (now === this.shown)
			return;
		this.shown = now;
		const coverage = Object.entries(status.coverage);
		this.facts.replaceChildren(facts(report, status));
		this.poor.replaceChildren(list(coverage.filter(([, c]) => c.grade !== "exact")));
		this.all.replaceChildren(list(coverage));
	}
}
