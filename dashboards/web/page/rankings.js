// SPDX-License-Identifier: GPL-2.0
// The tables of regions, of writers and of open waits.

import { count, duration, longest, percent, size, task } from "./format.js";
import { FAULT_KINDS, kindMeaning, kindName } from "./kinds.js";
import { Table } from "./table.js";

const regionName = (r) => r.name ?? (r.size ? "[anon]" : "(unknown)");

// Time lost per second of a report, in words: a rate while the window moves.
function lost(ns, report) {
	return report.elapsed_ns ? `${duration(ns * 1e9 / report.elapsed_ns)}/s` : "–";
}

// The waits of faults in a region, as *times* by kind.
function faultWaits(region) {
	return FAULT_KINDS.map((kind) => region.kinds[kind]).filter(Boolean);
}

export class Regions {
	constructor(root, view, choose) {
		this.report = null;
		this.table = new Table(root, {
			name: "Regions that lose time",
			key: (r) => `${r.pid} ${r.start} ${r.end} ${r.name}`,
			choose,
			chosen: (r) => Boolean(view.region) && view.region.pid === r.pid && view.region.start === r.start &&
				view.region.end === r.end,
			empty: "No region had a wait in this time.",
			columns: [
				{ title: "Region", class: "name", cell: (r) => ({
					text: regionName(r),
					title: `${regionName(r)} ${r.start}-${r.end}`,
					sub: `${task(r.comm, r.pid)} · ${r.start}`,
				}) },
				{ title: "Size", class: "n", cell: (r) => (r.size ? size(r.size) : "–") },
				{ title: "Waits", class: "n lo", cell: (r) => count(faultWaits(r).reduce((n, times) => n + times.count, 0)) },
				{ title: "Longest", class: "n lo", cell: (r) => longest(faultWaits(r)) },
				{ title: "Lost", class: "n", cell: (r) => ({
					text: lost(r.fault_wait_ns, this.report),
					share: r.fault_wait_ns / this.report.lost_to_vma_locks.fault_wait_ns,
				}) },
			],
		});
	}

	update({ report, left_out }) {
		this.report = report;
		this.table.update(report.regions, left_out.regions);
	}
}

export class Writers {
	constructor(root) {
		this.report = null;
		this.comms = new Map();
		const share = (b) => b.total_ns / this.report.lost_to_vma_locks.fault_wait_ns;
		this.table = new Table(root, {
			name: "Writers and their victims",
			key: (b) => `${b.pid} ${b.tid} ${b.syscall} ${b.stalled_pid} ${b.kind}`,
			empty: "No fault waited for a writer that is known.",
			columns: [
				{ title: "Writer", class: "name", cell: (b) => ({
					text: `${b.comm || "?"} in ${b.syscall ?? "no system call"}`,
					sub: b.tid === b.pid ? `process ${b.pid}` : `thread ${b.tid} of process ${b.pid}`,
				}) },
				{ title: "Last on", class: "lo", cell: (b) => (b.start === null ? "–"
					: { text: size(b.size), sub: b.start }) },
				{ title: "Stalled", cell: (b) => ({
					text: b.stalled_pid === b.pid ? "its own process" : task(this.comms.get(b.stalled_pid), b.stalled_pid),
					sub: `faults, ${kindName(b.kind)}`, title: kindMeaning(b.kind), kind: b.kind,
				}) },
				{ title: "Faults", class: "n lo", cell: (b) => count(b.count) },
				{ title: "On average", class: "n lo", cell: (b) => duration(b.total_ns / b.count) },
				{ title: "Lost", class: "n", cell: (b) => ({ text: lost(b.total_ns, this.report), share: share(b) }) },
				{ title: "Share", class: "n", cell: (b) => percent(share(b)) },
			],
		});
	}

	update({ report, left_out }) {
		this.report = report;
		this.comms = new Map(report.regions.map((r) => [r.pid, r.comm]));
		this.table.update(report.blockers, left_out.blockers);
	}
}

// Waits for which no writer can be named, in a sentence; empty if there are none.
export function unknownWriters(report) {
	const texts = { released: "mmap_lock was just free again", read_locked: "readers held it", unreadable: "its owner could not be read" };
	const parts = Object.entries(report.blocker_unknown).filter(([, n]) => n)
		.map(([why, n]) => `${count(n)} (${texts[why] ?? why})`);
	return parts.length ? `No writer is known of ${parts.join(", ")} waits.` : "";
}

export class OpenWaits {
	constructor(root) {
		this.table = new Table(root, {
			name: "Waits that have not ended",
			key: (w) => `${w.tid} ${w.kind}`,
			empty: "Nothing waits.",
			columns: [
				{ title: "For", class: "n age", cell: (w) => duration(w.age_ns) },
				{ title: "Thread", class: "name", cell: (w) => ({
					text: task(w.comm, w.tid), sub: w.tid === w.pid ? "" : `of process ${w.pid}`,
				}) },
				{ title: "Waits", cell: (w) => ({
					text: kindName(w.kind), sub: w.op ? `in ${w.op}` : "", title: kindMeaning(w.kind), kind: w.kind,
				}) },
				{ title: "VMA", class: "name lo", cell: (w) => (w.start === w.end ? "not known yet"
					: { text: w.name ?? "[anon]", sub: `${w.start}-${w.end}` }) },
				{ title: "Address", class: "lo", cell: (w) => w.address ?? "–" },
				{ title: "Behind", class: "name", cell: (w) => (w.blocker
					? { text: `${w.blocker.comm || "?"} in ${w.blocker.syscall ?? "no system call"}`, sub: `thread ${w.blocker.tid}` }
					: w.kind === "drain" ? "faults on the VMA" : "unknown") },
			],
		});
	}

	update({ report, left_out }) {
		const waits = report.open_waits ?? [];
		this.table.update(waits, left_out.open_waits);
		for (const w of waits)
			this.table.rows.get(`${w.tid} ${w.kind}`).tr.dataset.age = w.age_ns > 10e9 ? "hangs" : w.age_ns > 1e9 ? "long" : "";
	}
}
