// SPDX-License-Identifier: GPL-2.0
// Does the live page show what the exporter says, everywhere, to everybody, and nothing else?

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DESKTOP, PHONE, launch, open, pause, violations } from "./browser.mjs";
import { Exporter, HOSTILE, Load, freePort, until } from "./exporter.mjs";
import { rows, tells, number } from "./read.mjs";

const FAULT_KINDS = ["baby", "excl", "mmap_lock"];
const sum = (values) => values.reduce((a, b) => a + b, 0);

let load, exporter, browser;

before(async () => {
	exporter = new Exporter(await freePort());
	await exporter.start();
	load = new Load(HOSTILE);
	browser = await launch();
	// Enough to see: waits of known writers on known regions, for some seconds.
	await until("the load has waits", async () => {
		load.child.check();
		const { report } = await exporter.get("/api/report?window=start");
		const { columns } = await exporter.get("/api/history");
		return report.regions.some((r) => r.comm === HOSTILE && r.size) && report.blockers.some((b) => b.comm === HOSTILE) &&
			columns.length >= 5;
	});
});

after(async () => {
	await browser?.close();
	await load?.stop();
	await exporter?.stop();
});

// A page that has stopped at a report with something to see in it.
async function stopped(options) {
	const page = await open(browser, exporter.url, options);
	await page.waitForFunction(() => document.querySelector("#regions tbody tr") && document.querySelector("#writers tbody tr") &&
		document.querySelector("#offsets .readout").textContent.includes("since the start"));
	await pause(page);
	return page;
}

// The last columns of the history that a page shows: what has once been told does not change.
async function columnsShown(page, n) {
	const newest = Number(await page.getAttribute("html", "data-column"));
	const { columns } = await exporter.get("/api/history");
	return columns.filter((c) => c.seq <= newest && c.seq > newest - n);
}

test("a report's numbers are those of the API", async () => {
	const page = await stopped({ hash: "#window=start" });
	const { report, seq } = page.answers["/api/report"];
	assert.equal(Number(await page.getAttribute("html", "data-seq")), seq);

	const lost = report.lost_to_vma_locks;
	assert.ok(tells(await page.textContent("#figure-stalled"), lost.stalled_threads));
	assert.ok(tells(await page.textContent("#figure-faults"), report.faults.count * 1e9 / report.elapsed_ns));
	assert.equal(number(await page.textContent("#figure-open")), report.open_waits.length);
	const waits = Object.entries(report.waits).filter(([kind, w]) => w && kind !== "life").map(([, w]) => w);
	const longest = waits.reduce((a, b) => (b.max_ns > a.max_ns ? b : a));
	assert.ok(tells((await page.textContent("#figure-longest")).replace("≤", ""), longest.max_ns));
	const verdict = await page.textContent("#verdict-text");
	assert.ok(verdict.includes(`${lost.first_blocker.comm} (${lost.first_blocker.tid}) in ${lost.first_blocker.syscall}`), verdict);

	const funnel = new Map((await rows(page, "funnel")).map((cells) => [cells[0].text, cells]));
	const step = (name, n) => {
		const [, count, rate, share] = funnel.get(name);
		assert.equal(number(count.text), n, name);
		assert.ok(tells(rate.text, n * 1e9 / report.elapsed_ns), `${name}: ${rate.text}`);
		if (n / report.faults.count > 1e-5)
			assert.ok(tells(share.text, n / report.faults.count), `${name}: ${share.text}`);
	};
	step("page faults", report.faults.count);
	step("fell back to mmap_lock", sum(Object.values(report.faults.fallbacks)));
	step("waited for mmap_lock", report.waits.mmap_lock.begun);
	if (report.faults.lookups === null)
		assert.equal(funnel.get("looked up under RCU")[0].sub, "not known on this kernel");
	else
		step("looked up under RCU", report.faults.lookups);

	const regions = await rows(page, "regions");
	assert.equal(regions.length, report.regions.length);
	for (const [i, r] of report.regions.entries()) {
		assert.equal(regions[i][0].sub, `${r.comm ?? "?"} (${r.pid}) · ${r.start}`);
		assert.ok(tells(regions[i][4].text, r.fault_wait_ns * 1e9 / report.elapsed_ns), regions[i][4].text);
	}
	const writers = await rows(page, "writers");
	assert.equal(writers.length, report.blockers.length);
	for (const [i, b] of report.blockers.entries()) {
		assert.equal(writers[i][0].text, `${b.comm ?? "?"} in ${b.syscall ?? "no system call"}`);
		assert.equal(number(writers[i][3].text), b.count);
		assert.ok(tells(writers[i][4].text, b.total_ns / b.count), writers[i][4].text);
	}
	assert.deepEqual((await rows(page, "open")).map((cells) => cells[1].text), report.open_waits.map((w) => `${w.comm} (${w.tid})`));
	assert.deepEqual(page.wrongs, []);
	await page.context().close();
});

