// SPDX-License-Identifier: GPL-2.0
// Numbers as people read them: three digits, a unit.

// A narrow space that lines do not break at.
export const NARROW = "\u202f";

function scaled(value, steps) {
	let [factor, unit] = steps[0];
	for (const [f, u] of steps)
		if (Math.abs(value) >= f)
			[factor, unit] = [f, u];
	return [value / factor, unit];
}

function threeDigits(v) {
	const a = Math.abs(v);
	if (a >= 99.95 || v === 0)
		return v.toFixed(0);
	if (a >= 9.995)
		return v.toFixed(1);
	return v.toFixed(2);
}

function withUnit(value, steps) {
	const [v, unit] = scaled(value, steps);
	return unit ? threeDigits(v) + NARROW + unit : threeDigits(v);
}

const TIMES = [[1, "ns"], [1e3, "µs"], [1e6, "ms"], [1e9, "s"], [60e9, "min"], [3600e9, "h"], [86400e9, "d"]];
const SIZES = [[1, "B"], [2 ** 10, "KiB"], [2 ** 20, "MiB"], [2 ** 30, "GiB"], [2 ** 40, "TiB"], [2 ** 50, "PiB"]];

// A length of time in nanoseconds.
export function duration(ns) {
	return ns === 0 ? "0" : withUnit(ns, TIMES);
}

// The longest of several *times* of a report: "≤" if it is not known exactly, only a bound of it.
export function longest(all) {
	if (all.length === 0)
		return "–";
	const ns = Math.max(...all.map((times) => times.max_ns));
	const exact = all.some((times) => times.max_ns === ns && times.max_exact);
	return (exact ? "" : "≤" + NARROW) + duration(ns);
}

// How long something has been going on, in seconds: two units.
export function ago(seconds) {
	const s = Math.max(0, Math.floor(seconds));
	const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
	const first = units.findIndex(([, n]) => s >= n);
	if (first < 0)
		return "0" + NARROW + "s";
	const parts = [];
	let rest = s;
	for (const [unit, n] of units.slice(first, first + 2)) {
		parts.push(Math.floor(rest / n) + NARROW + unit);
		rest %= n;
	}
	return parts.join(" ");
}

// A size in bytes.
export function size(bytes) {
	return bytes === 0 ? "0" : withUnit(bytes, SIZES);
}

// A count per second, or any number without a unit.
export function rate(v) {
	if (v === 0)
		return "0";
	if (Math.abs(v) < 0.01)
		return v.toPrecision(1);
	return withUnit(v, [[1, ""], [1e3, "k"], [1e6, "M"], [1e9, "G"]]);
}

// A count, with all its digits.
export function count(n) {
	return n.toLocaleString("en").replaceAll(",", NARROW);
}

// A part of a whole, 0 to 1.
export function percent(share) {
	if (!Number.isFinite(share))
		return "–";
	const p = share * 100;
	if (p === 0)
		return "0" + NARROW + "%";
	if (p < 0.001)
		return "< 0.001" + NARROW + "%";
	return (p >= 99.95 ? p.toFixed(0) : p >= 10 ? p.toFixed(1) : p >= 0.1 ? p.toFixed(2) : p.toFixed(3)) +
		NARROW + "%";
}

// The time of day of a moment in seconds since 1970.
export function clock(seconds) {
	return new Date(seconds * 1000).toLocaleTimeString("en-GB");
}

// A process or thread: its name is untrusted text, "?" if unknown.
export function task(comm, id) {
	return `${comm || "?"} (${id})`;
}

// A text of this module with fewer digits, for axes: "1.00 ms" is "1 ms".
export function short(text) {
	return text.replace(/\.0+(?=\D|$)/, "").replace(/(\.\d*?)0+(?=\D|$)/, "$1");
}

// Row r of a histogram of times: [lowest, end) in nanoseconds.
export function slotBounds(row, unit) {
	return row === 0 ? [0, unit] : [2 ** (row - 1) * unit, 2 ** row * unit];
}
