// SPDX-License-Identifier: GPL-2.0
// The heat map of waits by length: a grid of the history's histograms.

import { NARROW, count, duration, rate, short, slotBounds } from "./format.js";
import { kindName } from "./kinds.js";

const UNIT_NS = 1000;
const FEWEST_ROWS = 16;

// Which column of a chart over span seconds a column of the history is in; negative: before it.
export function columnAt(column, newest, columns) {
	return columns - 1 - (newest.seq - column.seq);
}

// A grid of the waits of a kind during the last columns of the history.
export function latencyGrid(history, kind, columns, stepSeconds) {
	const newest = history.at(-1);
	const grid = { to: newest?.end ?? Date.now() / 1000, step: stepSeconds, columns, rows: FEWEST_ROWS, cells: new Map(),
		known: new Set(), max: 0, totals: [] };
	const shown = newest ? history.filter((c) => columnAt(c, newest, columns) >= 0 && c.waits[kind]) : [];
	for (const c of shown)
		for (const [row] of c.waits[kind].slots)
			grid.rows = Math.max(grid.rows, row + 2);
	grid.totals = new Array(grid.rows).fill(0);
	let waits = 0, ns = 0;
	for (const c of shown) {
		const at = columnAt(c, newest, columns);
		grid.known.add(at);
		waits += c.waits[kind].count;
		ns += c.waits[kind].total_ns;
		for (const [row, n] of c.waits[kind].slots) {
			grid.cells.set(at * grid.rows + row, n);
			grid.totals[row] += n;
			grid.max = Math.max(grid.max, n);
		}
	}
	grid.label = (row) => {
		const [low, end] = slotBounds(row, UNIT_NS);
		return `${duration(low)} to ${duration(end)}`;
	};
	// Each tenfold would be nicer, but rows are powers of two.
	grid.mark = (row) => (row % 5 === 1 ? short(duration(slotBounds(row, UNIT_NS)[0])) : null);
	grid.value = (n) => `${count(n)} ${n === 1 ? "wait" : "waits"}`;
	grid.summary = waits
		? `${count(waits)} ended, ${duration(ns / waits)} on average, ${quantiles(grid.totals, waits)}; ${kindName(kind)}: ` +
			`${rate(waits / Math.max(1, grid.known.size * stepSeconds))} a second`
		: "";
	return grid;
}

// The lengths below which half and 99 of 100 waits stayed, as far as rows tell them.
function quantiles(totals, waits) {
	const below = (part) => {
		let seen = 0;
		for (const [row, n] of totals.entries()) {
			seen += n;
			if (seen >= waits * part)
				return duration(slotBounds(row, UNIT_NS)[1]);
		}
		return "?";
	};
	return `half under ${below(0.5)}, 99${NARROW}% under ${below(0.99)}`;
}
