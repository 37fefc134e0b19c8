// The report's pages. Data comes from script chunks (window.__…); text reaches the page as text alone, never as markup.
"use strict";
(() => {
  const W = window.__words, say = W.say;
  const $ = (id) => document.getElementById(id);
  const ONCE = 200; // rows of a table that are drawn at a time

  function el(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
  const number = (value) => (value === null || value === undefined ? "–" : value.toLocaleString("en-US", { maximumFractionDigits: 2 }));
  const docHref = (id, start, end) => "doc.html#" + id + (end ? "&at=" + start + "-" + end : "");

  // The state of a page lives in its hash: name=value pairs joined by &, the first without a name.
  function readHash() {
    const state = {};
    location.hash.slice(1).split("&").forEach((part, i) => {
      const cut = part.indexOf("=");
      let value = cut < 0 ? part : part.slice(cut + 1);
      try { value = decodeURIComponent(value); } catch (error) { /* typed by hand: taken as it is */ }
      if (part) state[cut < 0 && i === 0 ? "" : part.slice(0, Math.max(cut, 0))] = value;
    });
    return state;
  }
  function writeHash(state) {
    const parts = Object.entries(state).filter(([, value]) => value !== undefined && value !== "" && value !== null)
      .map(([name, value]) => (name ? name + "=" : "") + encodeURIComponent(value).replace(/%2C/g, ","));
    history.replaceState(null, "", "#" + parts.join("&"));
  }

  // A table of many rows: filtered, sorted, drawn a stretch at a time.
  function listing(table, columns, rows, controls) {
    let shown = ONCE, order = null, kept = rows;
    const body = el("tbody"), status = el("span", { role: "status", class: "dim" });
    const more = el("button", { class: "more", type: "button", on: { click: () => { shown += 5 * ONCE; draw(); } } }, say.more);
    const heads = columns.map((column) => {
      const inner = column.key
        ? el("button", { type: "button", title: say.sort_by, on: { click: () => sort(column) } }, el("span", null, column.title))
        : el("span", null, column.title);
      return el("th", { scope: "col", class: column.class, title: column.title }, inner);
    });
    table.replaceChildren(el("thead", null, el("tr", null, ...heads)), body);
    table.parentNode.after(more);
    controls.append(status);

    function sort(column) {
      const down = order && order.column === column ? !order.down : !!column.down;
      order = { column, down };
      heads.forEach((head, i) => (columns[i] === column ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
      draw();
    }
    function draw() {
      let now = kept;
      if (order) {
        const { column, down } = order, empty = (v) => v === null || v === undefined || v === "";
        now = [...kept].sort((a, b) => {
          const x = column.key(a), y = column.key(b);
          if (empty(x) || empty(y)) return empty(x) - empty(y);
          const by = typeof x === "number" ? x - y : String(x).localeCompare(String(y), W.lang === "zh" ? "zh" : "en");
          return down ? -by : by;
        });
      }
      const part = now.slice(0, shown);
      body.replaceChildren(...part.map((row) => el("tr", null, ...columns.map((column, i) => {
        const cell = column.cell(row);
        return cell.nodeName === "TD" ? cell : el(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: column.class }, cell);
      }))));
      status.textContent = now.length ? fill(say.shown_of, { shown: part.length, total: now.length }) : say.nothing;
      more.hidden = part.length === now.length;
    }
    return { keep(test) { kept = test ? rows.filter(test) : rows; shown = ONCE; draw(); }, sort };
  }
  const text = (value) => document.createTextNode(value === null || value === undefined ? "" : String(value));
  function choice(title, options, value, act) {
    const select = el("select", { on: { change: () => act(select.value) } },
      el("option", { value: "" }, say.all), ...options.map(([code, name]) => el("option", { value: code }, name)));
    select.value = value || "";
    return el("label", null, title, select);
  }
  function searchBox(hint, value, act) {
    const box = el("input", { type: "search", placeholder: hint, on: { input: () => act(box.value) } });
    box.value = value || "";
    return el("label", null, say.search, box);
  }

  function unitsPage() {
    const { items, rows } = window.__units, SIGN = ["○", "◐", "●"];
    const columns = [
      { title: say.unit, key: (r) => r[0], cell: (r) => el("a", { href: docHref(r[2]) }, r[0]) },
      { title: say.year, class: "n", key: (r) => r[1], down: true, cell: (r) => text(r[1]) },
      { title: say.score, class: "n", key: (r) => r[3], cell: (r) => text(number(r[3])) },
      ...items.map((item, i) => ({
        title: W.item[item],
        cell: (r) => {
          const [level, start, end] = r[4][i], words = W.item[item] + ": " + say[level === null ? "level_none" : "level_" + level];
          const sign = level === null ? "–" : SIGN[level];
          return el("td", { class: "l l" + (level === null ? "x" : level) }, end
            ? el("a", { href: docHref(r[2], start, end), "aria-label": words, title: words }, sign)
            : el("span", { "aria-label": words, role: "img", title: words }, sign));
        },
      })),
    ];
    const controls = $("units-controls");
    let list = null;
    controls.append(searchBox(say.unit, "", (value) => list.keep((r) => r[0].toLowerCase().includes(value.trim().toLowerCase()))));
    list = listing($("units"), columns, rows, controls);
    list.keep(null);
  }

  function documentsPage() {
    const rows = window.__documents, state = readHash(), controls = $("documents-controls");
    const found = rows.map((r) => [r[1], r[2], r[3]].join("\n").toLowerCase());
    const place = new Map(rows.map((r, i) => [r, i]));
    const some = (values) => [...new Set(values.filter((v) => v !== null && v !== ""))];
    const columns = [
      { title: say.title, key: (r) => r[1], cell: (r) => el("a", { href: docHref(r[0]) }, r[1]) },
      { title: say.unit, key: (r) => r[2], cell: (r) => text(r[2]) },
      { title: say.year, class: "n", key: (r) => r[5], down: true, cell: (r) => text(r[5]) },
      { title: say.type, key: (r) => W.doc_type[r[4]], cell: (r) => text(W.doc_type[r[4]]) },
      { title: say.score, class: "n", key: (r) => r[6], down: true, cell: (r) => text(number(r[6])) },
      { title: say.chars, class: "n", key: (r) => r[9], down: true, cell: (r) => text(number(r[9])) },
      { title: say.warnings, key: (r) => r[7] || null, down: true, cell: (r) => el("span", null,
        ...(r[7] ? [el("span", { class: "tag p" + r[7] }, say.needs_check)] : []), ...r[8].map((code) => el("span", { class: "tag" }, W.warning[code]))) },
      { title: say.file, key: (r) => r[3], cell: (r) => el("span", { class: "dim" }, r[3]) },
    ];
    let list = null;
    const change = (name) => (value) => { state[name] = value; writeHash(state); apply(); };
    function apply() {
      const words = (state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
      list.keep((r) => (!state.type || r[4] === state.type) && (!state.unit || r[2] === state.unit) && (!state.year || String(r[5]) === state.year)
        && (!state.check || r[7] > 0) && (!state.warning || r[8].includes(state.warning)) && words.every((word) => found[place.get(r)].includes(word)));
    }
    const named = (group, codes) => codes.map((code) => [code, W[group][code]]);
    const same = (values) => values.map((value) => [String(value), String(value)]);
    controls.append(
      searchBox(say.search_documents, state.q, change("q")),
      choice(say.type, named("doc_type", some(rows.map((r) => r[4]))), state.type, change("type")),
      choice(say.unit, same(some(rows.map((r) => r[2])).sort((a, b) => a.localeCompare(b, "zh"))), state.unit, change("unit")),
      choice(say.year, same(some(rows.map((r) => r[5])).sort((a, b) => b - a)), state.year, change("year")),
      choice(say.warnings, named("warning", some(rows.flatMap((r) => r[8]))), state.warning, change("warning")));
    const check = el("input", { type: "checkbox", on: { change: () => change("check")(check.checked ? "1" : "") } });
    check.checked = !!state.check;
    controls.append(el("label", null, check, say.any_check));
    list = listing($("documents"), columns, rows, controls);
    apply();
  }

  function figuresPage() {
    const all = window.__figures, codes = Object.keys(all), controls = $("figures-controls");
    const select = el("select", { on: { change: () => { writeHash({ "": select.value }); draw(); } } }, ...codes.map((code) => el("option", { value: code }, all[code].name)));
    const columns = [
      { title: say.unit, key: (r) => r[0], cell: (r) => text(r[0]) },
      { title: say.year, class: "n", key: (r) => r[1], down: true, cell: (r) => text(r[1]) },
      { title: say.value, class: "n", key: (r) => r[2], down: true, cell: (r) => text(number(r[2])) },
      { title: say.outlier, key: (r) => -r[3], cell: (r) => (r[3] ? el("span", { class: "tag p2", title: say.outlier_note }, say.outlier) : text("")) },
      { title: say.place, cell: (r) => el("a", { href: docHref(r[4], r[5], r[6]) }, say.see) },
    ];
    function draw() {
      const list = el("table", { id: "figures", "aria-labelledby": "h-figures" });
      document.querySelectorAll("button.more, #figures-controls [role=status]").forEach((node) => node.remove());
      $("figures").replaceWith(list);
      listing(list, columns, all[select.value] ? all[select.value].rows : [], controls).keep(null);
    }
    controls.append(el("label", null, say.indicator, select));
    const wanted = () => { const code = readHash()[""]; if (code in all) select.value = code; draw(); };
    window.addEventListener("hashchange", wanted);
    wanted();
  }

  // A document: its text cut at every border of a mark, each piece a <mark> that knows what lies on it.
  const LOUD = ["counts", "dates", "events", "awards", "problems", "requests", "plans", "warnings"]; // shown unless asked otherwise
  let current = null, pieces = [];

  function documentPage() {
    window.addEventListener("hashchange", open);
    open();
  }
  function open() {
    const id = readHash()[""] || "";
    if (current && current.id === id) return follow();
    if (!/^[0-9a-f]{16}$/.test(id)) return missing();
    const script = el("script", { src: "docs/" + id + ".js", on: { load: () => { script.remove(); show(window.__doc); }, error: missing } });
    document.body.append(script);
  }
  function missing() {
    current = null;
    $("doc").hidden = true;
    $("doc-title").replaceChildren(el("a", { href: "documents.html" }, say.unknown_document));
  }
  function show(doc) {
    current = doc;
    document.title = doc.title + " · " + say.site;
    $("doc-title").textContent = doc.title;
    $("facts").replaceChildren(...doc.facts.flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)]),
      ...(doc.copy_of ? [el("dt", null, say.duplicate_of), el("dd", null, el("a", { href: "#" + doc.copy_of }, say.see))] : []));
    $("box-warnings").hidden = !doc.warnings.length;
    $("warnings").replaceChildren(...doc.warnings.map(([code, start, end]) => el("li", null,
      end > start ? link(start, end, W.warning[code]) : W.warning[code], end > start ? "" : el("span", { class: "dim" }, " " + say.whole))));
    $("outline").replaceChildren(...(doc.outline.length ? doc.outline.map(([start, end, level, no, heading, topics]) =>
      el("li", { class: "d" + Math.min(level, 4) }, link(start, end, (no || "") + heading), " ", el("span", { class: "dim" }, topics.join(" "))))
      : [el("li", { class: "dim" }, say.no_outline)]));
    drawText(doc);
    drawScore(doc.score);
    drawFindings(doc);
    drawToggles(doc);
    $("doc").hidden = false;
    window.scrollTo(0, 0);
    follow();
  }
  function link(start, end, ...children) {
    return el("a", { href: "#" + current.id + "&at=" + start + "-" + end, on: { click: (event) => { event.preventDefault(); go(start, end); } } }, ...children);
  }
  function go(start, end) {
    writeHash({ ...readHash(), at: start + "-" + end });
    follow();
  }

  function drawText(doc) {
    const marks = [];
    for (const [kind, found] of Object.entries(doc.kinds)) for (const f of found) marks.push([f[0], f[1], "k-" + kind, W.kind[kind] + (f[2] ? " · " + f[2] : "")]);
    for (const [start, end] of doc.outline) marks.push([start, end, "h", ""]);
    for (const [code, start, end] of doc.warnings) if (end > start) marks.push([start, end, "k-warnings", W.warning[code]]);
    for (const item of doc.score ? doc.score.items : []) for (const [start, end] of item.evidence) marks.push([start, end, "", ""]);
    const opening = new Map(), closing = new Map(), borders = new Set();
    for (const mark of marks) {
      for (const [at, where] of [[mark[0], opening], [mark[1], closing]]) {
        if (!where.has(at)) where.set(at, []);
        where.get(at).push(mark);
        borders.add(at);
      }
    }
    const cuts = [...borders].sort((a, b) => a - b), live = new Set(), rows = document.createDocumentFragment();
    let at = 0, no = doc.line, next = 0;
    pieces = [];
    const breaks = /\r\n|\n|\r/g;
    while (at <= doc.text.length) {
      const hit = breaks.exec(doc.text), end = hit ? hit.index : doc.text.length, line = el("p");
      let from = at;
      while (from < end || (next < cuts.length && cuts[next] <= end)) {
        while (next < cuts.length && cuts[next] <= from) {
          for (const mark of closing.get(cuts[next]) || []) live.delete(mark);
          for (const mark of opening.get(cuts[next]) || []) live.add(mark);
          next += 1;
        }
        if (from >= end) break;
        const to = Math.min(end, next < cuts.length ? cuts[next] : end), words = doc.text.slice(from, to);
        if (live.size) {
          const on = [...live], title = on.map((mark) => mark[3]).filter(Boolean).join("\n");
          const piece = el("mark", { class: [...new Set(on.map((mark) => mark[2]))].join(" ").trim() || null, title: title || null }, words);
          pieces.push([from, to, piece]);
          line.append(piece);
        } else line.append(words);
        from = to;
      }
      rows.append(el("div", { class: "row", "data-no": no, id: "L" + no }, line));
      no += 1;
      if (!hit) break;
      at = hit.index + hit[0].length;
    }
    $("text").replaceChildren(rows);
  }

  // Light up what the hash asks for, and take the reader there.
  function follow() {
    const state = readHash();
    if (state.k !== undefined) setKinds(state.k.split(","));
    const at = /^(\d+)-(\d+)$/.exec(state.at || "");
    pieces.forEach(([, , piece]) => { piece.classList.remove("lit"); piece.removeAttribute("tabindex"); });
    if (!at) return;
    let lit = pieces.filter(([start, end]) => start >= +at[1] && end <= +at[2]);
    if (!lit.length) lit = pieces.filter(([start, end]) => start < +at[2] && +at[1] < end); // an address typed by hand
    lit = lit.map(([, , piece]) => piece);
    lit.forEach((piece) => piece.classList.add("lit"));
    if (!lit.length) return;
    lit[0].tabIndex = -1;
    lit[0].focus({ preventScroll: true });
    lit[0].scrollIntoView({ block: "center" });
  }

  function drawToggles(doc) {
    const kinds = [...Object.keys(doc.kinds), ...(doc.warnings.some(([, start, end]) => end > start) ? ["warnings"] : [])];
    const boxes = kinds.map((kind) => {
      const box = el("input", { type: "checkbox", value: kind, on: { change: () => {
        const on = [...$("toggles").querySelectorAll("input:checked")].map((input) => input.value);
        setKinds(on);
        writeHash({ ...readHash(), k: on.join(",") || "none" });
      } } });
      const count = doc.kinds[kind] ? " " + doc.kinds[kind].length : "";
      return el("label", null, box, el("span", { class: "swatch k-" + kind }, W.kind[kind] || say.warning_marks), el("span", { class: "dim" }, count));
    });
    $("toggles").replaceChildren($("toggles").firstElementChild, ...boxes);
    setKinds(LOUD);
  }
  function setKinds(on) {
    $("toggles").querySelectorAll("input").forEach((box) => {
      box.checked = on.includes(box.value);
      $("text").classList.toggle("show-" + box.value, box.checked);
    });
  }

  function drawScore(score) {
    if (!score) return $("score").replaceChildren(el("p", null, say.no_score));
    const body = score.items.map((item) => {
      const level = item.level === null ? "level_none" : "level_" + item.level;
      const evidence = item.evidence.map(([start, end], i) => [" ", link(start, end, el("span", { class: "sr" }, item.name + " " + say.evidence + " "), String(i + 1))]).flat();
      return el("tr", null, el("th", { scope: "row" }, item.name, item.level ? el("span", { class: "dim" }, item.reason) : null),
        el("td", null, el("span", { class: item.level ? "tag v" + item.level : "dim" }, say[level])), el("td", { class: "n" }, item.weight ? number(item.points) + " / " + number(item.weight) : ""), el("td", null, ...evidence));
    });
    const head = el("thead", null, el("tr", null, el("th", { scope: "col" }, score.rubric), el("th", { scope: "col" }, ""), el("th", { scope: "col", class: "n" }, say.points), el("th", { scope: "col" }, say.evidence)));
    return $("score").replaceChildren(el("p", { class: "total" }, number(score.score)), el("table", null, head, el("tbody", null, ...body)));
  }

  function drawFindings(doc) {
    $("findings").replaceChildren(...Object.entries(doc.kinds).map(([kind, found]) => {
      const list = el("ul"), details = el("details", null, el("summary", null, W.kind[kind] + " ", el("span", { class: "dim" }, found.length)), list);
      list.append(...found.map(([start, end, note, check, clean]) => el("li", null,
        link(start, end, (clean || doc.text.slice(start, end)).replace(/\s+/g, " ")), " ", el("span", { class: "dim" }, note),
        ...(check ? [" ", el("span", { class: "tag p2" }, say.needs_check)] : []))));
      return details;
    }));
    window.onbeforeprint = () => $("findings").querySelectorAll("details").forEach((details) => { details.open = true; });
  }

  // The hash is the page's state: to skip to the content must not change it.
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); $("main").focus(); });
  const pages = { index: unitsPage, documents: documentsPage, figures: figuresPage, doc: documentPage };
  pages[document.body.dataset.page]();
})();
