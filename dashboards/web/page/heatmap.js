// SPDX-License-Identifier: GPL-2.0
// A heat map on a canvas: columns are moments, rows are ranges of something, colours are numbers.
//
// A grid is { to, step, columns, rows, cells, max, ... }:
//   to, step	end of the newest column, seconds since 1970, and length of a column in seconds
//   columns	how many fit, the newest last
//   rows	how many, the lowest first
//   cells	Map of column * rows + row to a number above 0; others have no colour
//   known	Set of the columns that there are figures of
//   label(row), mark(row)	the row's range in words; its name at the axis or null
//   value(n, column, row)	the number in words
//   totals	numbers per row over all columns, shown beside the map, or null

import { clock } from "./format.js";
import { el, setAttribute, setText } from "./dom.js";

const LEFT = 62, RIGHT = 56, BOTTOM = 18, TOP = 4;
const STEPS = 5;

export class HeatMap {
	// root: gets the canvas and a line that tells what is under the cursor
	constructor(root, { name, height, empty }) {
		this.name = name;
		this.height = height;
		this.empty = empty;
		this.grid = null;
		this.cursor = null;	// { column, row }, of the newest column's end at .to
		this.canvas = el("canvas", { tabindex: "0", role: "img", "aria-label": name });
		this.readout = el("p", { class: "readout", "aria-live": "off" });
		root.replaceChildren(this.canvas, this.readout);
		this.canvas.addEventListener("pointermove", (event) => this.point(event));
		this.canvas.addEventListener("pointerdown", (event) => this.point(event));
		this.canvas.addEventListener("pointerleave", () => this.move(null));
		this.canvas.addEventListener("keydown", (event) => this.key(event));
		this.canvas.addEventListener("blur", () => this.move(null));
		new ResizeObserver(() => this.draw()).observe(this.canvas);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
	}

	update(grid) {
		if (this.grid && this.cursor && (grid.rows !== this.grid.rows || grid.columns !== this.grid.columns))
			this.cursor = null;
		this.grid = grid;
		setAttribute(this.readout, "aria-live", "off");
		setAttribute(this.canvas, "aria-label",
			grid.cells.size ? `${this.name}. Arrow keys move from cell to cell.` : `${this.name}: ${this.empty}`);
		this.draw();
		this.tell();
	}

	// Show nothing, and say why.
	clear(why) {
		this.grid = null;
		this.cursor = null;
		setAttribute(this.canvas, "aria-label", `${this.name}: ${why}`);
		setText(this.readout, why);
		this.draw();
	}

	box() {
		const { clientWidth: width, clientHeight: height } = this.canvas;
		return { width, height, x: LEFT, y: TOP, w: Math.max(1, width - LEFT - RIGHT), h: Math.max(1, height - TOP - BOTTOM) };
	}

	point(event) {
		const { x, y, w, h } = this.box();
		const g = this.grid;
		if (!g)
			return;
		const column = Math.floor((event.offsetX - x) / w * g.columns);
		const row = g.rows - 1 - Math.floor((event.offsetY - y) / h * g.rows);
		const inside = column >= 0 && column < g.columns && row >= 0 && row < g.rows;
		this.move(inside ? { column, row } : null);
	}

	key(event) {
		const g = this.grid;
		const steps = {
			ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
			PageUp: [0, 8], PageDown: [0, -8], Home: [-Infinity, 0], End: [Infinity, 0],
		};
		if (event.key === "Escape")
			this.move(null);
		if (!g || !steps[event.key])
			return;
		event.preventDefault();
		// Read out what keys ask for, not what changes every second.
		setAttribute(this.readout, "aria-live", "polite");
		const [dx, dy] = steps[event.key];
		const from = this.cursor ?? this.hottest();
		const into = (v, n) => Math.min(n - 1, Math.max(0, v));
		this.move(this.cursor ? { column: into(from.column + dx, g.columns), row: into(from.row + dy, g.rows) } : from);
	}

	// Where to begin: the newest column's largest number.
	hottest() {
		const g = this.grid;
		let best = { column: g.columns - 1, row: 0 }, most = -1;
		for (const [at, n] of g.cells) {
			const column = Math.floor(at / g.rows);
			if (n > most) {
				most = n;
				best = { column, row: at % g.rows };
			}
		}
		return best;
	}

	move(cursor) {
		this.cursor = cursor;
		this.draw();
		this.tell();
	}

	tell() {
		const g = this.grid;
		if (!g)
			return;
		if (!this.cursor) {
			setText(this.readout, [g.cells.size ? "" : this.empty, g.summary].filter(Boolean).join("; "));
			return;
		}
		const { column, row } = this.cursor;
		const n = g.cells.get(column * g.rows + row);
		const time = clock(g.to - (g.columns - 1 - column) * g.step);
		const known = g.known.has(column);
		setText(this.readout, `${time}, ${g.label(row)}: ${known ? g.value(n ?? 0, column, row) : "no figures"}`);
	}

