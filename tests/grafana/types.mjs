// SPDX-License-Identifier: GPL-2.0
// Prints a TypeScript program that compiles only if a dashboard is what @grafana/schema says:
// the dashboard itself, and of each panel the options and field configuration of its kind.
// The package has no types for variables' and Prometheus' queries; tests/grafana/guest.sh runs the latter.
//
// Usage: types.mjs DASHBOARD.json

import { readFileSync } from "node:fs";

const RAW = "@grafana/schema/dist/esm/raw/composable";
const MODULES = {
	heatmap: `${RAW}/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen`,
	stat: `${RAW}/stat/panelcfg/x/StatPanelCfg_types.gen`,
	table: `${RAW}/table/panelcfg/x/TablePanelCfg_types.gen`,
	text: `${RAW}/text/panelcfg/x/TextPanelCfg_types.gen`,
	timeseries: `${RAW}/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen`,
};
// Kinds that have a FieldConfig of their own.
const WITH_FIELDS = ["heatmap", "table", "timeseries"];

const dashboard = JSON.parse(readFileSync(process.argv[2], "utf8"));
const lines = [
	'import type { Dashboard, Panel } from "@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen";',
	...Object.entries(MODULES).map(([kind, path]) => `import type * as ${kind} from "${path}";`),
	"// JSON has the values of enumerations, not their names.",
	"type Json<T> = T extends string ? `${T}` : T extends (infer U)[] ? Json<U>[] :",
	"	T extends object ? { [K in keyof T]: Json<T[K]> } : T;",
];
const check = (name, type, value) => lines.push(`const ${name}: ${type} = ${JSON.stringify(value, null, 1)};`, `void ${name};`);

check("dashboard", 'Json<Omit<Dashboard, "panels">>', { ...dashboard, panels: undefined });
for (const panel of dashboard.panels) {
	const { type, id, options, fieldConfig } = panel;
	if (type === "row") {
		check(`panel${id}`, 'Json<NonNullable<Dashboard["panels"]>[number]>', panel);
		continue;
	}
	if (!(type in MODULES))
		throw new Error(`panel ${id}: no type is known for kind ${type}`);
	check(`panel${id}`, 'Json<Omit<Panel, "options" | "targets">>', { ...panel, options: undefined, targets: undefined });
	check(`options${id}`, `Json<Partial<${type}.Options>>`, options);
	if (WITH_FIELDS.includes(type))
		check(`fields${id}`, `Json<Partial<${type}.FieldConfig>>`, fieldConfig.defaults.custom);
}
console.log(lines.join("\n"));
