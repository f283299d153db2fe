// SPDX-License-Identifier: GPL-2.0
// What is looked at; kept in the address, so that it can be reloaded and passed on.

import { KINDS } from "./kinds.js";

export const WINDOWS = ["recent", "start"];
export const SPANS = [60, 180, 600];

const ADDRESS = /^0x[0-9a-f]{1,16}$/;

export class View {
	constructor() {
		this.window = "recent";
		this.span = 180;		// seconds
		this.kind = null;		// null: the first one that there is anything of
		this.region = null;		// { pid, start, end, name, picked }
		this.read();
	}

	read() {
		const p = new URLSearchParams(location.hash.slice(1));
		if (WINDOWS.includes(p.get("window")))
			this.window = p.get("window");
		if (SPANS.includes(Number(p.get("span"))))
			this.span = Number(p.get("span"));
		if (KINDS.includes(p.get("kind")))
			this.kind = p.get("kind");
		const [pid, start, end] = (p.get("region") ?? "").split(",");
		if (/^[1-9][0-9]{0,9}$/.test(pid) && ADDRESS.test(start) && ADDRESS.test(end))
			this.region = { pid: Number(pid), start, end, name: null, picked: true };
	}

	// Note what was changed by hand.
	save() {
		const p = new URLSearchParams();
		p.set("window", this.window);
		p.set("span", this.span);
		if (this.kind)
			p.set("kind", this.kind);
		if (this.region?.picked)
			p.set("region", [this.region.pid, this.region.start, this.region.end].join(","));
		history.replaceState(null, "", `#${p}`);
	}
}