// A histogram of times with these numbers.
const times = (n, ns, exact) => ({ count: n, zero: 0, slots: [], total_ns: n * ns, max_ns: ns, max_exact: exact });

test("bounds of maxima are told as such, and waits of writers are no longest ones of faults", async () => {
	const change = ({ report }) => {
		for (const kind of Object.keys(report.waits))
			report.waits[kind] = kind === "mmap_lock" ? { ...report.waits[kind], max_ns: 20e6, max_exact: false } : null;
		const [first] = report.regions;
		const region = (i, kinds) => ({ ...first, start: `0x${i}000`, end: `0x${i + 1}000`, kinds });
		report.regions = [
			region(1, { mmap_lock: times(3, 5e6, false), drain: times(7, 9e6, true), zombie: times(2, 0, true) }),
			region(2, { mmap_lock: times(3, 5e6, false), baby: times(1, 5e6, true) }),
			region(3, { mmap_lock: times(3, 6e6, false), baby: times(1, 5e6, true) }),
			region(4, { drain: times(7, 9e6, true) }),
		];
	};
	const page = await open(browser, exporter.url, { change });
	await pause(page);
	assert.equal(await page.textContent("#figure-longest"), "≤\u202f20.0\u202fms");
	assert.deepEqual((await rows(page, "regions")).map((cells) => [cells[2].text, cells[3].text]),
		[["3", "≤\u202f5.00\u202fms"], ["4", "5.00\u202fms"], ["4", "≤\u202f6.00\u202fms"], ["0", "–"]]);
	assert.deepEqual(page.wrongs, []);
	await page.context().close();
});

test("lists that were cut say so, and what waits now is counted all the same", async () => {
	const change = (answer) => {
		const wait = { age_ns: 1e9, pid: 7, comm: "x", kind: "mmap_lock", op: null, name: null, start: "0x0", end: "0x0",
			address: null, blocker: null };
		answer.report.open_waits = [{ ...wait, tid: 8 }, { ...wait, tid: 9 }];
		Object.assign(answer.left_out, { regions: 4, blockers: 0, open_waits: 1234 });
	};
	const page = await open(browser, exporter.url, { change });
	await pause(page);
	assert.equal(number(await page.textContent("#figure-open")), 1236);
	const more = (table) => page.textContent(`#${table} .note`);
	assert.deepEqual([await more("regions"), await more("writers"), await more("open")], ["and 4 more", "", "and 1\u202f234 more"]);
	await page.context().close();
});

test("losses are those of the text report: none is counted twice, and what was under way is not lost", async () => {
	const change = ({ report }) => {
		for (const cause of Object.keys(report.lost))
			report.lost[cause] = 0;
		// Two beginnings without a stamp, one of whose waits has not ended yet; and three that were under way.
		Object.assign(report.lost, { baby_unstamped: 2, baby_unmatched: 1, excl_unstamped: 1, excl_unmatched: 4,
			mmap_lock_restamped: 1, life_unmatched: 5, vma_full: 6 });
	};
	const page = await open(browser, exporter.url, { change });
	await pause(page);
	assert.match(await page.textContent("#trust-summary"), /^10 incompletely counted · /);
	const facts = Object.fromEntries(await page.$$eval("#trust .facts div", (all) => all.map((fact) =>
		[fact.querySelector("dt").textContent, fact.querySelector("dd").textContent])));
	const told = Object.fromEntries(Object.entries(facts).filter(([name]) => /^(incomplete|not timed)/.test(name)));
	assert.deepEqual(told, { "incomplete: vma_full": "6", "incomplete: baby_unstamped": "2", "incomplete: excl_unstamped": "1",
		"incomplete: mmap_lock_restamped": "1", "not timed: waits under way when counting began": "3",
		"not timed: BABYs born before counting began": "5" });
	await page.context().close();
});

