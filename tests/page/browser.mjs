// SPDX-License-Identifier: GPL-2.0
// A headless browser, and what a page did in it that it should not have done.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const MODULES = resolve(process.env.VMALOCK_BUILD ?? "build", "dashboards/node_modules");
const require = createRequire(`${MODULES}/x.js`);
const { chromium } = require("playwright-core");

export const PATIENCE_MS = 120000;
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export async function launch() {
	// Tests run as root, where Chromium's sandbox can't; it sees no page but ours.
	return chromium.launch({ executablePath: "/usr/bin/chromium", timeout: PATIENCE_MS,
		args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
}

// Open the page; resolves when it shows a report.  page.wrongs gets all that it must not do, page.answers the API's answers.
// change: called with each answer of /api/report, which it may change before the page gets it.
export async function open(browser, url, { viewport = DESKTOP, colorScheme = "light", hash = "", change } = {}) {
	const context = await browser.newContext({ viewport, colorScheme });
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE_MS);
	page.wrongs = [];
	page.answers = {};
	page.pending = new Set();
	page.on("pageerror", (error) => page.wrongs.push(`error: ${error.stack}`));
	page.on("console", (message) => {
		if (["error", "warning"].includes(message.type()))
			page.wrongs.push(`console: ${message.text()}`);
	});
	page.on("request", (request) => {
		if (!request.url().startsWith(`${url}/`))
			page.wrongs.push(`request to ${request.url()}`);
	});
	page.on("response", (response) => {
		const path = new URL(response.url()).pathname;
		if (!path.startsWith("/api/") || !response.ok())
			return;
		const read = response.json().then((answer) => (page.answers[path] = answer), () => {})
			.finally(() => page.pending.delete(read));
		page.pending.add(read);
	});
	if (change)
		await page.route("**/api/report?*", async (route) => {
			const answer = await (await route.fetch()).json();
			change(answer);
			await route.fulfill({ json: answer });
		});
	await page.goto(`${url}/${hash}`);
	await page.waitForFunction(() => document.documentElement.dataset.seq);
	return page;
}

// Stop the page; page.answers are those that it shows.
export async function pause(page) {
	await page.click("#pause");
	await page.waitForFunction(() => document.documentElement.dataset.link === "paused");
	await Promise.all(page.pending);
}

// What axe-core finds wrong for people who can't see, or use no mouse.
export async function violations(page) {
	// The page's policy forbids scripts of others: the test's goes in beneath it.
	await page.evaluate(readFileSync(`${MODULES}/axe-core/axe.min.js`, "utf8") + "; 0");
	const found = await page.evaluate(() => window.axe.run());
	return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 150)).join(" | ")}`);
}
