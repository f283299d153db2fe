// SPDX-License-Identifier: GPL-2.0
// One of a few: radio buttons that look like a row of buttons; arrow keys come with them.

import { el } from "./dom.js";

// options: [[value, text, title]]; chosen(value) is called when another one is chosen.
export class Choice {
	constructor(fieldset, name, options, value, chosen) {
		this.inputs = new Map();
		for (const [v, text, title] of options) {
			const input = el("input", { type: "radio", name, value: v });
			input.checked = v === value;
			input.addEventListener("change", () => chosen(v));
			this.inputs.set(v, input);
			fieldset.append(el("label", { title }, input, el("span", { text })));
		}
	}

	// Grey out what this kernel does not have.
	enable(value, enabled) {
		this.inputs.get(value).disabled = !enabled;
	}

	set(value) {
		this.inputs.get(value).checked = true;
	}
}
