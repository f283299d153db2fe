// SPDX-License-Identifier: GPL-2.0
// Draws the Grafana dashboards, of the latest five minutes of a Prometheus, with components of npm's @grafana/ui.
//
// Usage: draw.mjs MODULES PROMETHEUS HOST DIRECTORY
//
// MODULES is the node_modules of package.json; HOST a value of the label instance.
// Exit status: 0 each panel is drawn; 1 one isn't, which is on stderr; 2 wrong usage.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../../../tests/page/browser.mjs";

const SECONDS = 300, STEP = 5;
const SCREEN = { width: 1384, height: 3000 };	// tables draw only what is on the screen
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/page.css">
<style>body { margin: 8px; font: 13px sans-serif }</style><main></main><script src="/page.js"></script>`;

const [, , modules, prometheus, host, directory] = process.argv;
if (!directory || !host || !URL.canParse(prometheus)) {
	console.error("draw: give PROMETHEUS, its URL, and HOST, what it calls an exporter, as 127.0.0.1:9477");
	process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const rendered = join(here, "../rendered");
const work = mkdtempSync(join(directory, "draw-"));
let failed = false;

function complain(what) {
	failed = true;
	console.error(`draw: ${what}`);
}

// The page, its parts, and the Prometheus behind it.
async function answer(request, response) {
	const name = request.url.slice(1);
	try {
		if (request.url.startsWith("/api/")) {
			const from = await fetch(new URL(request.url, prometheus));
			response.end(await from.text());
		} else {
			response.setHeader("Content-Type", name.endsWith(".css") ? "text/css" : name.endsWith(".js") ? "text/javascript" : "text/html");
			response.end(name ? readFileSync(join(work, name)) : PAGE);
		}
	} catch (error) {
		response.writeHead(502).end(JSON.stringify({ status: "error", error: error.message }));
	}
}

async function draw(browser, url, file) {
	const page = await browser.newPage({ viewport: SCREEN });
	page.on("pageerror", (error) => complain(`${file}: ${error.message}`));
	await page.goto(url);
	const to = Math.floor(Date.now() / 1000 / STEP) * STEP;
	const dashboard = JSON.parse(readFileSync(join(rendered, file), "utf8"));
	await page.evaluate((all) => window.draw(...all), [dashboard,
		{ __rate_interval: "60s", __range: `${SECONDS}s`, host: file.includes("fleet") ? ".*" : host, pid: ".*", region: ".*" },
		{ from: to - SECONDS, to, step: STEP }]);
	await page.waitForLoadState("networkidle");
	for (const text of await page.locator(".failed").allTextContents())
		complain(`${file}: ${text}`);
	await page.locator("main").screenshot({ path: join(directory, `${file.replace(".json", "").replace("vmalock", "grafana")}.png`) });
	await page.close();
}

const require = createRequire(resolve(modules, "x.js"));
const server = createServer(answer).listen(0, "127.0.0.1");
let browser;
try {
	await require("esbuild").build({ entryPoints: [join(here, "page.jsx")], nodePaths: [modules], bundle: true,
		outdir: work, define: { "process.env.NODE_ENV": '"production"' }, logLevel: "error",
		loader: { ".svg": "dataurl", ".ttf": "dataurl", ".woff2": "dataurl" } });
	browser = await launch();
	for (const file of readdirSync(rendered))
		await draw(browser, `http://127.0.0.1:${server.address().port}/`, file)
			.catch((error) => complain(`${file}: ${error.message.split("\n")[0]}`));
} finally {
	await browser?.close();
	server.close();
	rmSync(work, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
