// What a FHIR R4 document has to keep besides its structure: bdl-*, references, bindings, narrative, nothing empty.

const PROFILE = "http://hl7.org/fhir/StructureDefinition/";
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ELEMENTS = new Set(("a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr " +
  "i img li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var").split(" "));
const ATTRIBUTES = new Set("xmlns dir lang title class style id colspan rowspan scope".split(" "));
const ELSEWHERE = /^entry\[\d+\]\.Communication\.about\[\d+\]$/;
const UCUM = new Set(["{score}", "s", "m", "d", "deg"]);

/** The definitions of R4: elements with their types and bindings, value sets and code systems. */
export class Definitions {
  constructor(medplum, bundles) {
    this.medplum = medplum;
    this.valueSets = new Map();
    this.systems = new Map();
    for (const { resource } of bundles.flatMap((bundle) => bundle.entry)) {
      if (resource.resourceType === "ValueSet") this.valueSets.set(resource.url, resource);
      if (resource.resourceType === "CodeSystem") this.systems.set(resource.url, new Set(allCodes(resource.concept ?? [])));
    }
  }

  schema(type) {
    return this.medplum.tryGetDataType(type);
  }

  /** The codes of a value set as "system|code", or null where it does not list them. */
  codesOf(url) {
    const set = this.valueSets.get(url.split("|")[0]);
    if (!set?.compose) return null;
    const found = new Set();
    for (const { system, concept, filter, valueSet } of set.compose.include) {
      if (filter) return null;
      for (const other of valueSet ?? []) {
        const inner = this.codesOf(other);
        if (inner === null) return null;
        inner.forEach((code) => found.add(code));
      }
      if (!system) continue;
      const codes = concept ? concept.map((c) => c.code) : this.systems.get(system);
      if (!codes?.size && !codes?.length) return null;
      for (const code of codes) found.add(`${system}|${code}`);
    }
    return found;
  }
}

const allCodes = (concepts) => concepts.flatMap((c) => [c.code, ...allCodes(c.concept ?? [])]);

export function faultsOfDocument(bundle, definitions, parse) {
  const faults = bundleFaults(bundle);
  const targets = new Map((bundle.entry ?? []).map((entry) => [entry.fullUrl, entry.resource]));
  const points = new Map();
  for (const [at, { fullUrl, resource }] of (bundle.entry ?? []).entries()) {
    const walk = new Walk(definitions, targets, parse, faults, resource);
    walk.element(resource, definitions.schema(resource.resourceType), `entry[${at}].${resource.resourceType}`);
    points.set(fullUrl, walk.refersTo);
  }
  const reached = new Set([bundle.entry?.[0]?.fullUrl]);
  for (const url of reached) for (const next of points.get(url) ?? []) reached.add(next);
  for (const url of targets.keys()) if (!reached.has(url)) faults.push(`${url} is not reached from the Composition`);
  return faults;
}

function bundleFaults(bundle) {
  const faults = [];
  const urls = bundle.entry?.map((entry) => entry.fullUrl) ?? [];
  const composition = bundle.entry?.[0]?.resource;
  const need = (holds, said) => holds || faults.push(said);
  need(bundle.resourceType === "Bundle" && bundle.type === "document", "it is no document Bundle");
  need(bundle.identifier?.system && bundle.identifier?.value, "bdl-9: a document has an identifier with system and value");
  need(bundle.timestamp, "bdl-10: a document has a timestamp");
  need(composition?.resourceType === "Composition", "bdl-11: the first entry is a Composition");
  need(new Set(urls).size === urls.length, "bdl-7: every fullUrl stands once");
  need(Date.parse(bundle.timestamp) >= Date.parse(composition?.date), "the document is older than its Composition");
  need(bundle.entry?.filter((e) => e.resource.resourceType === "Composition").length === 1, "there is one Composition");
  for (const { fullUrl, resource, ...more } of bundle.entry ?? []) {
    need(UUID.test(fullUrl ?? ""), `${fullUrl} is no address`);
    need(`urn:uuid:${resource.id}` === fullUrl, `${fullUrl} is not the id of its resource`);
    need(Object.keys(more).length === 0, `an entry of a document holds ${Object.keys(more)}`);
  }
  for (const section of composition?.section ?? []) {
    need(section.title && section.text?.div, `the section “${section.title}” has no title or no narrative`);
    need(section.text || section.entry || section.section, "cmp-1: a section holds something");
    need(!section.emptyReason || !section.entry, "cmp-2: an emptyReason only where nothing is");
  }
  return faults;
}

