// Draws /v2/openapi.json: operations by tag, then schemas. Text only ever goes
// into the page through textContent, so that nothing in the document can act.
"use strict";

const el = (name, attributes, ...children) => {
  const e = document.createElement(name);
  for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
};

// prose turns the little Markdown that the document uses into elements:
// paragraphs, lists, `code`.
const prose = (text) => {
  const box = el("div");
  for (const block of (text || "").split(/\n\s*\n/)) {
    const lines = block.split("\n");
    if (lines.every((l) => l.startsWith("- "))) box.append(el("ul", {}, ...lines.map((l) => el("li", {}, ...inline(l.slice(2))))));
    else if (block.startsWith("## ")) box.append(el("h2", {}, block.slice(3)));
    else if (block.trim()) box.append(el("p", {}, ...inline(block)));
  }
  return box;
};
const inline = (text) => text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));

const nameOf = (ref) => ref.split("/").pop();
const schemaType = (s) => {
  if (!s) return "";
  if (s.$ref) return el("a", { href: "#schema-" + nameOf(s.$ref) }, nameOf(s.$ref));
  if (s.type === "array" || (Array.isArray(s.type) && s.type.includes("array"))) return el("span", {}, "list of ", schemaType(s.items));
  if (s.additionalProperties && typeof s.additionalProperties === "object") return el("span", {}, "object of ", schemaType(s.additionalProperties));
  let t = [].concat(s.type || "any").join(" or ");
  if (s.format) t += " (" + s.format + ")";
  if (s.enum) t += ": " + s.enum.join(", ");
  return t;
};

const fields = (schema) => {
  const rows = Object.entries(schema.properties || {}).map(([name, s]) =>
    el("tr", {}, el("td", {}, name + ((schema.required || []).includes(name) ? " *" : "")),
      el("td", { class: "type" }, schemaType(s)), el("td", {}, ...inline(s.description || ""))));
  return rows.length ? el("table", {}, el("tbody", {}, ...rows)) : null;
};

const example = (value) => el("pre", {}, typeof value === "string" ? value : JSON.stringify(value, null, 2));
const examplesOf = (media) => {
  if (media.example !== undefined) return [example(media.example)];
  return Object.entries(media.examples || {}).flatMap(([name, x]) => [el("h4", {}, x.summary || name), example(x.value)]);
};

const bodyOf = (doc, media) => {
  const s = media.schema && media.schema.$ref ? doc.components.schemas[nameOf(media.schema.$ref)] : media.schema;
  return [media.schema && media.schema.$ref ? el("p", { class: "type" }, schemaType(media.schema)) : null, s ? fields(s) : null, ...examplesOf(media)];
};

const operation = (doc, path, verb, op) => {
  const box = el("section", { class: "op", id: op.operationId }, el("h3", {}, op.summary || op.operationId),
    el("div", { class: "path" }, el("span", { class: "verb " + verb }, verb.toUpperCase()), path), prose(op.description));
  if (op.parameters && op.parameters.length) {
    box.append(el("h4", {}, "Parameters"), el("table", {}, el("tbody", {}, ...op.parameters.map((p) =>
      el("tr", {}, el("td", {}, p.name + (p.required ? " *" : "")), el("td", { class: "type" }, p.in + ", ", schemaType(p.schema)),
        el("td", {}, ...inline(p.description || "")))))));
  }
  for (const [type, media] of Object.entries((op.requestBody || {}).content || {}))
    box.append(el("h4", {}, "Request body, " + type), ...bodyOf(doc, media).filter(Boolean));
  const errorLines = [];
  for (const [status, r] of Object.entries(op.responses || {})) {
    const schema = ((r.content || {})["application/json"] || {}).schema;
    if (schema && schema.$ref && nameOf(schema.$ref) === "ErrorBody") {
      errorLines.push(status + " " + r.description.replace(/\.$/, ""));
      continue;
    }
    box.append(el("h4", {}, "Answer " + status + (r.description ? ": " + r.description : "")));
    for (const media of Object.values(r.content || {})) box.append(...bodyOf(doc, media).filter(Boolean));
  }
  if (errorLines.length) box.append(el("h4", {}, "Errors"), el("p", {}, errorLines.join(", ") + ". See ", el("a", { href: "#errors" }, "error codes"), "."));
  return box;
};

const draw = (doc) => {
  document.getElementById("title").textContent = doc.info.title + " " + doc.info.version;
  document.getElementById("intro").append(prose(doc.info.description));
  const nav = document.getElementById("nav");
  const list = document.getElementById("operations");
  list.replaceChildren();
  const all = Object.entries(doc.paths).flatMap(([path, item]) => ["get", "post", "put", "delete"].filter((v) => item[v]).map((v) => [path, v, item[v]]));
  const order = doc["x-order"] || [];
  all.sort((a, b) => order.indexOf(a[2].operationId) - order.indexOf(b[2].operationId));
  for (const tag of doc.tags || []) {
    const own = all.filter(([, , op]) => (op.tags || [])[0] === tag.name);
    if (!own.length) continue;
    nav.append(el("h2", {}, tag.name), ...own.map(([, , op]) => el("a", { href: "#" + op.operationId }, op.summary)));
    list.append(el("h2", {}, tag.name), prose(tag.description), ...own.map(([path, verb, op]) => operation(doc, path, verb, op)));
  }
  const errors = doc["x-error-codes"] || {};
  nav.append(el("h2", {}, "Reference"), el("a", { href: "#errors" }, "Error codes"), el("a", { href: "#schemas" }, "Schemas"));
  list.append(el("section", { class: "op", id: "errors" }, el("h2", {}, "Error codes"), el("table", {}, el("tbody", {},
    ...Object.entries(errors).map(([code, text]) => el("tr", { id: "error-" + code }, el("td", {}, code), el("td", {}, text)))))));
  document.getElementById("schemas").append(el("h2", {}, "Schemas"), ...Object.entries(doc.components.schemas).map(([name, s]) =>
    el("section", { class: "op", id: "schema-" + name }, el("h3", {}, name), prose(s.description), fields(s))));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
};

fetch("v2/openapi.json").then((r) => r.json()).then(draw).catch((e) => {
  document.getElementById("loading").textContent = "The document could not be loaded: " + e;
});
