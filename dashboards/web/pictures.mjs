// SPDX-License-Identifier: GPL-2.0
// Takes pictures of the live page: of the exporter at URL, or of one that watches a load on this kernel.
//
// Usage: pictures.mjs DIRECTORY [URL]

import { DESKTOP, PHONE, launch, open } from "../../tests/page/browser.mjs";
import { Exporter, Load, freePort, until } from "../../tests/page/exporter.mjs";

const COLUMNS = 60;
const SIZES = { desktop: DESKTOP, phone: PHONE };

const [, , directory, url] = process.argv;
if (!directory) {
	console.error("pictures: give the directory to write to");
	process.exit(2);
}
const exporter = new Exporter(url ? Number(new URL(url).port) : await freePort());
let load;
if (!url) {
	await exporter.start();
	load = new Load("search-index", ["--size=64G", "--name=index", "--modes=anon,file,replace,carve"]);
}
const browser = await launch();
try {
	await until(`${COLUMNS} seconds of history`, async () => {
		load?.child.check();
		return (await exporter.get("/api/history")).columns.length >= COLUMNS;
	}, 600000);
	const page = await open(browser, exporter.url, { hash: "#span=60" });
	// The offsets of a region are counted second by second since it is looked at.
	await page.waitForFunction((from) => Number(document.documentElement.dataset.column) > from + 20,
		Number(await page.getAttribute("html", "data-column")));
	for (const [name, viewport] of Object.entries(SIZES))
		for (const colorScheme of ["light", "dark"]) {
			await page.setViewportSize(viewport);
			await page.emulateMedia({ colorScheme });
			const column = Number(await page.getAttribute("html", "data-column"));
			await page.waitForFunction((from) => Number(document.documentElement.dataset.column) > from, column);
			await page.screenshot({ path: `${directory}/page-${name}-${colorScheme}.png`, fullPage: true });
		}
} finally {
	await browser.close();
	await load?.stop();
	await exporter.stop();
}
