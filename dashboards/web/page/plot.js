// SPDX-License-Identifier: GPL-2.0
// Stacked areas over time, by uPlot.

import uPlot from "./uPlot.esm.js";
import { el, setText } from "./dom.js";
import { short } from "./format.js";

const HEIGHT = 150;

// The colour of a custom property of style.css.
function colour(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export class StackedPlot {
	// series: [{ label, colour: custom property }], the lowest first; format: of values
	constructor(root, legend, { series, format, name }) {
		this.root = root;
		this.series = series;
		this.format = format;
		this.name = name;
		this.data = [[], ...series.map(() => [])];
		this.raw = series.map(() => []);
		this.values = series.map((s) => {
			const value = el("b");
			const swatch = el("i");
			swatch.style.background = `var(${s.colour})`;
			legend.append(el("li", {}, swatch, el("span", { text: s.label }), value));
			return value;
		});
		root.setAttribute("role", "img");
		root.tabIndex = 0;
		root.addEventListener("keydown", (event) => this.key(event));
		root.addEventListener("blur", () => this.point(null));
		this.make();
		new ResizeObserver(() => this.plot.setSize({ width: root.clientWidth, height: HEIGHT })).observe(root);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.make());
	}

	make() {
		this.plot?.destroy();
		const axis = { stroke: colour("--muted"), font: "11px system-ui, sans-serif", grid: { stroke: colour("--rule"), width: 1 },
			ticks: { stroke: colour("--rule"), width: 1, size: 4 } };
		// The topmost sum is drawn first, and each next one over it.
		const drawn = this.series.map((_, i) => this.series.length - 1 - i);
		this.plot = new uPlot({
			width: this.root.clientWidth || 300,
			height: HEIGHT,
			legend: { show: false },
			padding: [6, 26, 0, 0],
			cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
			scales: { y: { range: (_, low, high) => [0, high > 0 ? high * 1.08 : 1] } },
			axes: [
				{ ...axis, size: 24, gap: 3, values: [
					[60, "{HH}:{mm}", null, null, null, null, null, null, 1],
					[1, "{HH}:{mm}:{ss}", null, null, null, null, null, null, 1]], space: 70 },
				{ ...axis, size: 58, gap: 4, space: 28, values: (_, ticks) => ticks.map((v) => short(this.format(v))) },
			],
			series: [{}, ...drawn.map((i) => ({
				stroke: colour(this.series[i].colour),
				fill: colour(this.series[i].colour),
				width: 0.5,
				points: { show: false },
				spanGaps: false,
			}))],
			hooks: { setCursor: [() => this.tell()] },
		}, this.data, this.root);
	}

	// times: ends of columns; raw: per series the values, null where there is none; span in seconds
	update(times, raw, span) {
		const sums = [];
		let below = times.map(() => 0);
		for (const values of raw) {
			below = values.map((v, i) => below[i] + (v ?? 0));
			sums.push(below);
		}
		this.raw = raw;
		this.data = [times, ...sums.reverse()];
		const to = times.at(-1) ?? Date.now() / 1000;
		this.plot.batch(() => {
			this.plot.setData(this.data, false);
			this.plot.setScale("x", { min: to - span, max: to });
		});
		this.plot.setScale("y", { min: 0, max: Math.max(0, ...(sums[0] ?? [])) });
		this.tell();
	}

	key(event) {
		const last = this.data[0].length - 1;
		const at = this.plot.cursor.idx ?? last;
		const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, Escape: null };
		if (!(event.key in to) || last < 0)
			return;
		event.preventDefault();
		this.point(to[event.key]);
	}

	// Put the cursor on a column; null: on none.
	point(at) {
		const last = this.data[0].length - 1;
		const left = at === null ? -10 : this.plot.valToPos(this.data[0][Math.min(last, Math.max(0, at))], "x");
		this.plot.setCursor({ left, top: 0 });
	}

	// The legend has the values under the cursor, else the newest.
	tell() {
		const at = this.plot?.cursor.idx ?? this.data[0].length - 1;
		for (const [i, node] of this.values.entries()) {
			const value = this.raw[i][at];
			setText(node, value === null || value === undefined ? "–" : this.format(value));
		}
		this.root.setAttribute("aria-label", `${this.name}: ` +
			this.series.map((s, i) => `${s.label} ${this.values[i].textContent}`).join(", "));
	}
}