test("the heat map of lengths has the waits of the history", async () => {
	const page = await stopped({ hash: "#span=60&kind=mmap_lock" });
	const shown = await columnsShown(page, 60);
	const waits = sum(shown.map((c) => c.waits.mmap_lock.count));
	assert.ok(waits > 0);
	const summary = await page.textContent("#latency .readout");
	assert.equal(number(summary.split(" ended")[0]), waits, summary);

	// The first key goes to the cell with most waits.
	const most = Math.max(...shown.flatMap((c) => c.waits.mmap_lock.slots.map(([, n]) => n)));
	await page.focus("#latency canvas");
	await page.keyboard.press("ArrowUp");
	assert.match(await page.textContent("#latency .readout"), new RegExp(`: ${most} waits?$`));
	// In the column of the newest report, row by row from below.
	await page.keyboard.press("End");
	for (let i = 0; i < 64; i++)
		await page.keyboard.press("ArrowDown");
	const newest = shown.at(-1).waits.mmap_lock;
	for (let row = 0; row < 16; row++) {
		const n = newest.slots.find(([r]) => r === row)?.[1] ?? 0;
		assert.match(await page.textContent("#latency .readout"), new RegExp(`: ${n} waits?$`), `row ${row}`);
		await page.keyboard.press("ArrowUp");
	}
	assert.deepEqual(page.wrongs, []);
	await page.context().close();
});

test("the heat map is drawn: cells with waits have another colour than those without", async () => {
	const page = await stopped({ hash: "#span=60&kind=mmap_lock" });
	const colours = await page.$eval("#latency canvas", (canvas) => {
		const { data } = canvas.getContext("2d").getImageData(70, 6, canvas.width - 140, canvas.height - 30);
		const seen = new Set();
		for (let i = 0; i < data.length; i += 4)
			seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
		return seen.size;
	});
	assert.ok(colours >= 3, `${colours} colours`);
	await page.context().close();
});

test("the heat map of offsets has the waits of the region", async () => {
	const page = await stopped({});
	const offsets = page.answers["/api/offsets"];
	const summary = await page.textContent("#offsets .readout");
	// If none was since the region is looked at, it says so first.
	assert.equal(number(/([0-9\u202f]+) waits at known/.exec(summary)[1]), sum(offsets.total.map(([, n]) => n)), summary);
	assert.ok((await page.textContent("#offsets-region")).endsWith(`from ${offsets.start}`));
	await page.context().close();
});

test("plots: the legend tells the newest column of the history", async () => {
	const page = await stopped({});
	const column = (await columnsShown(page, 1))[0];
	const told = await page.$$eval("#stalled-legend b", (all) => all.map((b) => b.textContent));
	for (const [i, kind] of FAULT_KINDS.entries()) {
		if (column.waits[kind])
			assert.ok(tells(told[i], column.waits[kind].total_ns / column.elapsed_ns), `${kind}: ${told[i]}`);
		else
			assert.equal(told[i], "–");
	}
	await page.context().close();
});

test("names that are markup stay text", async () => {
	const page = await stopped({});
	assert.ok((await page.textContent("#writers")).includes(HOSTILE));
	assert.ok((await page.textContent("#regions")).includes(HOSTILE));
	assert.equal(await page.$$eval("img", (all) => all.length), 0);
	assert.deepEqual(page.wrongs, []);
	await page.context().close();
});

