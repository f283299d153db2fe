// SPDX-License-Identifier: GPL-2.0
// Tables whose rows live on from report to report, and are reached with the arrow keys.

import { count } from "./format.js";
import { el, setAttribute, setShare, setText } from "./dom.js";

export class Table {
	// columns: [{ title, class, cell(row): text or { text, title, sub, share, colour } }]
	// key(row): tells rows apart; chosen(row): whether it is; choose(row): if rows can be chosen
	constructor(root, { name, columns, key, choose, chosen, empty }) {
		this.columns = columns;
		this.key = key;
		this.choose = choose;
		this.chosen = chosen;
		this.rows = new Map();
		this.head = el("thead", { role: "rowgroup" }, el("tr", { role: "row" },
			...columns.map((c) => el("th", { role: "columnheader", scope: "col", class: c.class, text: c.title }))));
		this.body = el("tbody", { role: "rowgroup" });
		this.table = el("table", { role: "grid", "aria-label": name, "aria-readonly": "true" }, this.head, this.body);
		this.empty = el("p", { class: "empty", text: empty });
		this.more = el("p", { class: "note" });
		root.replaceChildren(this.table, this.empty, this.more);
		this.body.addEventListener("keydown", (event) => this.pressed(event));
		this.body.addEventListener("click", (event) => this.pick(event.target.closest("tr")));
		this.body.addEventListener("focusin", (event) => this.reach(event.target.closest("tr")));
	}

	// data: the rows; more: how many others there are, which aren't shown
	update(data, more = 0) {
		const old = this.rows;
		const focused = document.activeElement;
		this.rows = new Map();
		for (const [i, row] of data.entries()) {
			const key = this.key(row);
			const line = old.get(key) ?? this.make();
			old.delete(key);
			this.rows.set(key, line);
			line.row = row;
			this.fill(line, row);
			if (this.body.children[i] !== line.tr)
				this.body.insertBefore(line.tr, this.body.children[i] ?? null);
		}
		const lost = [...old.values()].some((line) => line.tr === focused);
		for (const line of old.values())
			line.tr.remove();
		this.table.hidden = data.length === 0;
		this.empty.hidden = data.length > 0;
		setText(this.more, more ? `and ${count(more)} more` : "");
		const lines = [...this.body.children];
		// A row that was moved has lost the focus; of one that is gone the first inherits it.
		if (lost)
			lines[0]?.focus();
		else if (focused && focused !== document.activeElement && this.body.contains(focused))
			focused.focus();
		if (!lines.some((tr) => tr.tabIndex === 0) && lines.length)
			lines[0].tabIndex = 0;
	}

	make() {
		const cells = this.columns.map((c) => {
			const main = el("span", { class: "main" });
			const sub = el("small");
			const bar = el("i", { class: "bar", "aria-hidden": "true" });
			return { td: el("td", { role: "gridcell", class: c.class }, main, sub, bar), main, sub, bar };
		});
		const tr = el("tr", { role: "row", tabindex: "-1", class: this.choose ? "choice" : null }, ...cells.map((c) => c.td));
		return { tr, cells };
	}

	fill(line, row) {
		for (const [i, column] of this.columns.entries()) {
			const content = column.cell(row);
			const c = typeof content === "object" ? content : { text: content };
			const { td, main, sub, bar } = line.cells[i];
			setText(main, c.text);
			setText(sub, c.sub ?? "");
			setAttribute(td, "title", c.title);
			bar.hidden = c.share === undefined;
			setShare(bar, c.share);
			setAttribute(td, "data-kind", c.kind);
		}
		if (this.choose)
			setAttribute(line.tr, "aria-selected", this.chosen(row));
	}

	line(tr) {
		return [...this.rows.values()].find((line) => line.tr === tr);
	}

	// One row at a time is in the tab order.
	reach(tr) {
		for (const other of this.body.children)
			other.tabIndex = other === tr ? 0 : -1;
	}

	pick(tr) {
		const line = tr && this.line(tr);
		if (!line)
			return;
		tr.focus();
		this.choose?.(line.row);
	}

	pressed(event) {
		const tr = event.target.closest("tr");
		const to = {
			ArrowDown: tr?.nextElementSibling, ArrowUp: tr?.previousElementSibling,
			Home: this.body.firstElementChild, End: this.body.lastElementChild,
		};
		if (event.key in to) {
			to[event.key]?.focus();
			event.preventDefault();
		} else if (event.key === "Enter" || event.key === " ") {
			this.pick(tr);
			event.preventDefault();
		}
	}
}
