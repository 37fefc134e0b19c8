// Two documents side by side (对照): the passages that both have are marked, and each leads to its other.
"use strict";
(() => {
  const { say, $, el, fill, readHash, number } = window.GH;
  const SEED = 8; // characters that must follow each other in both, blanks and marks left out: the shingle of the duplicates
  const MOST = 32; // places of a seed that are tried: what stands more often is a set phrase
  const NAME = /^[0-9a-f]{16}$/, PLAIN = /[\p{L}\p{N}]/u;
  let load = 0;

  function fetched(id) {
    return new Promise((done) => {
      if (!NAME.test(id || "")) return done(null);
      const script = el("script", { src: "docs/" + id + ".js", on: { load: () => { script.remove(); done(window.__doc); }, error: () => done(null) } });
      document.body.append(script);
    });
  }
  // The letters and figures of a text, and where each stands.
  function squeezed(text) {
    const places = [];
    let words = "", at = 0;
    for (const character of text) {
      if (PLAIN.test(character)) { for (let i = 0; i < character.length; i++) places.push(at + i); words += character; }
      at += character.length;
    }
    return { words, places };
  }
  // The runs that both texts have, in the order of the first: [start, end, start, end], no two overlapping in the first.
  function shared(first, second) {
    const a = squeezed(first), b = squeezed(second), at = new Map(), found = [];
    for (let j = 0; j + SEED <= b.words.length; j++) {
      const seed = b.words.slice(j, j + SEED);
      if (!at.has(seed)) at.set(seed, []);
      if (at.get(seed).length < MOST) at.get(seed).push(j);
    }
    let follows = 0; // where the second text would go on after the last passage
    for (let i = 0; i + SEED <= a.words.length;) {
      let best = 0, place = 0;
      for (const j of at.get(a.words.slice(i, i + SEED)) || []) {
        let n = SEED;
        while (i + n < a.words.length && a.words[i + n] === b.words[j + n]) n++;
        if (n > best || (n === best && Math.abs(j - follows) < Math.abs(place - follows))) { best = n; place = j; }
      }
      if (!best) { i += 1; continue; }
      found.push([a.places[i], a.places[i + best - 1] + 1, b.places[place], b.places[place + best - 1] + 1]);
      i += best;
      follows = place + best;
    }
    return found;
  }
  function column(side, doc, spans) {
    const box = $("text-" + side), cuts = spans.map(([start, end], i) => [start, end, i]).sort((x, y) => x[0] - y[0] || y[1] - x[1]);
    const body = document.createDocumentFragment();
    let at = 0, marked = 0;
    for (const [start, end, i] of cuts) {
      if (end <= at) continue; // a passage of the second text that the first repeats
      marked += end - Math.max(start, at);
      body.append(doc.text.slice(at, Math.max(start, at)), el("mark", { class: "copied", id: side + i, tabindex: 0, role: "button", title: say.to_other,
        on: { click: () => meet(i), keydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); meet(i); } } } }, doc.text.slice(Math.max(start, at), end)));
      at = end;
    }
    body.append(doc.text.slice(at));
    box.replaceChildren(body);
    $("title-" + side).replaceChildren(doc.partial ? doc.title + " " : el("a", { href: "doc.html#" + doc.id }, doc.title), doc.partial ? el("span", { class: "tag" }, say.excerpt) : "");
    $("facts-" + side).textContent = doc.facts.filter(([, , code]) => code === "unit" || code === "year" || code === "file").map(([, value]) => value).join(" · ");
    return marked / (doc.text.length || 1);
  }
  function meet(i) {
    document.querySelectorAll("mark.lit").forEach((mark) => mark.classList.remove("lit"));
    for (const side of ["a", "b"]) {
      const mark = $(side + i);
      if (!mark) continue;
      mark.classList.add("lit");
      const box = $("text-" + side);
      box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    }
  }
  async function open() {
    const mine = ++load, state = readHash(), a = await fetched(state[""]), b = await fetched(state.with);
    if (mine !== load) return;
    $("pair").hidden = !a || !b;
    $("compare-title").textContent = a && b ? say.side_by_side : say.unknown_document;
    if (!a || !b) return;
    const passages = shared(a.text, b.text);
    const share = [column("a", a, passages), column("b", b, passages.map(([, , start, end]) => [start, end]))];
    $("compare-told").textContent = fill(say.shared_told, { count: passages.length, first: number(Math.round(100 * share[0])), second: number(Math.round(100 * share[1])) });
    const step = (by) => { const ids = passages.map((_, i) => i), lit = document.querySelector("#text-a mark.lit"), now = lit ? Number(lit.id.slice(1)) : by > 0 ? -1 : 0; meet(ids[(now + by + ids.length) % ids.length]); };
    $("next").onclick = () => step(1);
    $("previous").onclick = () => step(-1);
    $("next").disabled = $("previous").disabled = !passages.length;
    if (passages.length) meet(0);
  }
  window.addEventListener("hashchange", open);
  open();
})();