test("everything can be reached and used with the keyboard", async () => {
	// Regions that had a wait since the start don't leave the table.
	const page = await stopped({ hash: "#window=start" });
	const reached = [];
	await page.focus(".skip");
	for (let i = 0; i < 25; i++) {
		reached.push(await page.evaluate(() => {
			const node = document.activeElement;
			return node.name || node.id || node.closest("#regions, #writers, #latency, #offsets, #funnel, #trust, #open")?.id || node.className;
		}));
		await page.keyboard.press("Tab");
	}
	const wanted = ["skip", "window", "span", "pause", "stalled-plot", "faults-plot", "funnel", "kind", "latency", "regions", "offsets", "writers", "trust"];
	const inOrder = reached.filter((name, i) => wanted.includes(name) && name !== reached[i - 1]);
	assert.deepEqual(inOrder.slice(0, wanted.length), wanted, reached.join(" "));

	const focused = () => page.evaluate(() => [...document.querySelectorAll("#regions tbody tr")].indexOf(document.activeElement));
	await page.focus("#regions tbody tr");
	assert.equal(await focused(), 0);
	await page.keyboard.press("End");
	const last = await focused();
	assert.equal(last, await page.$$eval("#regions tbody tr", (all) => all.length - 1));
	const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
	assert.notEqual(outline, "none");
	const start = (await rows(page, "regions"))[last][0].sub.split(" · ")[1];
	await page.keyboard.press("Enter");
	await page.waitForFunction((from) => document.querySelector("#offsets-region").textContent.endsWith(`from ${from}`) &&
		location.hash.includes("region="), start);
	assert.equal(await page.$$eval("#regions [aria-selected=true]", (all) => all.length), 1);

	await page.focus("#span-choice input:checked");
	await page.keyboard.press("ArrowRight");
	await page.waitForFunction(() => location.hash.includes("span=600"));
	await page.context().close();
});

for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]])
	for (const colorScheme of ["light", "dark"])
		test(`${name}, ${colorScheme}: fits, and axe-core finds nothing`, async () => {
			const page = await stopped({ viewport, colorScheme });
			const [width, ground] = await page.evaluate(() => [document.documentElement.scrollWidth,
				getComputedStyle(document.body).backgroundColor]);
			assert.ok(width <= viewport.width, `${width} px wide`);
			const light = sum(ground.match(/\d+/g).map(Number)) / 3;
			assert.ok(colorScheme === "light" ? light > 200 : light < 60, ground);
			assert.deepEqual(await violations(page), []);
			await page.context().close();
		});

test("it says when the exporter is gone, how old its figures are, and goes on when it is back", async () => {
	const page = await open(browser, exporter.url);
	// From here on the browser has to complain of refused connections.
	assert.deepEqual(page.wrongs, []);
	await page.waitForFunction(() => document.documentElement.dataset.link === "live");
	await exporter.stop();
	await page.waitForFunction(() => document.documentElement.dataset.link === "gone");
	await page.waitForFunction(() => /the exporter is gone; figures are .* old; asking again/.test(document.querySelector("#link-text").textContent));
	await exporter.start();
	await page.waitForFunction(() => document.documentElement.dataset.link === "live" &&
		document.querySelector("#watching").textContent.endsWith("restarted"));
	// Nothing is left of before: what is shown is what there is since.
	await page.waitForFunction(() => Number(document.documentElement.dataset.column) >= 3);
	await pause(page);
	const kind = await page.$eval("#kind-choice input:checked", (input) => input.value);
	const waits = sum((await columnsShown(page, 180)).map((c) => c.waits[kind].count));
	const summary = await page.textContent("#latency .readout");
	assert.equal(/^[0-9]/.test(summary) ? number(summary.split(" ended")[0]) : 0, waits, summary);
	await page.context().close();
});

test("it says when the exporter has nothing new", async () => {
	const page = await open(browser, exporter.url);
	await page.waitForFunction(() => document.documentElement.dataset.link === "live");
	exporter.child.process.kill("SIGSTOP");
	try {
		await page.waitForFunction(() => /the exporter does not answer; figures are .* old/.test(document.querySelector("#link-text").textContent));
	} finally {
		exporter.child.process.kill("SIGCONT");
	}
	await page.waitForFunction(() => document.documentElement.dataset.link === "live");
	await page.context().close();
});