	colours() {
		const style = getComputedStyle(this.canvas);
		const get = (name) => style.getPropertyValue(name).trim();
		const ramp = [];
		for (let i = 0; i < STEPS; i++)
			ramp.push(parseColour(get(`--heat-${i}`)));
		return { ramp, ground: get("--heat-ground"), gone: get("--heat-gone"), text: get("--muted"), rule: get("--rule"),
			cursor: get("--text"), font: `11px ${style.fontFamily}` };
	}

	draw() {
		const { width, height, x, y, w, h } = this.box();
		const ratio = window.devicePixelRatio || 1;
		if (!width || !height)
			return;
		this.canvas.width = Math.round(width * ratio);
		this.canvas.height = Math.round(height * ratio);
		const c = this.canvas.getContext("2d");
		c.scale(ratio, ratio);
		const colours = this.colours();
		c.fillStyle = colours.gone;
		c.fillRect(x, y, w, h);
		const g = this.grid;
		if (!g)
			return;
		this.drawCells(c, colours, g, { x, y, w, h });
		this.drawAxes(c, colours, g, { x, y, w, h });
		this.drawTotals(c, colours, g, { x, y, w, h });
		this.drawCursor(c, colours, g, { x, y, w, h });
	}

	drawCells(c, colours, g, { x, y, w, h }) {
		// Edges on whole pixels, or neighbours would shine through.
		const left = (column) => Math.round(x + w * column / g.columns);
		const top = (row) => Math.round(y + h * (g.rows - 1 - row) / g.rows);
		c.fillStyle = colours.ground;
		for (const column of g.known)
			c.fillRect(left(column), y, left(column + 1) - left(column), h);
		for (const [at, n] of g.cells) {
			const column = Math.floor(at / g.rows), row = at % g.rows;
			c.fillStyle = heat(colours.ramp, n, g.max);
			c.fillRect(left(column), top(row), Math.max(1, left(column + 1) - left(column)),
				Math.max(2, top(row - 1) - top(row)));
		}
	}

	drawAxes(c, colours, g, { x, y, w, h }) {
		c.font = colours.font;
		c.textBaseline = "middle";
		c.textAlign = "right";
		for (let row = 0; row < g.rows; row++) {
			const mark = g.mark(row);
			if (mark === null)
				continue;
			const at = Math.round(y + h * (g.rows - row) / g.rows) + 0.5;
			c.strokeStyle = colours.rule;
			c.beginPath();
			c.moveTo(x - 4, at);
			c.lineTo(x, at);
			c.stroke();
			c.fillStyle = colours.text;
			c.fillText(mark, x - 7, Math.min(at, y + h - 5));
		}
		c.textBaseline = "top";
		const span = g.columns * g.step;
		const every = [10, 15, 30, 60, 120, 300].find((s) => span / s <= w / 70) ?? 600;
		for (let t = Math.ceil((g.to - span) / every) * every; t <= g.to; t += every) {
			const at = Math.round(x + w * (1 - (g.to - t) / span)) + 0.5;
			c.beginPath();
			c.moveTo(at, y + h);
			c.lineTo(at, y + h + 4);
			c.stroke();
			c.textAlign = at - x < 24 ? "left" : x + w - at < 24 ? "right" : "center";
			c.fillText(every < 60 ? clock(t) : clock(t).slice(0, 5), at, y + h + 6);
		}
	}

	// Beside the map, how much there was in each row.
	drawTotals(c, colours, g, { x, y, w, h }) {
		const most = Math.max(0, ...(g.totals ?? []));
		if (!most)
			return;
		for (const [row, n] of g.totals.entries()) {
			if (!n)
				continue;
			const top = Math.round(y + h * (g.rows - 1 - row) / g.rows);
			const bottom = Math.round(y + h * (g.rows - row) / g.rows);
			c.fillStyle = heat(colours.ramp, n, most);
			c.fillRect(x + w + 6, top, Math.max(1, (RIGHT - 10) * n / most), Math.max(1, bottom - top - (h / g.rows > 4 ? 1 : 0)));
		}
	}

	drawCursor(c, colours, g, { x, y, w, h }) {
		if (!this.cursor)
			return;
		const { column, row } = this.cursor;
		c.strokeStyle = colours.cursor;
		c.lineWidth = 1;
		c.strokeRect(Math.round(x + w * column / g.columns) - 0.5, Math.round(y + h * (g.rows - 1 - row) / g.rows) - 0.5,
			Math.max(2, Math.round(w / g.columns)) + 1, Math.max(2, Math.round(h / g.rows)) + 1);
	}
}

function parseColour(hex) {
	const n = Number.parseInt(hex.replace("#", ""), 16);
	return [n >> 16 & 255, n >> 8 & 255, n & 255];
}

// The colour of n, 1 up to max, on a logarithmic scale: one wait must be seen beside thousands.
function heat(ramp, n, max) {
	const part = max > 1 ? Math.log1p(n) / Math.log1p(max) : 1;
	const at = Math.min(1, Math.max(0, part)) * (ramp.length - 1);
	const i = Math.min(ramp.length - 2, Math.floor(at));
	const mix = ramp[i].map((v, k) => Math.round(v + (ramp[i + 1][k] - v) * (at - i)));
	return `rgb(${mix.join(",")})`;
}
