// SPDX-License-Identifier: GPL-2.0
// The heat map of addresses: where in a region faults waited.

import { count, duration, short, size } from "./format.js";
import { columnAt } from "./latency.js";

// A grid of /api/offsets' answer.
export function offsetsGrid(offsets, columns, stepSeconds, to) {
	const rows = offsets.rows;
	const start = BigInt(offsets.start), first = BigInt(offsets.first_row), bytes = BigInt(offsets.row_bytes);
	const grid = { to, step: stepSeconds, columns, rows, cells: new Map(), times: new Map(), known: new Set(), max: 0,
		totals: new Array(rows).fill(0) };
	const newest = offsets.columns.at(-1);
	let waits = 0, ns = 0;
	for (const c of offsets.columns) {
		const at = columnAt(c, newest, columns);
		if (at < 0)
			continue;
		grid.known.add(at);
		for (const [row, n, time] of c.waits) {
			grid.cells.set(at * rows + row, n);
			grid.times.set(at * rows + row, time);
			grid.max = Math.max(grid.max, n);
		}
	}
	for (const [row, n, time] of offsets.total) {
		grid.totals[row] = n;
		waits += n;
		ns += time;
	}
	// The first row may begin before the region.
	const offset = (row) => {
		const at = first + BigInt(row) * bytes - start;
		return Number(at < 0n ? 0n : at);
	};
	const every = Math.max(1, Math.round(rows / 4));
	grid.label = (row) => `offset ${size(offset(row))} to ${size(offset(row + 1))}`;
	grid.mark = (row) => (row % every === 0 ? (row ? "+" + short(size(offset(row))) : "0") : null);
	grid.value = (n, column, row) => (n ? `${count(n)} ${n === 1 ? "wait" : "waits"}, ${duration(grid.times.get(column * rows + row))}`
		: "no wait") + `; ${count(grid.totals[row])} since the start`;
	grid.summary = `${count(waits)} waits at known addresses since the start, ${duration(ns)}` +
		(offsets.unknown.count ? `; ${count(offsets.unknown.count)} of the process at unknown ones` : "") +
		`; a row is ${size(Number(bytes))}`;
	return grid;
}
