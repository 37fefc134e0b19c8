// What the reviewer has said (核对), kept in the browser: a key of localStorage for each document of this run, holding its
// corrections in the very form of the corrections file. Offsets there are code points of the raw text.
"use strict";
(() => {
  const { W, say, $, el, fill } = window.GH;
  const PREFIX = "gonghui:" + W.run + ":", REVIEWER = "gonghui:reviewer";
  const kept = new Map(); // what this page has read or written; all there is where the browser keeps nothing
  const watchers = [];
  let keeps = true;

  const keyOf = (one) => (one.about === "finding" ? one.kind + ":" + one.start + "-" + one.end : one.about === "level" ? "level:" + one.item : "document");
  function stored(name) {
    try { return localStorage.getItem(name); } catch (error) { keeps = false; return null; }
  }
  function store(name, value) {
    try {
      if (value === null) localStorage.removeItem(name); else localStorage.setItem(name, value);
    } catch (error) { keeps = false; $("not-kept").hidden = false; }
  }
  function of(id) {
    const found = stored(PREFIX + id);
    if (found !== null) {
      try { return JSON.parse(found); } catch (error) { /* not ours: written anew */ }
    }
    return (!keeps && kept.get(id)) || {};
  }
  // Say something of a document, or with null take it back.
  function put(id, key, one) {
    const mine = of(id);
    if (one === null) delete mine[key]; else mine[key] = one;
    save(id, mine);
    watchers.forEach((act) => act(id));
  }
  function save(id, mine) {
    kept.set(id, mine);
    store(PREFIX + id, Object.keys(mine).length ? JSON.stringify(mine) : null);
  }
  function ids() {
    const found = new Set(keeps ? [] : kept.keys());
    try {
      for (let i = 0; i < localStorage.length; i++) if (localStorage.key(i).startsWith(PREFIX)) found.add(localStorage.key(i).slice(PREFIX.length));
    } catch (error) { keeps = false; }
    return [...found].sort();
  }
  const all = () => ids().flatMap((id) => Object.values(of(id)));
  function clear() {
    ids().forEach((id) => save(id, {}));
    watchers.forEach((act) => act(null));
  }
  // The corrections file, as `gonghui apply` takes it.
  const file = () => JSON.stringify({ schema_version: 1, run: W.run, reviewer: stored(REVIEWER) || null, corrections: all() }, null, 1) + "\n";
  // Take in a corrections file; how many entries, or null where it is none.
  function load(body) {
    let found = null;
    try { found = JSON.parse(body.replace(/^\uFEFF/, "")); } catch (error) { return null; }
    if (!found || found.schema_version !== 1 || !Array.isArray(found.corrections)) return null;
    const ours = found.corrections.filter((one) => one && /^[0-9a-f]{16}$/.test(one.doc_id) && ["finding", "level", "document"].includes(one.about));
    const by = new Map();
    for (const one of ours) {
      if (!by.has(one.doc_id)) by.set(one.doc_id, of(one.doc_id));
      by.get(one.doc_id)[keyOf(one)] = one;
    }
    by.forEach((mine, id) => save(id, mine));
    watchers.forEach((act) => act(null));
    return ours.length;
  }

  function download() {
    const link = el("a", { download: "corrections-" + W.run + ".json", href: URL.createObjectURL(new Blob([file()], { type: "application/json" })) });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  // The controls that write and read the file. Both pages of the review have them: some browsers keep what is said of each
  // page of the disk by itself, and all documents are one page.
  function exchange() {
    const told = el("span", { class: "dim", role: "status" }), button = el("button", { type: "button", class: "main", id: "export", on: { click: download } }, say.export);
    const chosen = el("input", { type: "file", id: "take-in", accept: ".json,application/json", class: "sr", on: { change: async () => {
      if (!chosen.files.length) return;
      const many = load(await chosen.files[0].text());
      told.textContent = many === null ? say.not_corrections : fill(say.taken_in, { count: many });
      chosen.value = "";
    } } });
    const able = () => { button.disabled = !ids().length; };
    watchers.push(able);
    able();
    return [button, el("label", { class: "button", for: "take-in" }, say.take_in), chosen, told];
  }

  const count = () => {
    const many = ids().reduce((sum, id) => sum + Object.keys(of(id)).length, 0);
    $("reviewed-count").textContent = many ? String(many) : "";
    $("reviewed-count").hidden = !many;
    $("reviewed-count").title = fill(say.n_reviewed, { count: many });
  };
  watchers.push(count);
  count();
  window.addEventListener("storage", () => watchers.forEach((act) => act(null))); // another window has said something
  window.GH.store = { keyOf, of, put, all, clear, file, exchange, watch: (act) => watchers.push(act),
    reviewer: (name) => (name === undefined ? stored(REVIEWER) || "" : store(REVIEWER, name || null)) };
})();
