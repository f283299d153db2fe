// SPDX-License-Identifier: GPL-2.0
// Reads the page as a person does: texts become numbers again.

const UNITS = {
	"": 1, ns: 1, "µs": 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9, d: 86400e9,
	k: 1e3, M: 1e6, G: 1e9, "%": 0.01,
	B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40,
};

// What a text of the page stands for, "4 293", "12.2 ms/s", "0.55 %", and how much its last digit is worth.
function parse(text) {
	const found = /^(-?[0-9][0-9\u202f]*(?:\.[0-9]+)?(?:e[-+][0-9]+)?)\u202f?([^0-9/]*)(\/s)?$/.exec(text.trim());
	if (!found || !(found[2] in UNITS))
		throw new Error(`"${text}" is no number of the page`);
	const digits = found[1].replaceAll("\u202f", "");
	const power = digits.includes("e") ? Number(digits.split("e")[1]) : -(digits.split(".")[1]?.length ?? 0);
	return { value: Number(digits) * UNITS[found[2]], last: 10 ** power * UNITS[found[2]] };
}

export function number(text) {
	return parse(text).value;
}

// Whether a text tells a value, rounded to the digits that it has.
export function tells(text, wanted) {
	const { value, last } = parse(text);
	return Math.abs(value - wanted) <= last * 0.5001;
}

// Rows of a table of the page: arrays of { text, sub }.
export function rows(page, table) {
	return page.$$eval(`#${table} tbody tr`, (all) => all.map((tr) => [...tr.cells].map((td) => ({
		text: td.querySelector(".main").textContent, sub: td.querySelector("small").textContent,
	}))));
}
