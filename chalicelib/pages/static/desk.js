"use strict";
// What the desk does beyond links and forms. Every page works without it.
(() => {
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

  // A single key moves the focus to what names it, except in a field or with another key held.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!found) return;
    event.preventDefault();
    found.focus();
  });

  // What is shown once is not asked for again by a reload: that leads to the page named here.
  const once = document.querySelector("[data-once]");
  if (once) history.replaceState(null, "", once.dataset.once);
})();
