// What all pages of the report share. Data comes from script chunks (window.__…); text reaches a page as text alone,
// never as markup. The other scripts take what they need from window.GH.
"use strict";
(() => {
  const W = window.__words, say = W.say;
  const $ = (id) => document.getElementById(id);
  const ONCE = 100; // rows of a table that are drawn at a time

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
    let fits = null;
    function keep(test) { fits = test; kept = fits ? rows.filter(fits) : rows; shown = ONCE; draw(); }
    return { keep, sort, take(others) { rows = others; keep(fits); } };
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

  // The hash is the page's state: to skip to the content must not change it.
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); $("main").focus(); });
  window.GH = { W, say, $, el, fill, number, docHref, readHash, writeHash, listing, text, choice, searchBox };
})();
