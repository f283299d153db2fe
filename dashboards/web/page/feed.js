// SPDX-License-Identifier: GPL-2.0
// Asks the exporter once a second; goes on when it comes back; knows how old everything is.

import { get } from "./api.js";

const PERIOD_MS = 1000;
const LONGEST_RETRY_MS = 8000;
const STALE_INTERVALS = 4;

export class Feed {
	// view: what is looked at; changed: called after every change, with this.
	constructor(view, changed) {
		this.view = view;
		this.changed = changed;
		this.status = null;
		this.answer = null;		// of /api/report
		this.columns = [];		// of /api/history
		this.offsets = null;		// of /api/offsets, with all columns since it was first asked for
		this.offsetsErrors = new Map();	// by regionKey(): why there are none
		this.error = null;		// why there was no answer the last time
		this.failures = 0;
		this.restarts = 0;
		this.paused = false;
		this.retryAt = 0;		// by performance.now()
		this.gotAt = 0;			// likewise: the last answer
		this.timer = null;
		this.busy = false;
	}

	start() {
		this.tick();
		document.addEventListener("visibilitychange", () => {
			if (!document.hidden && !this.paused)
				this.now();
		});
	}

	// Ask at once, even in a pause: something else is looked at now.
	now() {
		if (this.busy) {
			this.again = true;
			return;
		}
		clearTimeout(this.timer);
		this.tick();
	}

	pause(paused) {
		this.paused = paused;
		if (paused) {
			clearTimeout(this.timer);
			this.changed(this);
		} else {
			this.now();
		}
	}

	// Seconds since the newest figures on the page were counted; null if there are none.
	age() {
		if (!this.status)
			return null;
		const last = this.columns.at(-1);
		const end = last ? last.end : this.status.begun;
		return this.status.now - end + (performance.now() - this.gotAt) / 1000;
	}

	// "connecting", "live", "paused", "stale" (it answers, but with nothing new) or "gone"
	state() {
		if (this.error)
			return this.status ? "gone" : "connecting";
		if (!this.status)
			return "connecting";
		// What was asked for before the pause is shown yet.
		if (this.paused && !this.busy)
			return "paused";
		return this.age() > STALE_INTERVALS * this.status.interval_ns / 1e9 ? "stale" : "live";
	}

	async tick() {
		this.busy = true;
		this.again = false;
		const begun = performance.now();
		try {
			await this.ask();
			this.error = null;
			this.failures = 0;
		} catch (error) {
			this.error = error.message;
			this.failures++;
		}
		this.busy = false;
		const wait = this.again ? 0 : this.failures
			? Math.min(LONGEST_RETRY_MS, PERIOD_MS * 2 ** (this.failures - 1))
			: Math.max(0, PERIOD_MS - (performance.now() - begun));
		this.retryAt = performance.now() + wait;
		// First the timer: what is called then may ask at once, in its stead.
		if (this.again || !this.paused)
			this.timer = setTimeout(() => this.tick(), wait);
		this.changed(this);
	}

	async ask() {
		const status = await get("/api/status");
		const again = this.status && this.status.begun !== status.begun;
		const after = again ? undefined : this.columns.at(-1)?.seq;
		const [history, answer] = await Promise.all([
			get("/api/history", { after }),
			get("/api/report", { window: this.view.window }),
			this.askOffsets(again),
		]);
		if (again) {
			this.columns = [];
			this.offsetsErrors.clear();
			this.restarts++;
		}
		this.status = status;
		this.gotAt = performance.now();
		this.answer = answer;
		this.columns.push(...history.columns);
		this.columns.splice(0, Math.max(0, this.columns.length - status.history_columns));
	}

	// A region may be gone: that is no fault of the exporter's.
	async askOffsets(again) {
		const region = this.view.region;
		if (!region) {
			this.offsets = null;
			return;
		}
		const old = !again && this.offsets && sameRegion(this.offsets, region) ? this.offsets : null;
		const asked = { pid: region.pid, start: region.start, end: region.end };
		try {
			let got = await get("/api/offsets", { ...asked, after: old?.columns.at(-1)?.seq });
			if (old && got.row_bytes === old.row_bytes && got.first_row === old.first_row && got.begun === old.begun)
				got.columns = [...old.columns, ...got.columns].slice(-this.limit());
			else if (old)
				got = await get("/api/offsets", asked);
			if (this.view.region === region) {
				this.offsets = got;
				this.offsetsErrors.delete(regionKey(region));
			}
		} catch (error) {
			this.offsetsErrors.set(regionKey(region), error.message);
		}
	}

	limit() {
		return this.status?.history_columns ?? 600;
	}
}

export function regionKey(region) {
	return region && [region.pid, region.start, region.end].join(",");
}

export function sameRegion(a, b) {
	return Boolean(a && b) && regionKey(a) === regionKey(b);
}
