// SPDX-License-Identifier: GPL-2.0
// Starts what the tests watch: a load whose name is markup, and an exporter.

import { spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const HOSTILE = "<img src=x>";

const BIN = `${process.env.VMALOCK_BUILD ?? "build"}/bin`;
const PATIENCE_MS = 120000;

// A child that should run has ended: no use to wait.
class Ended extends Error {}

// Wait until f() is true; what: for the message if it never is.
export async function until(what, f, patience = PATIENCE_MS) {
	const end = Date.now() + patience;
	let error = null;
	do {
		try {
			const value = await f();
			if (value)
				return value;
			error = null;
		} catch (e) {
			if (e instanceof Ended)
				throw e;
			error = e;
		}
		await new Promise((done) => setTimeout(done, 100));
	} while (Date.now() < end);
	throw new Error(`not within ${patience / 1000} s: ${what}${error ? `: ${error.message}` : ""}`);
}

// A port of 127.0.0.1 that nobody listens on.
export function freePort() {
	return new Promise((done, fail) => {
		const server = createServer();
		server.on("error", fail);
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address();
			server.close(() => done(port));
		});
	});
}

class Child {
	constructor(command, args) {
		this.command = command;
		this.output = "";
		this.status = null;
		this.process = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
		for (const stream of [this.process.stdout, this.process.stderr])
			stream.on("data", (data) => (this.output += data));
		this.ended = new Promise((done) => {
			this.process.on("error", (error) => done((this.status = error.message)));
			this.process.on("exit", (code, signal) => done((this.status = code ?? signal)));
		});
	}

	// Only of a child that still runs: else why it doesn't.
	check() {
		if (this.status !== null)
			throw new Ended(`${this.command} ended with ${this.status}: ${this.output.slice(-2000)}`);
	}

	async stop(signal = "SIGTERM") {
		if (this.status === null)
			this.process.kill(signal);
		await this.ended;
	}
}

// vmalock-load under another file name, which its threads have as their comm.
export class Load {
	constructor(name, options = []) {
		this.dir = mkdtempSync(join(tmpdir(), "vmalock-page-"));
		const path = join(this.dir, name);
		copyFileSync(`${BIN}/vmalock-load`, path);
		this.child = new Child(path, ["--duration=3600", "--faulters=3", "--mappers=2", "--size=16G",
			"--modes=anon,file,replace", ...options]);
	}

	async stop() {
		await this.child.stop("SIGKILL");
		rmSync(this.dir, { recursive: true, force: true });
	}
}

export class Exporter {
	constructor(port) {
		this.port = port;
		this.url = `http://127.0.0.1:${port}`;
	}

	async start() {
		this.child = new Child(`${BIN}/vmalocktop`, ["--listen", `127.0.0.1:${this.port}`, "--stats"]);
		await until("the exporter answers", async () => {
			this.child.check();
			return (await fetch(`${this.url}/healthz`)).ok;
		});
	}

	async stop() {
		await this.child?.stop();
	}

	// An answer of the API.  On a host that is very busy it may take more than the time that a connection has.
	get(path) {
		return until(`an answer to ${path}`, async () => {
			this.child?.check();
			const response = await fetch(this.url + path);
			if (!response.ok)
				throw new Error(`${response.status} ${await response.text()}`);
			return response.json();
		});
	}
}
