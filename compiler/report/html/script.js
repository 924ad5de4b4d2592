(function () {
  "use strict";
  var doc = document, root = doc.documentElement;
  function $(s, of) { return (of || doc).querySelector(s); }
  function all(s, of) { return Array.prototype.slice.call((of || doc).querySelectorAll(s)); }
  var views = all(".view"), groups = all(".pages"), tabs = all("[data-tab]"), q = $("#q"), found = $("#found");
  var filters = { tactic: $("#f-tactic"), state: $("#f-state"), scope: $("#f-scope"), row: $("#f-row"), gate: $("#f-gate") };
  var view = null, page = null, at = -1, scrolled = {}, keysOn = true;

  // Where the address leads: to a view, a part of one, or the page of an item or a rule.
  function target() {
    var id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch (e) { /* as it stands */ }
    return id ? doc.getElementById(id) : null;
  }
  function show() {
    var t = target(), next = null, up;
    page = t && t.closest(".page");
    if (!page) next = t && t.closest(".view");
    if (!page && !next) next = $("#summary");
    if (view && !page !== !view.classList.contains("on")) scrolled[view.id] = scrolled[view.id] || 0;
    views.forEach(function (v) { v.classList.toggle("on", v === next); });
    groups.forEach(function (g) { g.classList.toggle("on", !!page && g.contains(page)); });
    all(".page.on").forEach(function (p) { p.classList.remove("on"); });
    if (page) page.classList.add("on");
    up = page ? page.getAttribute("data-up") : next.id;
    view = doc.getElementById(up);
    tabs.forEach(function (a) {
      if (a.getAttribute("data-tab") === up) a.setAttribute("aria-current", page ? "true" : "page"); else a.removeAttribute("aria-current");
    });
    $("#filters").hidden = !!page || !$("[data-e]", view);
    each(Object.keys(filters), function (k) {
      if (filters[k]) filters[k].parentNode.hidden = !$("[data-e][data-" + k + "]", view);
    });
    mark(-1);
    if (page) { scrollTo(0, 0); page.focus({ preventScroll: true }); }
    else if (t && t !== next && t !== view) t.scrollIntoView();
    else scrollTo(0, scrolled[view.id] || 0);
    apply();
  }
  function each(list, f) { for (var i = 0; i < list.length; i++) f(list[i], i); }

  // Search and filters.
  var texts = new Map();
  function text(e) {
    var s = texts.get(e);
    if (s === undefined) { s = e.textContent.toLowerCase(); texts.set(e, s); }
    return s;
  }
  function textOf(e) { // an entry that leads to a page is found by that page's words, too
    var href = e.getAttribute("data-href"), p = href && doc.getElementById(href.slice(1));
    return text(e) + (p && e.closest("#matrix, #rules") ? text(p) : "");
  }
  function fits(e, words) {
    for (var k in filters) {
      var f = filters[k], has = e.getAttribute("data-" + k);
      if (!f || !f.value || has === null) continue;
      if (k === "scope" ? ("|" + has).indexOf("|" + f.value + "|") < 0 : has !== f.value) return false;
    }
    if (!words.length) return true;
    var s = textOf(e);
    return words.every(function (w) { return s.indexOf(w) >= 0; });
  }
  function apply() {
    var words = q.value.toLowerCase().split(/\s+/).filter(Boolean);
    var any = words.length > 0 || Object.keys(filters).some(function (k) { return filters[k] && filters[k].value; });
    each(views, function (v) {
      var entries = all("[data-e]", v), n = 0;
      each(entries, function (e) { var ok = fits(e, words); e.hidden = !ok; if (ok) n++; });
      each(all(".block[data-tactic], .doc[data-tactic]", v), function (b) {
        b.hidden = any && !$("[data-e]:not([hidden])", b);
      });
      var tab = $('[data-tab="' + v.id + '"] .hits');
      if (tab) tab.textContent = any && entries.length ? String(n) : "";
      if (v === view) {
        found.textContent = any ? n + " of " + entries.length + " shown" : entries.length + (entries.length === 1 ? " entry" : " entries");
        $("#none").hidden = !!page || !any || n > 0 || !entries.length;
      }
    });
  }
  function clear() {
    q.value = "";
    for (var k in filters) if (filters[k]) filters[k].value = "";
    apply();
  }

  // Entries, one of which is marked.
  function stops() {
    return page ? all("summary", page) : all(".stop", view).filter(function (e) { return !e.hidden && e.getClientRects().length; });
  }
  function mark(n) {
    all(".cur").forEach(function (e) { e.classList.remove("cur"); });
    at = n;
    var list = n < 0 ? [] : stops();
    if (!list.length) return;
    at = Math.max(0, Math.min(n, list.length - 1));
    var e = list[at], inner = e.matches("summary") ? e : $("a", e);
    e.classList.add("cur");
    if (inner) inner.focus({ preventScroll: true });
    e.scrollIntoView({ block: "nearest" });
  }
  function open() {
    var e = $(".cur");
    if (!e) return false;
    if (e.matches("summary")) { e.click(); return true; }
    var href = e.getAttribute("data-href");
    if (href) { go(href); return true; }
    return false;
  }
  function go(hash) {
    if (!page && view) scrolled[view.id] = window.scrollY;
    location.hash = hash;
  }
  function theme() {
    var dark = root.getAttribute("data-theme") ? root.getAttribute("data-theme") === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.setAttribute("data-theme", dark ? "light" : "dark");
    try { localStorage.setItem("detc-theme", dark ? "light" : "dark"); } catch (e) { /* a file may have no storage */ }
  }
  function escape() {
    if (doc.activeElement === q) { q.blur(); if (!q.value) return; }
    if (q.value) { q.value = ""; apply(); return; }
    if (page) { location.hash = "#" + page.getAttribute("data-up"); return; }
    mark(-1);
    if (doc.activeElement) doc.activeElement.blur();
  }
  doc.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey || $("dialog[open]")) return;
    var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(doc.activeElement && doc.activeElement.tagName);
    if (e.key === "Escape") { escape(); return; }
    if (typing) {
      if (e.key === "Enter" && doc.activeElement === q) { e.preventDefault(); mark(0); }
      return;
    }
    var arrows = $(".cur"), k = e.key; // arrows scroll until an entry is marked
    if (k === "Enter" && arrows && (doc.activeElement === doc.body || arrows.contains(doc.activeElement)) && !arrows.matches("summary")) { if (open()) e.preventDefault(); return; }
    if (arrows && k === "ArrowDown" || keysOn && k === "j") mark(at + 1);
    else if (arrows && k === "ArrowUp" || keysOn && k === "k") mark(Math.max(0, at - 1));
    else if (!keysOn) return;
    else if (k === "/") { q.focus(); q.select(); }
    else if (k === "t") theme();
    else if (k === "?") $("#help").showModal();
    else if (/^[1-9]$/.test(k) && tabs[k - 1]) go(tabs[k - 1].getAttribute("href"));
    else return;
    e.preventDefault();
  });
  doc.addEventListener("click", function (e) {
    var row = e.target.closest("[data-href]");
    if (!row || e.target.closest("a, button, summary, input, select") || String(getSelection())) return;
    go(row.getAttribute("data-href"));
  });
  doc.addEventListener("click", function (e) {
    var a = e.target.closest('a[href^="#"]');
    if (a && !page && view) scrolled[view.id] = a.hasAttribute("data-tab") ? 0 : window.scrollY;
    if (a && a.hasAttribute("data-tab")) scrolled[a.getAttribute("data-tab")] = 0;
  });
  var wait = 0;
  q.addEventListener("input", function () { clearTimeout(wait); wait = setTimeout(function () { if (page && q.value) { location.hash = "#" + page.getAttribute("data-up"); } apply(); mark(-1); }, 80); });
  for (var k in filters) if (filters[k]) filters[k].addEventListener("change", apply);
  $("#filters").addEventListener("submit", function (e) { e.preventDefault(); });
  $("#filters").addEventListener("reset", function (e) { e.preventDefault(); clear(); });
  $("#none-clear").addEventListener("click", clear);
  $("#theme").addEventListener("click", theme);
  $("#keys").addEventListener("click", function () { $("#help").showModal(); });
  $("#keys-on").addEventListener("change", function () { keysOn = this.checked; });
  addEventListener("hashchange", show);
  $("#tools").hidden = false;
  show();
})();
