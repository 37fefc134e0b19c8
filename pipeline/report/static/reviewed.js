// The page of corrections: all that has been said in this browser about this run, to be read over, exported and taken in.
"use strict";
(() => {
  const { W, say, $, el, listing, text, choice, store } = window.GH;
  const titles = new Map(window.__documents.map((row) => [row[0], row[1]]));
  const state = { verdict: "" };

  const verdictOf = (one) => (one.about === "document" ? (one.checked ? "checked" : "correct") : one.verdict);
  const worded = (one) => (verdictOf(one) === "checked" ? say.checked_through : W.verdict[verdictOf(one)]);
  function change(one) {
    if (one.about === "level") return say["level_" + one.seen] + (one.verdict === "correct" ? " → " + say["level_" + one.to] : "");
    const fields = new Map((W.fields[one.kind] || []).map(([name, , label, options]) => [name, [label, Object.fromEntries(options || [])]]));
    const value = (name, v) => {
      const options = (fields.get(name) || W[name] || [])[1] || W[name] || {};
      return v === null || v === undefined ? "–" : Array.isArray(v) ? v.map((code) => options[code] || code).join(" ") : options[v] || String(v);
    };
    return Object.entries(one.to || {}).filter(([, v]) => one.about !== "document" || v !== null).map(([name, v]) => {
      const label = one.about === "document" ? say["fact_" + name] : (fields.get(name) || [name])[0];
      const was = one.seen && one.verdict === "correct" ? value(name, one.seen[name]) + " → " : "";
      return label + " " + was + value(name, v);
    }).join(" · ");
  }
  const columns = [
    { title: say.title, key: (one) => titles.get(one.doc_id), cell: (one) => el("a", { href: "doc.html#" + one.doc_id }, titles.get(one.doc_id) || say.unknown_document) },
    { title: say.kind, key: (one) => one.kind || one.item || "document", cell: (one) => text(one.about === "finding" ? W.kind[one.kind] : one.about === "level" ? W.item[one.item] || one.item : W.kind.document) },
    { title: say.text, cell: (one) => (one.about === "finding" ? el("a", { href: "doc.html#" + one.doc_id + "&raw=" + (one.span || [one.start, one.end]).join("-") }, one.quote.replace(/\s+/g, " ")) : text("")) },
    { title: say.verdict, key: worded, cell: (one) => el("span", { class: "tag said-" + verdictOf(one) }, worded(one)) },
    { title: say.change, cell: (one) => text(change(one)) },
    { title: say.review, cell: (one) => el("button", { type: "button", class: "back", "aria-label": say.take_back, title: say.take_back, on: { click: () => store.put(one.doc_id, store.keyOf(one), null) } }, "↶") },
  ];

  const name = el("input", { autocomplete: "name", on: { change: () => store.reviewer(name.value.trim()) } });
  name.value = store.reviewer();
  $("reviewed-controls").append(
    ...store.exchange(),
    el("label", null, say.reviewer, name),
    choice(say.verdict, [...Object.entries(W.verdict), ["checked", say.checked_through]], "", (value) => { state.verdict = value; draw(); }),
    el("button", { type: "button", id: "clear", on: { click: () => { if (confirm(say.sure)) store.clear(); } } }, say.clear));

  const list = listing($("reviewed"), columns, [], $("reviewed-controls"));
  function draw() {
    const rows = store.all();
    $("clear").disabled = !rows.length;
    list.take(rows);
    list.keep(state.verdict ? (one) => verdictOf(one) === state.verdict : null);
  }
  store.watch(draw);
  draw();
})();
