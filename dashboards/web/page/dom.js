// SPDX-License-Identifier: GPL-2.0
// Elements without markup in strings: text comes from programs that are not to be trusted.

export const byId = (id) => document.getElementById(id);

// An element with attributes ("text" is its text) and children.
export function el(tag, attributes = {}, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (name === "text")
			node.textContent = value;
		else if (value !== null && value !== undefined)
			node.setAttribute(name, value);
	}
	node.append(...children);
	return node;
}

// Change a text only if it differs: what has not changed is neither laid out nor read out again.
export function setText(node, text) {
	const s = String(text);
	if (node.textContent !== s)
		node.textContent = s;
}

// Likewise an attribute; null removes it.
export function setAttribute(node, name, value) {
	if (value === null || value === undefined)
		node.removeAttribute(name);
	else if (node.getAttribute(name) !== String(value))
		node.setAttribute(name, value);
}

// Width of a bar, 0 to 1.
export function setShare(node, share) {
	const width = `${(Math.min(1, Math.max(0, share || 0)) * 100).toFixed(2)}%`;
	if (node.style.width !== width)
		node.style.width = width;
}
