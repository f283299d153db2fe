// SPDX-License-Identifier: GPL-2.0
// The kinds of waits, and what people call them.

export const KINDS = ["baby", "excl", "mmap_lock", "drain", "life"];
export const FAULT_KINDS = ["baby", "excl", "mmap_lock"];

const TEXTS = {
	baby: ["BABY", "faults on a mapping that is being replaced"],
	excl: ["EXCL", "faults on a VMA that is being changed"],
	mmap_lock: ["mmap_lock", "faults that need mmap_lock"],
	drain: ["drain", "writers, until faults have left a VMA"],
	life: ["BABY's life", "from a replacement's beginning to its end; nobody need wait"],
	zombie: ["ZOMBIE", "back-offs from a VMA that was unmapped"],
};

export const kindName = (kind) => TEXTS[kind]?.[0] ?? kind;
export const kindMeaning = (kind) => TEXTS[kind]?.[1] ?? "";
// The colour that style.css gives to a kind.
export const kindColour = (kind) => (TEXTS[kind] ? `--kind-${kind}` : "--muted");
