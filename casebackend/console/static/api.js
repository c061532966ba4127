"use strict";
// Shows /api/v1/openapi.json. Builds nodes, never HTML from text.
(async () => {
  const root = document.querySelector("#api");
  const make = (tag, values = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), values);
    node.append(...children);
    return node;
  };
  const answer = await fetch("/api/v1/openapi.json");
  if (!answer.ok) { root.textContent = "接口描述暂不可用。"; return; }
  const description = await answer.json();
  const groups = new Map();
  for (const [path, verbs] of Object.entries(description.paths)) {
    for (const [verb, operation] of Object.entries(verbs)) {
      const group = (operation.tags || ["其他"])[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push([path, verb, operation]);
    }
  }
  const schema = (content) => {
    const reference = content?.["application/json"]?.schema;
    const name = (reference?.$ref || reference?.items?.$ref || "").split("/").pop();
    return name ? [name, description.components.schemas[name]] : null;
  };
  const shown = (title, found) => found
    ? [make("p", { className: "small quiet", textContent: `${title} ${found[0]}` }), make("pre", { textContent: JSON.stringify(found[1], null, 2) })]
    : [];
  root.textContent = "";
  for (const [group, operations] of groups) {
    const section = make("section", { className: "sheet" }, make("h2", { textContent: group }));
    for (const [path, verb, operation] of operations) {
      const good = Object.entries(operation.responses).find(([status]) => status.startsWith("2"));
      section.append(make("details", {},
        make("summary", {},
          make("span", { className: `verb ${verb}`, textContent: verb.toUpperCase() }),
          make("span", { className: "num", textContent: path }),
          make("span", { className: "quiet", textContent: operation.summary || "" })),
        make("p", { className: "small quiet", textContent: `可调用：${(operation["x-allowed"] || []).join("、")}` }),
        ...shown("请求", schema(operation.requestBody?.content)),
        ...shown(`响应 ${good?.[0] || ""}`, schema(good?.[1]?.content))));
    }
    root.append(section);
  }
})();
