// Reviewing a document (核对): each finding and level is confirmed, rejected or put right, what is missing is added. What is
// said goes to the store in the form of the corrections file; nothing here changes the run.
"use strict";
(() => {
  const { W, say, $, el, fill, store } = window.GH;
  let doc = null, selected = null, places = new Map(); // what stands where, by the key of the store

  const findings = (kind) => (kind === "sections" ? doc.outline : doc.kinds[kind] || []);
  const fieldsOf = (kind) => W.fields[kind] || [];
  function seenOf(kind, values) {
    const seen = {};
    fieldsOf(kind).forEach(([name], i) => { const v = values[i]; if (v !== null && v !== "" && !(Array.isArray(v) && !v.length)) seen[name] = v; });
    return seen;
  }
  const same = (a, b) => JSON.stringify(a === undefined || a === "" ? null : a) === JSON.stringify(b === undefined || b === "" ? null : b);
  const put = (one) => store.put(doc.id, store.keyOf(one), one);

  // A button that says something, and says it no more when it is pressed again.
  function verdict(code, name, act) {
    return el("button", { type: "button", class: "verdict " + code, "data-verdict": code, "aria-pressed": "false", title: W.verdict[code],
      "aria-label": W.verdict[code] + ": " + name, on: { click: act } }, { confirm: "✓", reject: "✗", correct: "✎" }[code]);
  }
  function opened(found) {
    doc = found;
    selected = null;
    places = new Map([...document.querySelectorAll("#findings [data-key], #score [data-key]")].map((node) => [node.dataset.key, node]));
    for (const kind of [...Object.keys(doc.kinds), "sections"]) for (const f of findings(kind)) {
      const start = doc.raw(f.at[0]), end = doc.raw(f.at[1]), key = kind + ":" + start + "-" + end;
      const item = places.get(key), quote = doc.text.slice(...f.at);
      const base = { about: "finding", doc_id: doc.id, kind, start, end, quote, seen: seenOf(kind, f.values) };
      const say_ = (code) => () => (store.of(doc.id)[key] || {}).verdict === code ? store.put(doc.id, key, null) : put({ ...base, verdict: code });
      item.querySelector(".say").append(verdict("confirm", quote, say_("confirm")), verdict("reject", quote, say_("reject")),
        verdict("correct", quote, () => edit(item, kind, base, f.values)));
    }
    for (const item of doc.score ? doc.score.items : []) drawLevel(item);
    drawDocument();
    drawAdd();
    show();
  }

  function drawLevel(item) {
    const key = "level:" + item.item, row = places.get(key);
    const base = { about: "level", doc_id: doc.id, item: item.item, seen: item.seen };
    const choose = el("select", { "aria-label": say.level + ": " + item.name, on: { change: () => {
      const to = choose.value === "" ? null : Number(choose.value);
      if (to === null) store.put(doc.id, key, null); else put(to === item.seen ? { ...base, verdict: "confirm" } : { ...base, verdict: "correct", to });
    } } }, el("option", { value: "" }, "…"), ...[2, 1, 0].map((level) => el("option", { value: level }, (level === item.seen ? "✓ " : "") + say["level_" + level])));
    row.querySelector(".say-level").append(choose);
  }

  // The form in which a finding is put right, or one that is missing described.
  function edit(place, kind, base, values) {
    const open = place.querySelector("form.edit");
    document.querySelectorAll("form.edit").forEach((form) => form.remove());
    if (open && base.verdict !== "add") return;
    const key = store.keyOf(base), before = store.of(doc.id)[key] || {};
    let span = before.span || null;
    const inputs = fieldsOf(kind).map(([name, form, label, options], i) => {
      const value = before.to && name in before.to ? before.to[name] : values[i];
      const input = form === "choice" || form === "many"
        ? el("select", { multiple: form === "many" }, ...(form === "many" ? [] : [el("option", { value: "" }, "–")]), ...options.map(([code, words]) => el("option", { value: code }, words)))
        : el("input", form === "number" ? { type: "number", step: "any" } : form === "date" ? { pattern: W.date_pattern, placeholder: "2011-05-04" } : {});
      if (form === "many") [...input.options].forEach((option) => { option.selected = (value || []).includes(option.value); });
      else input.value = value === null || value === undefined ? "" : value;
      return { name, form, input, label: el("label", null, el("span", null, label), input) };
    });
    const where = el("span", { class: "dim" });
    const tell = () => { where.textContent = span ? doc.text.slice(doc.unit(span[0]), doc.unit(span[1])) : ""; };
    const move = base.verdict === "add" ? null : el("button", { type: "button", on: { click: () => { if (selected) { span = [selected.start, selected.end]; tell(); } else where.textContent = say.select_first; } } }, say.use_selection);
    tell();
    const form = el("form", { class: "edit", on: { submit: (event) => {
      event.preventDefault();
      const to = {};
      inputs.forEach(({ name, form: shape, input }, i) => {
        const value = shape === "many" ? [...input.selectedOptions].map((option) => option.value) : input.value === "" ? null : shape === "number" ? Number(input.value) : input.value.trim();
        if (!same(value, Array.isArray(values[i]) || values[i] !== undefined ? values[i] : null)) to[name] = value;
      });
      form.remove();
      if (base.verdict === "add") put({ ...base, to });
      else if (Object.keys(to).length || span) put({ ...base, verdict: "correct", to, ...(span ? { span } : {}) });
      else put({ ...base, verdict: "confirm" });
      focusBack(place);
    } } }, ...inputs.map(({ label }) => label), el("div", { class: "row-of" }, move, where),
      el("div", { class: "row-of" }, el("button", { type: "submit" }, say.save), el("button", { type: "button", on: { click: () => { form.remove(); focusBack(place); } } }, say.cancel)));
    place.append(form);
    (form.querySelector("input, select") || form.querySelector("button")).focus();
  }
  function focusBack(place) {
    const back = place.querySelector("[data-verdict=correct]");
    if (back) back.focus();
  }

  $("review-exchange").append(...store.exchange());

  // The document as a whole: what it is, whose, and whether it has been read to its end.
  function drawDocument() {
    const facts = doc.editable, mine = () => store.of(doc.id).document || { about: "document", doc_id: doc.id, checked: false, to: {} };
    const change = (name, value) => {
      const one = mine(), to = { ...one.to };
      if (name === "checked") one.checked = value;
      else if (same(value, facts[name])) delete to[name]; else to[name] = value;
      store.put(doc.id, "document", one.checked || Object.keys(to).length ? { ...one, to } : null);
    };
    const control = (name, node) => { node.dataset.fact = name; return el("label", null, el("span", null, say["fact_" + name]), node); };
    const choice = (name) => control(name, el("select", { on: { change: (event) => change(name, event.target.value) } }, ...Object.entries(W[name]).map(([code, words]) => el("option", { value: code }, words))));
    $("review-document").replaceChildren(
      el("label", { class: "check" }, el("input", { type: "checkbox", "data-fact": "checked", on: { change: (event) => change("checked", event.target.checked) } }), el("span", null, say.checked_through)),
      el("details", null, el("summary", null, say.correct_document),
        control("unit", el("input", { on: { change: (event) => change("unit", event.target.value.trim() || null) } })),
        control("year", el("input", { type: "number", min: 1949, max: 2100, on: { change: (event) => { if (event.target.checkValidity()) change("year", event.target.value ? Number(event.target.value) : null); } } })),
        choice("doc_type"), choice("org_type")));
  }

  // What the machine did not see: the selected words become a finding of a kind.
  function drawAdd() {
    const kind = el("select", { "aria-label": say.add_kind }, ...Object.entries(W.kind).filter(([code]) => code !== "document").map(([code, words]) => el("option", { value: code }, words)));
    const button = el("button", { type: "button", on: { click: () => {
      if (!selected) { status.textContent = say.select_first; return; }
      const base = { about: "finding", doc_id: doc.id, kind: kind.value, start: selected.start, end: selected.end, quote: selected.quote, verdict: "add" };
      if (fieldsOf(kind.value).length) edit($("review-add"), kind.value, base, fieldsOf(kind.value).map(() => null)); else put(base);
    } } }, say.add);
    const status = el("span", { class: "dim", id: "selected", role: "status" }, say.select_hint);
    $("review-add").replaceChildren(status, el("div", { class: "row-of" }, kind, button), el("ul", { id: "added" }));
  }
  document.addEventListener("selectionchange", () => {
    if (!doc) return;
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0) : null;
    if (!range || range.collapsed || !$("text").contains(range.commonAncestorContainer)) return;
    let [start, end] = [unitAt(range.startContainer, range.startOffset), unitAt(range.endContainer, range.endOffset)];
    while (start < end && /\s/.test(doc.text[start])) start += 1;
    while (end > start && /\s/.test(doc.text[end - 1])) end -= 1;
    if (end <= start) return;
    selected = { start: doc.raw(start), end: doc.raw(end), quote: doc.text.slice(start, end) };
    $("selected").textContent = fill(say.selected, { quote: selected.quote.length > 24 ? selected.quote.slice(0, 23) + "…" : selected.quote });
  });
  function unitAt(node, offset) {
    const line = (node.nodeType === 1 ? node : node.parentNode).closest("p[data-at]");
    if (!line) { // between two lines: the next one's start, or the end of all
      const next = node.nodeType === 1 && node.childNodes[offset] && node.childNodes[offset].querySelector("p[data-at]");
      return next ? Number(next.dataset.at) : doc.text.length;
    }
    const before = document.createRange();
    before.setStart(line, 0);
    before.setEnd(node, offset);
    return Number(line.dataset.at) + before.toString().length;
  }

  // What has been said so far, shown where it was said.
  function show() {
    const mine = store.of(doc.id);
    document.querySelectorAll("#findings [data-key]").forEach((item) => {
      const one = mine[item.dataset.key], code = one ? one.verdict : null;
      item.className = code ? "said " + code : "";
      item.querySelectorAll("[data-verdict]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.verdict === code)));
      const told = item.querySelector(".told");
      if (told) told.remove();
      if (code === "correct") item.querySelector(".say").after(el("span", { class: "told" }, change(one), takeBack(item.dataset.key)));
    });
    document.querySelectorAll("#score tr[data-key]").forEach((row) => {
      const one = mine[row.dataset.key], choose = row.querySelector("select");
      row.className = one ? "said " + one.verdict : "";
      if (choose) choose.value = one ? String(one.verdict === "confirm" ? one.seen : one.to) : "";
    });
    const one = mine.document || { to: {} };
    document.querySelectorAll("#review-document [data-fact]").forEach((node) => {
      const name = node.dataset.fact;
      if (name === "checked") { node.checked = !!one.checked || doc.checked; node.disabled = doc.checked; }
      else if (document.activeElement !== node) { const value = name in one.to ? one.to[name] : doc.editable[name]; node.value = value === null ? "" : value; }
    });
    $("added").replaceChildren(...Object.entries(mine).filter(([, entry]) => entry.verdict === "add").map(([key, entry]) =>
      el("li", { class: "said add" }, W.kind[entry.kind] + " ", window.GH.doc.link(doc.unit(entry.start), doc.unit(entry.end), entry.quote), " ", el("span", { class: "told" }, change(entry)), takeBack(key))));
    const rejected = new Set(Object.entries(mine).filter(([, entry]) => entry.verdict === "reject").map(([key]) => key));
    window.GH.doc.pieces().forEach(([, , piece, keys]) => piece.classList.toggle("rejected", keys.length > 0 && keys.every((key) => rejected.has(key))));
    const many = Object.keys(mine).length;
    $("review-count").textContent = many ? fill(say.n_reviewed, { count: many }) : "";
  }
  const takeBack = (key) => el("button", { type: "button", class: "back", "aria-label": say.take_back, title: say.take_back, on: { click: () => store.put(doc.id, key, null) } }, "↶");
  function change(one) {
    const words = Object.entries(one.to || {}).map(([name, value]) => {
      const field = fieldsOf(one.kind).find(([known]) => known === name), options = field && field[3] ? Object.fromEntries(field[3]) : {};
      const worded = Array.isArray(value) ? value.map((v) => options[v] || v).join(" ") : value === null ? "–" : options[value] || String(value);
      return (field ? field[2] : name) + " " + worded;
    });
    if (one.span && doc) words.push(doc.text.slice(doc.unit(one.span[0]), doc.unit(one.span[1])));
    return words.join(" · ");
  }

  // A highlight in the text leads to its finding in the list.
  $("text").addEventListener("click", (event) => {
    const piece = event.target.closest("mark");
    if (!piece || !getSelection().isCollapsed) return;
    const keys = (window.GH.doc.pieces().find(([, , node]) => node === piece) || [])[3] || [];
    const shown = keys.find((key) => $("text").classList.contains("show-" + key.split(":")[0]));
    const item = shown && places.get(shown);
    if (!item) return;
    item.closest("details").open = true;
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: "nearest" });
  });
  store.watch((id) => { if (doc && (id === null || id === doc.id)) show(); });
  window.GH.review = { opened };
})();
