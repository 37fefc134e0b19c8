// A document: its text cut at every border of a mark, each piece a <mark> that knows what lies on it.
"use strict";
(() => {
  const { W, say, $, el, number, docHref, readHash, writeHash } = window.GH;
  const LOUD = ["counts", "dates", "events", "awards", "problems", "requests", "plans", "warnings"]; // shown unless asked otherwise
  const NAME = /^[0-9a-f]{16}$/;
  let current = null, pieces = [];

  function open() {
    const id = readHash()[""] || "";
    if (current && current.id === id) return follow();
    if (!NAME.test(id)) return missing();
    const script = el("script", { src: "docs/" + id + ".js", on: { load: () => { script.remove(); if (window.__doc.partial) missing(); else show(window.__doc); }, error: missing } });
    document.body.append(script);
  }
  function missing() {
    current = null;
    $("doc").hidden = true;
    $("doc-title").replaceChildren(el("a", { href: "documents.html" }, say.unknown_document));
  }
  function show(doc) {
    current = doc;
    measure(doc);
    document.title = doc.title + " · " + say.site;
    $("doc-title").textContent = doc.title;
    $("facts").replaceChildren(...doc.facts.flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)]),
      ...(doc.copy_of ? [el("dt", null, say.duplicate_of), el("dd", null, el("a", { href: "compare.html#" + doc.id + "&with=" + doc.copy_of }, say.side_by_side))] : []));
    $("box-warnings").hidden = !doc.warnings.length;
    $("warnings").replaceChildren(...doc.warnings.map(([code, start, end, proposed]) => el("li", null,
      end > start ? link(start, end, W.warning[code]) : W.warning[code], end > start ? "" : el("span", { class: "dim" }, " " + say.whole),
      ...proposed.map(([words, other]) => el("span", { class: "proposed" }, say.proposed + " ", el("a", { href: "compare.html#" + doc.id + "&with=" + other }, words))))));
    $("outline").replaceChildren(...(doc.outline.length ? doc.outline.map((s) =>
      el("li", { class: "d" + Math.min(s.level, 4) }, link(s.at[0], s.at[1], (s.number || "") + s.heading), " ", el("span", { class: "dim" }, s.topics.join(" "))))
      : [el("li", { class: "dim" }, say.no_outline)]));
    sought(doc);
    drawText(doc);
    drawScore(doc.score);
    drawFindings(doc);
    drawToggles(doc);
    $("doc").hidden = false;
    window.scrollTo(0, 0);
    follow();
    window.GH.review.opened(doc);
  }
  // Offsets of a page count UTF-16 units from the document's start, those of the records code points of the raw text.
  function measure(doc) {
    const wide = [...doc.text.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)].map((hit) => hit.index);
    const before = (at) => { let a = 0, b = wide.length; while (a < b) { const m = (a + b) >> 1; if (wide[m] < at) a = m + 1; else b = m; } return a; };
    doc.raw = (unit) => doc.start + unit - before(unit);
    doc.unit = (raw) => {
      let at = raw - doc.start;
      for (const place of wide) { if (place >= at) break; at += 1; }
      return at;
    };
  }
  // Where the words stand that somebody searched the texts for; blanks may lie between their letters.
  function sought(doc) {
    const words = (readHash().find || "").split(/\s+/).filter(Boolean).map((word) => [...word].map((c) => c.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("\\s*"));
    const hits = words.map((word) => new RegExp(word, "i").exec(doc.text)).filter(Boolean);
    doc.sought = hits.map((hit) => [hit.index, hit.index + hit[0].length]);
  }
  function link(start, end, ...children) {
    return el("a", { href: "#" + current.id + "&at=" + start + "-" + end, on: { click: (event) => { event.preventDefault(); go(start, end); } } }, ...children);
  }
  function go(start, end) {
    const state = { ...readHash(), at: start + "-" + end };
    delete state.raw;
    delete state.find;
    writeHash(state);
    follow();
  }

  function drawText(doc) {
    const marks = [];
    for (const [kind, found] of Object.entries(doc.kinds)) for (const f of found) marks.push([f.at[0], f.at[1], "k-" + kind, W.kind[kind] + (f.note ? " · " + f.note : ""), kind + ":" + doc.raw(f.at[0]) + "-" + doc.raw(f.at[1])]);
    for (const s of doc.outline) marks.push([s.at[0], s.at[1], "h", ""]);
    for (const [code, start, end] of doc.warnings) if (end > start) marks.push([start, end, "k-warnings", W.warning[code]]);
    for (const item of doc.score ? doc.score.items : []) for (const [start, end] of item.evidence) marks.push([start, end, "", ""]);
    for (const [start, end] of doc.sought) marks.push([start, end, "", ""]);
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
      const hit = breaks.exec(doc.text), end = hit ? hit.index : doc.text.length, line = el("p", { "data-at": at });
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
          pieces.push([from, to, piece, on.map((mark) => mark[4]).filter(Boolean)]);
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
    const raw = /^(\d+)-(\d+)$/.exec(state.raw || "");
    const at = raw ? [current.unit(+raw[1]), current.unit(+raw[2])] : (/^(\d+)-(\d+)$/.exec(state.at || "") || []).slice(1).map(Number);
    pieces.forEach(([, , piece]) => { piece.classList.remove("lit"); piece.removeAttribute("tabindex"); });
    const spans = at.length === 2 ? [at] : state.find ? current.sought : [];
    if (!spans.length) return;
    let lit = pieces.filter(([start, end]) => spans.some(([from, to]) => start >= from && end <= to));
    if (!lit.length) lit = pieces.filter(([start, end]) => spans.some(([from, to]) => start < to && from < end)); // an address typed by hand
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
      return el("tr", { "data-key": "level:" + item.item },
        el("th", { scope: "row" }, item.name, el("span", { class: "dim" }, item.level || item.human ? item.reason : "", ...evidence)),
        el("td", null, el("span", { class: item.level ? "tag v" + item.level : "dim" }, say[level])),
        el("td", { class: "n" }, item.weight ? number(item.points) + " / " + number(item.weight) : ""), el("td", { class: "say-level" }));
    });
    const head = el("thead", null, el("tr", null, ...[[score.rubric], [say.level], [say.points, "n"], [say.review]].map(([words, look]) => el("th", { scope: "col", class: look }, words))));
    return $("score").replaceChildren(el("p", { class: "total" }, number(score.score)), el("table", null, head, el("tbody", null, ...body)));
  }

  function drawFindings(doc) {
    const sections = doc.outline.length ? [["sections", doc.outline]] : [];
    $("findings").replaceChildren(...[...Object.entries(doc.kinds), ...sections].map(([kind, found]) => {
      const list = el("ul"), details = el("details", { "data-kind": kind }, el("summary", null, W.kind[kind] + " ", el("span", { class: "dim" }, found.length)), list);
      list.append(...found.map((f) => el("li", { "data-key": kind + ":" + doc.raw(f.at[0]) + "-" + doc.raw(f.at[1]), tabindex: -1 },
        el("span", { class: "what" }, link(f.at[0], f.at[1], (f.clean || doc.text.slice(...f.at)).replace(/\s+/g, " ")), " ",
          el("span", { class: "dim note-of" }, f.note || ""), ...(f.check ? [" ", el("span", { class: "tag p2" }, say.needs_check)] : []),
          ...(f.human ? [" ", el("span", { class: "tag v2" }, say.by_human)] : [])),
        el("span", { class: "say" }))));
      return details;
    }));
  }
  window.addEventListener("beforeprint", () => $("findings").querySelectorAll("details").forEach((details) => { details.open = true; }));

  window.GH.doc = { pieces: () => pieces, link, go, docHref };
  // Review comes after this script and must be there before the first document is.
  window.addEventListener("hashchange", open);
  document.addEventListener("DOMContentLoaded", open);
})();
