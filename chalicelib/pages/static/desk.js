"use strict";
// What the desk does beyond links and forms. Every page works without it.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const desk = () => document.getElementById("desk");
  const stored = (name) => { try { return sessionStorage.getItem(name); } catch (failure) { return null; } };
  const store = (name, value) => {
    try {
      if (value === null) sessionStorage.removeItem(name);
      else sessionStorage.setItem(name, value);
    } catch (failure) { /* the browser keeps nothing: the page works without */ }
  };

  // Keys. A single key does nothing in a field, with another key held, or when they are turned off.
  const areOff = () => /(?:^|; )keys=off/.test(document.cookie);
  const isTyping = (target) =>
    target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const rows = () => all("[data-row]");
  const boxOf = (row) => row.querySelector("input[type=checkbox]");
  const isChosen = (row) => Boolean(boxOf(row) && boxOf(row).checked);
  const active = () => document.activeElement.closest("[data-row]");
  const here = () => active() || document.querySelector("[data-row].current");

  const step = (by) => {
    const found = rows();
    if (!found.length) return;
    const at = found.indexOf(here());
    const next = at < 0 ? (by > 0 ? 0 : found.length - 1) : at + by;
    found[Math.max(0, Math.min(found.length - 1, next))].querySelector("[data-go]").focus();
  };
  const choose = () => { const row = here(); if (row && boxOf(row)) boxOf(row).click(); };

  // The row on which the focus is after a move: the first one behind those that are moved.
  const keepNext = (moved) => {
    const found = rows();
    const last = found.indexOf(moved[moved.length - 1]);
    const after = found.slice(last + 1).concat(found.slice(0, last + 1).reverse());
    const next = after.find((row) => !moved.includes(row));
    store("next", next ? next.id : null);
  };
  const press = (key) => {
    const chosen = rows().filter(isChosen);
    const moved = chosen.length ? chosen : [here()].filter(Boolean);
    if (!moved.length) return false;
    const moves = (moved[0].dataset.moves || "").split(" ");
    const button = all(`[data-press="${key}"]`).find((one) => moves.includes(one.dataset.move));
    if (!button) return false;
    moved.forEach((row) => { boxOf(row).checked = true; });
    button.click();
    return true;
  };
  const edit = () => {
    const row = here();
    if (row && row.dataset.edit) { location.assign(row.dataset.edit); return true; }
    return false;
  };
  const named = (key) => {
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!found) return false;
    if (found.tagName === "SUMMARY") found.parentElement.open = true;
    found.focus();
    if (found.tagName === "A") found.click();
    return true;
  };
  const KEYS = { j: () => step(1), k: () => step(-1), x: choose, a: () => press("a"), r: () => press("r"),
    e: () => edit() || named("e") };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form && event.target.closest("textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || areOff() || isTyping(event.target)) return;
    const act = KEYS[event.key];
    const done = act ? act() !== false : named(event.key);
    if (done) event.preventDefault();
  });
  const drawSwitch = () => all("[data-keys-switch]").forEach((one) => {
    one.textContent = areOff() ? one.dataset.on : one.dataset.off;
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-switch]")) return;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    const value = areOff() ? "on" : "off";
    document.cookie = `keys=${value}; Path=/; Max-Age=34560000; SameSite=Lax${secure}`;
    drawSwitch();
  });

  // How many are chosen, and the box that chooses all.
  const count = () => all("[data-chosen-count]").forEach((one) => {
    const chosen = rows().filter(isChosen).length;
    one.textContent = chosen ? `${one.dataset.chosenCount} ${chosen}` : "";
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) {
      rows().forEach((row) => { if (boxOf(row)) boxOf(row).checked = event.target.checked; });
    }
    count();
  });

  // What was typed is kept until the next page. Only a sign-in of the same person brings it back:
  // `app.js` marks it there, and forgets it on any page that is not of the desk.
  const pathOf = (form) => new URL(form.action, location.href).pathname;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.id === "bulk") keepNext(rows().filter(isChosen));
    if (!form.matches("[data-keep]")) return;
    const fields = [...new FormData(form)].filter(([name]) => !name.startsWith("_"));
    store("typed", JSON.stringify({ owner: desk().dataset.owner, path: pathOf(form), fields }));
  });
  const fill = (form, fields) => fields.forEach(([name, value]) => {
    const found = form.elements[name];
    const one = found instanceof RadioNodeList
      ? [...found].find((each) => each.value === value) : found;
    if (!one) return;
    if (["radio", "checkbox"].includes(one.type)) one.checked = true;
    else if (one.type !== "hidden") one.value = value;
  });
  const restore = () => {
    const kept = JSON.parse(stored("typed") || "null");
    store("typed", null);
    if (!kept || !kept.away || kept.owner !== desk().dataset.owner) return;
    const form = all("form[data-keep]").find((one) => pathOf(one) === kept.path);
    if (!form) return;
    fill(form, kept.fields);
    const note = document.createElement("p");
    note.className = "note";
    note.setAttribute("role", "status");
    note.textContent = desk().dataset.restored;
    form.before(note);
    const first = form.querySelector("textarea, input:not([type=hidden])");
    if (first) first.focus();
  };

  const begin = () => {
    drawSwitch();
    restore();
    count();
    const next = document.getElementById(stored("next") || "");
    store("next", null);
    if (next && !document.querySelector(".errors")) next.querySelector("[data-go]").focus();
  };
  begin();

  // What is shown once is not asked for again by a reload: that leads to the page named here.
  const once = document.querySelector("[data-once]");
  if (once) history.replaceState(null, "", once.dataset.once);
})();
