// Shows the operations of /openapi.json. No library, no outside address; text is set as text, never as HTML.
"use strict";

const WORDS = {
  en: { filter: "Filter", parameters: "Parameters", body: "Body", example: "Example", answers: "Answers", required: "required", broken: "/openapi.json could not be read" },
  ja: { filter: "絞り込み", parameters: "パラメーター", body: "本文", example: "例", answers: "応答", required: "必須", broken: "/openapi.json を読めません" },
};
let language = (navigator.language || "en").startsWith("ja") ? "ja" : "en";
let spec = null;

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function resolve(schema) {
  return schema && schema.$ref ? schema.$ref.split("/").slice(1).reduce((node, key) => node[key], spec) : schema;
}

function kind(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  const parts = schema.anyOf || schema.oneOf;
  if (parts) return parts.map(kind).join(" | ");
  if (schema.type === "array") return kind(schema.items) + "[]";
  const most = schema.maxLength ?? schema.maximum;
  return [schema.type, schema.format, most === undefined ? "" : "≤ " + most].filter(Boolean).join(" ");
}

function table(rows) {
  const element = make("table");
  for (const row of rows) {
    const line = element.insertRow();
    for (const cell of row) line.append(make("td", cell));
  }
  return element;
}

function section(parent, title, ...children) {
  parent.append(make("h3", title), ...children);
}

function fields(schema) {
  const found = resolve(schema) || {};
  const must = new Set(found.required || []);
  return Object.entries(found.properties || {}).map(([name, one]) => [name, kind(one), must.has(name) ? WORDS[language].required : "", one.description || ""]);
}

function operation(method, path, one) {
  const words = WORDS[language];
  const element = make("details");
  element.id = one.operationId;
  const summary = make("summary");
  summary.append(make("span", method.toUpperCase(), "method"), make("span", path, "path"), make("span", one.description || one.summary, "what"));
  element.append(summary);
  if (one.parameters) section(element, words.parameters, table(one.parameters.map((p) => [p.name, p.in, kind(p.schema), p.required ? words.required : "", p.description || ""])));
  const body = one.requestBody && one.requestBody.content["application/json"];
  if (body) {
    const schema = body.schema.allOf ? body.schema.allOf[0] : body.schema;
    section(element, words.body + ": " + kind(schema), table(fields(schema)));
    if (body.example) section(element, words.example, make("pre", JSON.stringify(body.example, null, 2)));
  }
  section(element, words.answers, table(Object.entries(one.responses).map(([status, r]) => [status, r.description])));
  return element;
}

function show() {
  const words = WORDS[language];
  document.documentElement.lang = language;
  document.getElementById("filter-label").textContent = words.filter;
  for (const one of ["ja", "en"]) document.getElementById(one).setAttribute("aria-pressed", String(one === language));
  const wanted = document.getElementById("filter").value.toLowerCase();
  const groups = new Map();
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const [method, one] of Object.entries(item)) {
      if (!(method + " " + path + " " + one.operationId + " " + (one.description || "")).toLowerCase().includes(wanted)) continue;
      const tag = (one.tags || ["-"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation(method, path, one));
    }
  }
  document.getElementById("version").textContent = spec.info.version;
  document.getElementById("operations").replaceChildren(...[...groups].flatMap(([tag, all]) => [make("h2", tag), ...all]));
}

function choose(one) {
  language = one;
  if (spec) show();
}

document.getElementById("ja").addEventListener("click", () => choose("ja"));
document.getElementById("en").addEventListener("click", () => choose("en"));
document.getElementById("filter").addEventListener("input", () => spec && show());
fetch("/openapi.json")
  .then((answer) => answer.json())
  .then((found) => { spec = found; show(); })
  .catch(() => { document.getElementById("operations").textContent = WORDS[language].broken; });
