// SPDX-License-Identifier: GPL-2.0
// The exporter's answers, see tools/vmalocktop/API.md.

const TIMEOUT_MS = 10000;
const API = 1;

// Get one answer; throws an Error that says in words what was wrong.
export async function get(path, parameters = {}) {
	const given = new URLSearchParams();
	for (const [name, value] of Object.entries(parameters))
		if (value !== null && value !== undefined)
			given.set(name, value);
	const query = given.toString();
	const url = query ? `${path}?${query}` : path;
	let response;
	try {
		response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
	} catch (error) {
		throw new Error(error.name === "TimeoutError" ? "the exporter does not answer" : "the exporter is gone");
	}
	if (!response.ok)
		throw new Error(`${path}: ${response.status} ${(await response.text().catch(() => "")).trim().slice(0, 200)}`);
	const answer = await response.json().catch(() => {
		throw new Error(`${path}: not the answer of an exporter`);
	});
	if (answer.api !== API)
		throw new Error("the exporter is of another version: reload this page");
	return answer;
}
