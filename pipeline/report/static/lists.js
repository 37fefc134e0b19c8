// The pages of lists: the overview's units, the documents, the figures.
"use strict";
(() => {
  const { W, say, $, el, fill, number, docHref, readHash, writeHash, listing, text, choice, searchBox, store } = window.GH;

  function unitsPage() {
    const { items, rows } = window.__units, SIGN = ["○", "◐", "●"];
    const columns = [
      { title: say.unit, key: (r) => r[0], cell: (r) => el("a", { href: docHref(r[2]) }, r[0]) },
      { title: say.year, class: "n", key: (r) => r[1], down: true, cell: (r) => text(r[1]) },
      { title: say.score, class: "n", key: (r) => r[3], cell: (r) => text(number(r[3])) },
      ...items.map((item, i) => ({
        title: item,
        cell: (r) => {
          const [level, start, end] = r[4][i], words = item + ": " + say[level === null ? "level_none" : "level_" + level];
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
    totals();
    conflicts();
    flags();
    copies();
  }

  const rawHref = (id, start, end) => "doc.html#" + id + "&raw=" + start + "-" + end;

  // The indicators of one year: to add up the years of a unit would mean nothing.
  function totals() {
    const all = window.__totals, controls = $("totals-controls"), fullest = all.reduce((best, one, i) => (one.rows.reduce((n, r) => n + r[1], 0) > all[best].rows.reduce((n, r) => n + r[1], 0) ? i : best), 0);
    const columns = [
      { title: say.indicator, cell: (r) => el("a", { href: "figures.html#" + r[0] + (year() ? "&year=" + year() : "") }, W.indicator[r[0]]) },
      { title: say.reported_by, class: "n", key: (r) => r[1], down: true, cell: (r) => text(r[1] + " / " + r[2]) },
      { title: say.sum, class: "n", cell: (r) => text(number(r[3])) },
      { title: say.median, class: "n", cell: (r) => text(number(r[4])) },
      { title: say.range, class: "n", cell: (r) => text(number(r[5]) + " – " + number(r[6])) },
      { title: say.outlier, class: "n", key: (r) => r[7] || null, down: true, cell: (r) => text(r[7] || "") },
    ];
    const select = el("select", { on: { change: draw } }, ...all.map((one, i) => el("option", { value: i }, one.year === null ? say.no_year : String(one.year))));
    const year = () => (all[select.value] ? all[select.value].year : null);
    if (all.length) select.value = fullest;
    controls.append(el("label", null, say.year, select));
    const list = listing($("totals"), columns, [], controls);
    function draw() { list.take(all[select.value] ? all[select.value].rows : []); }
    draw();
  }
  function conflicts() {
    const columns = [
      { title: say.unit, key: (r) => r[0], cell: (r) => text(r[0]) },
      { title: say.year, class: "n", key: (r) => r[1], down: true, cell: (r) => text(r[1]) },
      { title: say.indicator, key: (r) => W.indicator[r[2]], cell: (r) => text(W.indicator[r[2]]) },
      { title: say.case, key: (r) => r[3], cell: (r) => el("span", { class: r[4] ? "tag p3" : "tag" }, r[3]) },
      { title: say.figures_said, cell: (r) => el("span", null, ...r[5].flatMap(([value, name, words, id, start, end], i) =>
        [i ? " · " : "", el("a", { href: rawHref(id, start, end), title: words }, (name ? name + " " : "") + number(value))])) },
    ];
    const controls = $("conflicts-controls"), rows = window.__conflicts;
    let list = null;
    controls.append(searchBox(say.unit, "", (value) => list.keep((r) => r[0].toLowerCase().includes(value.trim().toLowerCase()))));
    list = listing($("conflicts"), columns, rows, controls);
    list.keep(null);
  }
  // Who has whose text: [id, name, unit, year] of both, the archive, kind, similarity, year swapped, passages, characters.
  function copies() {
    const rows = window.__copies, named = (name, unit, year, more) => el("span", null, name, el("span", { class: "dim" }, " " + [unit, year, more].filter(Boolean).join(" · ")));
    const columns = [
      { title: say.title, key: (r) => r[1], cell: (r) => el("a", { href: docHref(r[0]) }, named(r[1], r[2], r[3])) },
      { title: say.duplicate_of, key: (r) => r[5], cell: (r) => (r[8] ? named(r[5], r[6], r[7], r[8]) : el("a", { href: docHref(r[4]) }, named(r[5], r[6], r[7]))) },
      { title: say.case, key: (r) => r[9], cell: (r) => el("span", null, el("span", { class: "tag" }, r[9]), r[11] ? el("span", { class: "tag p3" }, W.warning.year_swapped) : "") },
      { title: say.similarity, class: "n", key: (r) => r[10], down: true, cell: (r) => text(r[10] === null ? "" : Math.round(100 * r[10]) + "%") },
      { title: say.passages, class: "n", key: (r) => r[13] || null, down: true, cell: (r) => text(r[12] ? fill(say.passages_of, { count: r[12], chars: r[13] }) : "") },
      { title: say.side_by_side, cell: (r) => (r[8] && !r[12] ? text("") : el("a", { href: "compare.html#" + r[0] + "&with=" + r[4] }, say.side_by_side)) },
    ];
    const kinds = [...new Set(rows.map((r) => r[9]))].map((name) => [name, name]), controls = $("copies-controls");
    let list = null;
    controls.append(choice(say.case, kinds, "", (value) => list.keep(value ? (r) => r[9] === value : null)));
    $("copies-count").textContent = rows.length;
    list = listing($("copies"), columns, rows, controls);
    list.keep(null);
  }
  function flags() {
    const columns = [
      { title: say.unit, key: (r) => r[0], cell: (r) => el("a", { href: docHref(r[5]) }, r[0]) },
      { title: say.year, class: "n", key: (r) => r[1], down: true, cell: (r) => text(r[1]) },
      { title: say.flag, key: (r) => r[2], cell: (r) => el("span", { class: "tag" }, r[2]) },
      { title: say.value, class: "n", key: (r) => r[3], cell: (r) => text(r[3] === null ? "" : number(r[3])) },
      { title: say.limit, class: "n", cell: (r) => text(r[4] === null ? "" : number(r[4])) },
    ];
    const kinds = [...new Set(window.__flags.map((r) => r[2]))].map((name) => [name, name]), controls = $("flags-controls");
    let list = null;
    controls.append(choice(say.flag, kinds, "", (value) => list.keep(value ? (r) => r[2] === value : null)));
    list = listing($("flags"), columns, window.__flags, controls);
    list.keep(null);
  }

  function documentsPage() {
    const rows = window.__documents, state = readHash(), controls = $("documents-controls");
    const found = rows.map((r) => [r[1], r[2], r[3]].join("\n").toLowerCase());
    const place = new Map(rows.map((r, i) => [r, i]));
    const said = (r) => { const mine = store.of(r[0]), many = Object.keys(mine).length; return mine.document && mine.document.checked ? say.checked_through : many ? fill(say.n_reviewed, { count: many }) : ""; };
    const some = (values) => [...new Set(values.filter((v) => v !== null && v !== ""))];
    const columns = [
      { title: say.title, key: (r) => r[1], cell: (r) => el("a", { href: docHref(r[0]) + (state.full && state.q ? "&find=" + encodeURIComponent(state.q) : "") }, r[1]) },
      { title: say.unit, key: (r) => r[2], cell: (r) => text(r[2]) },
      { title: say.year, class: "n", key: (r) => r[5], down: true, cell: (r) => text(r[5]) },
      { title: say.type, key: (r) => W.doc_type[r[4]], cell: (r) => text(W.doc_type[r[4]]) },
      { title: say.score, class: "n", key: (r) => r[6], down: true, cell: (r) => text(number(r[6])) },
      { title: say.chars, class: "n", key: (r) => r[9], down: true, cell: (r) => text(number(r[9])) },
      { title: say.warnings, key: (r) => r[7] || null, down: true, cell: (r) => el("span", null,
        ...(r[7] ? [el("span", { class: "tag p" + r[7] }, say.needs_check)] : []), ...r[8].map((code) => el("span", { class: "tag" }, W.warning[code]))) },
      { title: say.review, key: (r) => (said(r) ? 0 : null), cell: (r) => (said(r) ? el("span", { class: "tag v2" }, said(r)) : text("")) },
      { title: say.file, key: (r) => r[3], cell: (r) => el("span", { class: "dim" }, r[3]) },
    ];
    let list = null;
    const change = (name) => (value) => { state[name] = value; writeHash(state); apply(); };
    // The texts come chunk by chunk, once somebody wants to search them.
    const texts = new Map(), told = el("span", { class: "dim", role: "status" });
    let loading = false;
    function loadTexts(next) {
      told.textContent = next < W.texts ? fill(say.loading_texts, { done: next, total: W.texts }) : "";
      if (next >= W.texts) return apply();
      const script = el("script", { src: "data/texts-" + next + ".js", on: { load: () => { script.remove(); window.__texts.forEach(([id, words]) => texts.set(id, words.toLowerCase())); loadTexts(next + 1); } } });
      document.body.append(script);
    }
    const has = (r, word) => found[place.get(r)].includes(word) || (state.full && (texts.get(r[0]) || "").includes(word));
    function apply() {
      if (state.full && !loading) { loading = true; loadTexts(0); }
      const words = (state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
      list.keep((r) => (!state.type || r[4] === state.type) && (!state.unit || r[2] === state.unit) && (!state.year || String(r[5]) === state.year)
        && (!state.check || r[7] > 0) && (!state.warning || r[8].includes(state.warning)) && words.every((word) => has(r, word)));
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
    const full = el("input", { type: "checkbox", on: { change: () => change("full")(full.checked ? "1" : "") } });
    full.checked = !!state.full;
    controls.append(el("label", null, full, say.full_text), el("label", null, check, say.any_check), told);
    list = listing($("documents"), columns, rows, controls);
    apply();
  }

  function figuresPage() {
    const all = window.__figures, codes = Object.keys(all), controls = $("figures-controls"), state = readHash();
    const select = el("select", { on: { change: () => change("")(select.value) } }, ...codes.map((code) => el("option", { value: code }, all[code].name)));
    const change = (name) => (value) => { state[name] = value; writeHash(state); draw(); };
    const years = [...new Set(codes.flatMap((code) => all[code].rows.map((r) => r[1])))].filter(Boolean).sort((a, b) => b - a).map((y) => [String(y), String(y)]);
    const columns = [
      { title: say.unit, key: (r) => r[0], cell: (r) => text(r[0]) },
      { title: say.year, class: "n", key: (r) => r[1], down: true, cell: (r) => text(r[1]) },
      { title: say.value, class: "n", key: (r) => r[2], down: true, cell: (r) => text(number(r[2])) },
      { title: say.outlier, key: (r) => -r[3], cell: (r) => (r[3] ? el("span", { class: "tag p2", title: say.outlier_note }, say.outlier) : text("")) },
      { title: say.doubtful, key: (r) => -r[4], cell: (r) => (r[4] ? el("span", { class: "tag p2" }, say.doubtful) : text("")) },
      { title: say.place, cell: (r) => el("a", { href: "doc.html#" + r[5] + "&raw=" + r[6] + "-" + r[7] }, say.see) },
    ];
    const year = choice(say.year, years, state.year, change("year")), box = searchBox(say.unit, state.q, change("q"));
    controls.append(el("label", null, say.indicator, select), year, box);
    const list = listing($("figures"), columns, [], controls);
    function draw() {
      const words = (state.q || "").trim().toLowerCase();
      list.take(all[select.value] ? all[select.value].rows : []);
      list.keep((r) => (!state.year || String(r[1]) === state.year) && r[0].toLowerCase().includes(words));
    }
    function wanted() {
      Object.assign(state, { "": "", year: "", q: "" }, readHash());
      if (state[""] in all) select.value = state[""];
      year.querySelector("select").value = state.year;
      box.querySelector("input").value = state.q;
      draw();
    }
    window.addEventListener("hashchange", wanted);
    wanted();
  }

  const pages = { index: unitsPage, documents: documentsPage, figures: figuresPage };
  pages[document.body.dataset.page]();
})();