// Asked of narrative below, of every element above, or of contained resources, which there are none of.
const ASKED_ELSEWHERE = new Set(["ele-1", "dom-3", "ref-1", "txt-1", "txt-2"]);

/** One resource, element by element, against its definition. */
class Walk {
  constructor(definitions, targets, parse, faults, resource) {
    Object.assign(this, { definitions, targets, parse, faults, resource, refersTo: [] });
  }

  element(value, schema, where) {
    if (!schema) return this.faults.push(`${where} is of no known type`);
    const chosen = new Map();
    for (const [key, inner] of Object.entries(value)) {
      if (key === "resourceType") continue;
      const [name, element, type] = this.typeOf(schema, key);
      if (!element) {
        this.faults.push(`${where}.${key} is not defined`);
        continue;
      }
      if (chosen.has(name)) this.faults.push(`${where}: ${chosen.get(name)} and ${key} exclude each other`);
      chosen.set(name, key);
      if (Array.isArray(inner) !== element.isArray) this.faults.push(`${where}.${key} is ${element.isArray ? "a" : "no"} list`);
      if (Array.isArray(inner) && !inner.length) this.faults.push(`${where}.${key} is empty`);
      [inner].flat().forEach((each, at) => this.one(each, element, type, `${where}.${key}${element.isArray ? `[${at}]` : ""}`));
    }
    this.rules(value, schema, where);
    for (const [name, element] of Object.entries(schema.elements)) {
      if (element.min > 0 && !chosen.has(name)) this.faults.push(`${where}.${name} is missing`);
    }
  }

  /** The invariants of the definition, by the FHIRPath it gives them. */
  rules(value, schema, where) {
    for (const { key, severity, expression, description } of schema.constraints ?? []) {
      if (severity !== "error" || ASKED_ELSEWHERE.has(key)) continue;
      const { evalFhirPathTyped, toTypedValue } = this.definitions.medplum;
      const [told] = evalFhirPathTyped(expression, [toTypedValue(value)], { "%resource": toTypedValue(this.resource) });
      if (told?.value !== true) this.faults.push(`${key}: ${where}: ${description}`);
    }
  }

  typeOf(schema, key) {
    if (schema.elements[key]) return [key, schema.elements[key], schema.elements[key].type[0]];
    for (const [name, element] of Object.entries(schema.elements)) {
      const base = name.endsWith("[x]") && name.slice(0, -3);
      const type = base && element.type.find((t) => key === base + t.code[0].toUpperCase() + t.code.slice(1));
      if (type) return [name, element, type];
    }
    return [key, undefined, undefined];
  }

  one(value, element, type, where) {
    if (value === null || value === "") return this.faults.push(`${where} is empty`);
    if (element.binding?.strength === "required") this.bound(value, element, where);
    if (type.code === "xhtml") return this.narrative(value, where);
    if (typeof value === "string") return this.text(value, type, where);
    if (typeof value !== "object") return undefined;
    if (!Object.keys(value).length) return this.faults.push(`${where} is empty`);
    if (type.code === "Reference") this.reference(value, type, where);
    if (type.code === "Coding") this.coding(value, where);
    if (type.code === "Quantity" && !UCUM.has(value.code)) this.faults.push(`${where}: ${value.code} is no unit known here`);
    if (type.code === "Period" && Date.parse(value.start) > Date.parse(value.end)) this.faults.push(`per-1: ${where} ends before it begins`);
    return this.element(value, this.definitions.schema(type.code), where);
  }

