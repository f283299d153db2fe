// SPDX-License-Identifier: GPL-2.0
// Whether the page is live, and if it isn't, how old its figures are.

import { ago } from "./format.js";
import { byId, setAttribute, setText } from "./dom.js";

// Say it in words; called more often than there are reports, for ages grow.
export function showLink(feed) {
	const state = feed.state();
	const age = feed.age();
	const old = age === null ? "" : `figures are ${ago(age)} old`;
	const next = Math.max(0, Math.ceil((feed.retryAt - performance.now()) / 1000));
	const retry = feed.busy ? "asking again" : `asking again in ${next}${"\u202f"}s`;
	const texts = {
		connecting: feed.error ? `${feed.error}; ${retry}` : "",
		live: "",
		paused: old,
		stale: `nothing new from the exporter, ${old}`,
		gone: `${feed.error}; ${old}; ${retry}`,
	};
	setAttribute(document.documentElement, "data-link", state);
	setText(byId("link-state"), state);
	setText(byId("link-text"), texts[state]);
}
