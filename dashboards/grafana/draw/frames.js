// SPDX-License-Identifier: GPL-2.0
// Runs the queries of a panel and makes of the answers the data frames that Grafana would make of them.

import * as grafana from "@grafana/data";

// "{{kind}} of {{host}}" with a series' labels; all labels without a template.
function seriesName(template, labels) {
	if (template === "__auto")
		return Object.entries(labels).map(([name, value]) => `${name}="${value}"`).join(", ") || "Value";
	return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => labels[label] ?? "");
}

function number(text) {
	return { "+Inf": Infinity, "-Inf": -Infinity }[text] ?? Number(text);
}

// The series that Prometheus answers a target with; range: { from, to, step } in seconds.
async function ask(target, variables, range) {
	let query = target.expr;
	for (const [name, value] of Object.entries(variables))
		query = query.replaceAll(`$${name}`, value);
	const [path, times] = target.range ? ["query_range", { start: range.from, end: range.to, step: range.step }] :
		["query", { time: range.to }];
	const answer = await (await fetch(`/api/v1/${path}?${new URLSearchParams({ query, ...times })}`)).json();
	if (answer.status !== "success")
		throw new Error(`${query}: ${answer.error}`);
	return answer.data.result;
}

// One frame of an instant query: a field for the time, each label, the value.
function table(target, series, only) {
	const labels = [...new Set(series.flatMap((s) => Object.keys(s.metric)))];
	return grafana.toDataFrame({ refId: target.refId, fields: [
		{ name: "Time", type: "time", values: series.map((s) => s.value[0] * 1000) },
		...labels.map((label) => ({ name: label, type: "string", values: series.map((s) => s.metric[label] ?? "") })),
		{ name: only ? "Value" : `Value #${target.refId}`, type: "number", values: series.map((s) => number(s.value[1])) },
	] });
}

// A frame of one series, with gaps where it has no value.
function graph(target, series, range) {
	const known = new Map((series.values ?? [series.value]).map(([time, value]) => [time, number(value)]));
	const times = [...known.keys()];
	if (target.range)
		times.splice(0, times.length, ...Array.from({ length: (range.to - range.from) / range.step + 1 },
			(_, i) => range.from + i * range.step));
	const name = seriesName(target.legendFormat, series.metric);
	return grafana.toDataFrame({ refId: target.refId, name, fields: [
		{ name: "Time", type: "time", values: times.map((time) => time * 1000), config: {} },
		{ name: "Value", type: "number", values: times.map((time) => known.get(time) ?? null), labels: series.metric,
			config: { displayNameFromDS: name } },
	] });
}

export async function frames(panel, variables, range) {
	const all = [];
	for (const target of panel.targets) {
		const series = await ask(target, variables, range);
		if (target.format !== "table")
			all.push(...series.map((s) => graph(target, s, range)));
		else if (series.length)
			all.push(table(target, series, panel.targets.length === 1));
	}
	return all;
}