  text(value, type, where) {
    if (/[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]/.test(value)) this.faults.push(`${where} holds an unseen mark`);
    if (value !== value.trim()) this.faults.push(`${where} begins or ends with blanks`);
    const timed = /^(dateTime|instant)$/.test(type.code) && value.includes("T");
    if (timed && !/(Z|[+-]\d\d:\d\d)$/.test(value)) this.faults.push(`${where} has a time without an offset`);
    const day = /^\d{4}-\d\d-\d\d/.exec(value)?.[0];
    if (/^(date|dateTime|instant)$/.test(type.code) && day && new Date(`${day}T00:00Z`).toISOString().slice(0, 10) !== day)
      this.faults.push(`${where}: ${day} is no day`);
  }

  reference(value, type, where) {
    const allowed = (type.targetProfile ?? []).map((url) => url.replace(PROFILE, ""));
    // A logical reference names what lies elsewhere, by its identifier alone (R4, References, 2.3.0.2).
    if (!value.reference && value.identifier) return this.elsewhere(value, allowed, where);
    const target = this.targets.get(value.reference);
    if (!target) return this.faults.push(`${where} refers to ${value.reference}, which is not in the Bundle`);
    this.refersTo.push(value.reference);
    if (allowed.length && !allowed.includes("Resource") && !allowed.includes(target.resourceType))
      this.faults.push(`${where} refers to a ${target.resourceType}, not to ${allowed}`);
    return undefined;
  }

  /** Only the letter an answer is about lies elsewhere; it says what it is, and its identifier is one of a kind. */
  elsewhere({ type, identifier }, allowed, where) {
    const isUnique = identifier.system === "urn:ietf:rfc:3986" && UUID.test(identifier.value ?? "");
    if (!ELSEWHERE.test(where)) this.faults.push(`${where} refers to something outside the Bundle`);
    if (!isUnique) this.faults.push(`${where} names something outside the Bundle by no address of its own`);
    if (!this.definitions.schema(type) || (!allowed.includes("Resource") && !allowed.includes(type)))
      this.faults.push(`${where} refers to a ${type}, not to ${allowed}`);
  }

  /** A code of HL7's own systems has to be one; what stands at LOINC, SNOMED or with us is not known here. */
  coding(value, where) {
    const known = this.definitions.systems.get(value.system);
    if (!value.system) this.faults.push(`${where} has no system`);
    if (known?.size && !known.has(value.code)) this.faults.push(`${where}: ${value.code} is no code of ${value.system}`);
    if (/hl7\.org/.test(value.system) && !/\/sid\//.test(value.system) && !known) this.faults.push(`${where}: ${value.system} is no code system`);
  }

  bound(value, element, where) {
    const codes = this.definitions.codesOf(element.binding.valueSet);
    if (codes === null) return;
    const told = typeof value === "string" ? [...codes].filter((c) => c.endsWith(`|${value}`)) :
      (value.coding ?? [value]).filter((c) => codes.has(`${c.system}|${c.code}`));
    if (!told.length) this.faults.push(`${where}: ${JSON.stringify(value)} is not in ${element.binding.valueSet}`);
  }

  narrative(div, where) {
    let tree;
    try {
      tree = this.parse(div);
    } catch (fault) {
      return this.faults.push(`${where} is no XML: ${fault}`);
    }
    const [root, ...more] = tree.elements ?? [];
    if (more.length || root?.name !== "div" || root.attributes?.xmlns !== "http://www.w3.org/1999/xhtml")
      this.faults.push(`${where} is not one div of XHTML`);
    if (!this.words(root ?? {}, where).trim()) this.faults.push(`txt-2: ${where} says nothing`);
    return undefined;
  }

  words(node, where) {
    if (node.type === "text") return node.text;
    if (node.type !== "element") this.faults.push(`txt-1: ${where} holds a ${node.type}`);
    if (!ELEMENTS.has(node.name)) this.faults.push(`txt-1: ${where} holds <${node.name}>`);
    for (const name of Object.keys(node.attributes ?? {})) if (!ATTRIBUTES.has(name)) this.faults.push(`txt-1: ${where} holds ${name}=`);
    return (node.elements ?? []).map((inner) => this.words(inner, where)).join(" ");
  }
}
