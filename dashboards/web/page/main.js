// SPDX-License-Identifier: GPL-2.0
// Puts the page together.

import { Choice } from "./choice.js";
import { byId, setText } from "./dom.js";
import { Feed, regionKey, sameRegion } from "./feed.js";
import { ago, clock, rate, size, task } from "./format.js";
import { Funnel } from "./funnel.js";
import { HeatMap } from "./heatmap.js";
import { FAULT_KINDS, KINDS, kindColour, kindMeaning, kindName } from "./kinds.js";
import { latencyGrid } from "./latency.js";
import { showLink } from "./link.js";
import { offsetsGrid } from "./offsets.js";
import { StackedPlot } from "./plot.js";
import { OpenWaits, Regions, Writers, unknownWriters } from "./rankings.js";
import { Trust } from "./trust.js";
import { Verdict } from "./verdict.js";
import { View } from "./view.js";

const view = new View();
const feed = new Feed(view, show);

const windowChoice = new Choice(byId("window-choice"), "window",
	[["recent", "15 s", "the last 10 to 15 seconds"], ["start", "all", "since the exporter began to count"]], view.window,
	(value) => look({ window: value }));
const spanChoice = new Choice(byId("span-choice"), "span",
	[[60, "1 min"], [180, "3 min"], [600, "10 min"]], view.span, (value) => look({ span: value }));
const kindChoice = new Choice(byId("kind-choice"), "kind",
	KINDS.map((kind) => [kind, kindName(kind), kindMeaning(kind)]), view.kind, (value) => look({ kind: value }));

const verdict = new Verdict(byId("verdict-text"), byId("figures"));
const stalledPlot = new StackedPlot(byId("stalled-plot"), byId("stalled-legend"), {
	name: "Threads standing still",
	series: FAULT_KINDS.map((kind) => ({ label: kindName(kind), colour: kindColour(kind) })),
	format: rate,
});
const faultsPlot = new StackedPlot(byId("faults-plot"), byId("faults-legend"), {
	name: "Faults per second",
	series: [
		{ label: "without a reference", colour: "--step-reffree" },
		{ label: "others", colour: "--step-ref" },
		{ label: "took mmap_lock", colour: "--step-fallback" },
	],
	format: rate,
});
const funnel = new Funnel(byId("funnel"));
const latency = new HeatMap(byId("latency"), { name: "Waits by length over time", empty: "no such wait ended in this time" });
const regions = new Regions(byId("regions"), view, (region) => look({ region: pick(region, true) }));
const offsets = new HeatMap(byId("offsets"), { name: "Offsets in the region that waits were at, over time",
	empty: "no wait in this region since it is looked at" });
const writers = new Writers(byId("writers"));
const open = new OpenWaits(byId("open"));
const trust = new Trust(byId("trust"), byId("trust-summary"));

function pick(region, picked) {
	return { pid: region.pid, start: region.start, end: region.end, name: region.name, comm: region.comm, picked };
}

// Look at something else from now on.
function look(change) {
	Object.assign(view, change);
	view.save();
	show();
	feed.now();
}

function columnsShown() {
	const step = feed.status.interval_ns / 1e9;
	return { step, columns: Math.round(view.span / step) };
}

function showPlots() {
	const { columns } = columnsShown();
	const shown = feed.columns.slice(-columns);
	const times = shown.map((c) => c.end);
	const perSecond = (f) => shown.map((c) => (f(c) === null ? null : f(c) * 1e9 / c.elapsed_ns));
	stalledPlot.update(times, FAULT_KINDS.map((kind) => shown.map((c) =>
		(c.waits[kind] ? c.waits[kind].total_ns / c.elapsed_ns : null))), view.span);
	faultsPlot.update(times, [
		perSecond((c) => c.reffree),
		perSecond((c) => (c.faults === null ? null : Math.max(0, c.faults - (c.reffree ?? 0) - (c.fallbacks ?? 0)))),
		perSecond((c) => c.fallbacks),
	], view.span);
}

// The kind that was asked for, or else the first of faults that there was a wait of.
function kindShown() {
	const known = KINDS.filter((kind) => feed.answer.report.waits[kind]);
	if (known.includes(view.kind))
		return view.kind;
	return known.find((kind) => feed.columns.some((c) => c.waits[kind]?.count)) ?? known[0] ?? null;
}

function showLatency() {
	const { step, columns } = columnsShown();
	const kind = kindShown();
	for (const k of KINDS)
		kindChoice.enable(k, Boolean(feed.answer.report.waits[k]));
	if (!kind)
		return;
	kindChoice.set(kind);
	latency.update(latencyGrid(feed.columns, kind, columns, step));
}

// Without a choice of one's own, the giant: the largest of the regions that lose most.
function followRegion() {
	// Of some the exporter has no offsets any more.
	const known = feed.answer.report.regions.filter((r) => r.size &&
		(sameRegion(r, view.region) && view.region.picked || !feed.offsetsErrors.has(regionKey(r))));
	const same = known.find((r) => sameRegion(r, view.region));
	if (same)
		view.region = pick(same, view.region.picked);
	if (view.region?.picked || !known.length)
		return;
	const giant = known.slice(0, 5).reduce((a, b) => (b.size > a.size ? b : a));
	if (same && same.size >= giant.size)
		return;
	view.region = pick(giant, false);
	feed.now();
}

function showOffsets() {
	const region = view.region;
	const { step, columns } = columnsShown();
	const name = region && `${region.name ?? "[anon]"} of ${task(region.comm, region.pid)}, ` +
		`${size(Number(BigInt(region.end) - BigInt(region.start)))} from ${region.start}`;
	setText(byId("offsets-region"), region ? name : "no region had a wait yet");
	const error = feed.offsetsErrors.get(regionKey(region));
	if (!region || error)
		offsets.clear(error ?? "");
	else if (!sameRegion(feed.offsets, region))
		offsets.clear("not known yet");
	else
		offsets.update(offsetsGrid(feed.offsets, columns, step, feed.columns.at(-1)?.end ?? feed.status.now));
}

function show() {
	showLink(feed);
	if (!feed.answer)
		return;
	const { answer, status } = feed;
	const { report } = answer;
	document.documentElement.dataset.seq = answer.seq;
	document.documentElement.dataset.column = feed.columns.at(-1)?.seq ?? 0;
	document.title = `${rate(report.lost_to_vma_locks.stalled_threads)} stalled · ${status.host} · vmalocktop`;
	setText(byId("host"), status.host);
	setText(byId("watching"), `Linux ${status.kernel} · since ${clock(status.begun)}, ` +
		`for ${ago(status.now - status.begun)}${feed.restarts ? " · restarted" : ""}`);
	followRegion();
	verdict.update(answer);
	showPlots();
	funnel.update(report);
	showLatency();
	regions.update(answer);
	showOffsets();
	writers.update(answer);
	setText(byId("writers-unknown"), unknownWriters(report));
	open.update(answer);
	trust.update(status, report);
}

byId("pause").addEventListener("click", () => {
	feed.pause(!feed.paused);
	byId("pause").setAttribute("aria-pressed", feed.paused);
	setText(byId("pause"), feed.paused ? "Go on" : "Pause");
});
windowChoice.set(view.window);
spanChoice.set(view.span);
// Ages grow between answers, and without any.
setInterval(() => showLink(feed), 1000);
feed.start();
