// SPDX-License-Identifier: GPL-2.0
// Draws a dashboard with the components that Grafana publishes.

import React from "react";
import { createRoot } from "react-dom/client";
import * as grafana from "@grafana/data";
import { BigValue, PanelChrome, TimeSeries } from "@grafana/ui";
import { TableNG } from "@grafana/ui/unstable";
import { frames } from "./frames.js";

const COLUMN = 57, ROW = 38, GAP = 8;	// of Grafana's grid on a screen 1380 pixels wide
const theme = grafana.createTheme({ colors: { mode: "light" } });

grafana.standardTransformersRegistry.setInit(() =>
	[...new Map(Object.values(grafana.standardTransformers).map((t) => [t.id, t])).values()].map((t) =>
		({ id: t.id, name: t.name, transformation: async () => t })));

// Grafana's own list of properties is not published: these are those that the dashboards have.
const property = (path, isCustom) => ({ id: isCustom ? `custom.${path}` : path, path, isCustom, name: path,
	process: (value) => value, shouldApply: () => true });
const properties = new grafana.FieldConfigOptionsRegistry(() => [
	...["unit", "decimals", "min", "max", "noValue", "color", "thresholds", "links"].map((p) => property(p, false)),
	...["drawStyle", "lineInterpolation", "lineWidth", "fillOpacity", "gradientMode", "showPoints", "spanNulls", "stacking",
		"align", "filterable", "inspect", "cellOptions"].map((p) => property(p, true)),
]);

async function load(panel, variables, range) {
	if (!panel.targets)
		return [];
	let data = await frames(panel, variables, range);
	data = await new Promise((done, failed) =>
		grafana.transformDataFrame(panel.transformations ?? [], data).subscribe({ next: done, error: failed }));
	data = grafana.applyFieldOverrides({ data, fieldConfig: panel.fieldConfig, replaceVariables: (text) => text, theme,
		timeZone: "utc", fieldConfigRegistry: properties });
	grafana.cacheFieldDisplayNames(data);
	return data;
}

function Body({ panel, data, range, width, height }) {
	const moment = (seconds) => grafana.dateTime(seconds * 1000);
	const timeRange = { from: moment(range.from), to: moment(range.to), raw: { from: moment(range.from), to: moment(range.to) } };
	if (panel.type === "text")
		return <div>{panel.options.content}</div>;
	if (panel.type === "heatmap")
		return <div>Not drawn: Grafana does not publish its heat map.</div>;
	if (!data.some((frame) => frame.length))
		return <div>{panel.fieldConfig.defaults.noValue ?? "No data"}</div>;
	if (panel.type === "timeseries")
		return <TimeSeries frames={data} structureRev={1} timeRange={timeRange} timeZone="utc" width={width} height={height}
			legend={panel.options.legend} options={panel.options} />;
	if (panel.type === "table")
		return <TableNG data={data[0]} structureRev={1} timeRange={timeRange} width={width} height={height}
			fieldConfig={panel.fieldConfig} initialSortBy={panel.options.sortBy} />;
	const [value] = grafana.getFieldDisplayValues({ fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions,
		replaceVariables: (text) => text, theme, data, timeZone: "utc" });
	return <BigValue value={value.display} width={width} height={height} theme={theme} graphMode="none"
		colorMode={panel.options.colorMode} justifyMode={panel.options.justifyMode} textMode={panel.options.textMode} />;
}

// Says which panel could not be drawn, in place of it.
class Panel extends React.Component {
	state = {};

	static getDerivedStateFromError(error) {
		return { error };
	}

	render() {
		const { panel, ...rest } = this.props, { w, h } = panel.gridPos;
		if (this.state.error)
			return <pre className="failed">{panel.title}: {String(this.state.error)}</pre>;
		if (panel.type === "row")
			return <b>{panel.title}</b>;
		return <PanelChrome title={panel.title} width={w * COLUMN - GAP} height={h * ROW - GAP}>
			{(width, height) => <Body panel={panel} width={width} height={height} {...rest} />}
		</PanelChrome>;
	}
}

// Draw the panels of a dashboard; variables: its variables' values; range: { from, to, step } in seconds.
window.draw = async (dashboard, variables, range) => {
	const data = await Promise.all(dashboard.panels.map((panel) => load(panel, variables, range)));
	const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
	createRoot(document.querySelector("main")).render(
		<grafana.ThemeContext.Provider value={theme}>
			<div style={{ position: "relative", height: bottom * ROW, background: theme.colors.background.canvas }}>
				{dashboard.panels.map((panel, i) =>
					<div key={panel.id} style={{ position: "absolute", left: panel.gridPos.x * COLUMN, top: panel.gridPos.y * ROW }}>
						<Panel panel={panel} data={data[i]} range={range} />
					</div>)}
			</div>
		</grafana.ThemeContext.Provider>);
};
