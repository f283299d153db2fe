// SPDX-License-Identifier: GPL-2.0
// Are the units and transformations of a dashboard those that Grafana's own code knows, and do its tables come out
// with the columns that they should have?  By npm's @grafana/data.
//
// Usage: check-data.mjs DASHBOARD.json
// Exit status: 0 yes; 1 no, what is wrong is on stdout.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.env.VMALOCK_BUILD ?? "build", "dashboards/node_modules/x.js"));

// It is made for browsers; but its parts must not take this for one while they are loaded.
Object.defineProperty(globalThis, "navigator", { value: { language: "en", languages: ["en"] }, configurable: true });
const grafana = require("@grafana/data");
const { firstValueFrom } = require("rxjs");
globalThis.window = globalThis;

const dashboard = JSON.parse(readFileSync(process.argv[2], "utf8"));
const wrongs = [];
const units = new Set(grafana.getValueFormats().flatMap((category) => category.submenu.map((unit) => unit.value)));
const transformers = new Map(Object.values(grafana.standardTransformers).map((t) => [t.id, t]));
grafana.standardTransformersRegistry.setInit(() => [...transformers.values()].map((t) =>
	({ id: t.id, name: t.name, transformation: async () => t })));

// All values of members that are called so.
function members(object, name) {
	return Object.entries(object ?? {}).flatMap(([key, value]) => [
		...(key === name ? [value] : []), ...(typeof value === "object" ? members(value, name) : [])]);
}

// The frames that Grafana makes of instant queries in the format "table": a field for the time, each label, the value.
function frames(panel) {
	return panel.targets.map((target, i) => {
		const labels = /\bby \(([^)]*)\)/.exec(target.expr)[1].split(", ");
		return grafana.toDataFrame({ refId: target.refId, fields: [
			{ name: "Time", type: "time", values: [1, 1] },
			...labels.map((label) => ({ name: label, type: "string", values: [`${label} a`, `${label} b`] })),
			{ name: panel.targets.length > 1 ? `Value #${target.refId}` : "Value", type: "number", values: [i, i + 100] },
		] });
	});
}

async function checkTable(panel) {
	const { renameByName } = panel.transformations.at(-1).options;
	const got = await firstValueFrom(grafana.transformDataFrame(panel.transformations, frames(panel)));
	if (got.length !== 1)
		wrongs.push(`${panel.title}: ${got.length} tables instead of one`);
	const columns = got[0].fields.map((field) => grafana.getFieldDisplayName(field));
	const wanted = Object.entries(panel.transformations.at(-1).options.indexByName)
		.sort(([, a], [, b]) => a - b).map(([name]) => renameByName[name]);
	if (columns.join() !== wanted.join())
		wrongs.push(`${panel.title}: has the columns ${columns.join(", ")}, not ${wanted.join(", ")}`);
	for (const [i, target] of panel.targets.entries()) {
		const values = got[0].fields.find((field) => field.values[0] === i)?.values;
		if (got[0].length !== 2 || values?.[1] !== i + 100)
			wrongs.push(`${panel.title}: rows are not joined, or lost the values of ${target.refId}`);
	}
}

for (const panel of dashboard.panels) {
	for (const unit of [...members(panel.fieldConfig, "unit"), ...members(panel.options, "unit")])
		if (!units.has(unit))
			wrongs.push(`${panel.title}: Grafana knows no unit ${unit}`);
	for (const property of members(panel.fieldConfig, "properties").flat())
		if (property.id === "unit" && !units.has(property.value))
			wrongs.push(`${panel.title}: Grafana knows no unit ${property.value}`);
	for (const { id } of panel.transformations ?? [])
		if (!transformers.has(id))
			wrongs.push(`${panel.title}: Grafana knows no transformation ${id}`);
	if (panel.type === "table" && !wrongs.length)
		await checkTable(panel);
}
for (const wrong of wrongs)
	console.log(wrong);
process.exit(wrongs.length ? 1 : 0);
