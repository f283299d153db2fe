// SPDX-License-Identifier: GPL-2.0
// manifests.mjs: are the objects in Kubernetes manifests what its API takes?
//
// Usage: node manifests.mjs NODE_MODULES FILE...
//
// Each is checked against the schema of its kind, which kubernetes-models has from Kubernetes' own
// OpenAPI description. That admits fields that don't exist: so the objects are also compiled as constants
// of their types.
//
// Exit status: 0 they are; 1 not.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [modules, ...files] = process.argv.slice(2);
if (!modules || files.length === 0) {
	console.error("manifests.mjs: give a node_modules directory and manifests");
	process.exit(1);
}
const require = createRequire(join(resolve(modules), "manifests.cjs"));
const { parseAllDocuments } = require("yaml");
const ts = require("typescript");
let source = "";

for (const file of files) {
	const documents = parseAllDocuments(readFileSync(file, "utf8"));
	if (documents.length === 0)
		throw new Error(`${file}: no object`);
	for (const document of documents) {
		if (document.errors.length)
			throw document.errors[0];
		const object = document.toJS();
		const Model = require(`kubernetes-models/${object.apiVersion}/${object.kind}`)[object.kind];
		new Model(object).validate();
		const type = `import("kubernetes-models/${object.apiVersion}/${object.kind}").I${object.kind}`;
		source += `export const o${source.length}: ${type} = ${JSON.stringify(object, null, "\t")};\n`;
		console.log(`${file}: ${object.kind} ${object.metadata.name}`);
	}
}

const written = join(resolve(modules), "..", `manifests-${process.pid}.ts`);
writeFileSync(written, source);
const program = ts.createProgram([written], {
	noEmit: true, strict: true, skipLibCheck: true, types: [],
	target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, moduleResolution: ts.ModuleResolutionKind.Node10,
});
const wrong = ts.getPreEmitDiagnostics(program);
rmSync(written);
for (const d of wrong)
	console.error(ts.flattenDiagnosticMessageText(d.messageText, "\n"));
process.exitCode = wrong.length ? 1 : 0;
