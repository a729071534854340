"use strict";
// What pages do beyond links and forms. Every page works without it.
(() => {
  const root = document.documentElement;

  // The public wall is the same for everybody, so the look is put on here.
  const look = /(?:^|; )look=([a-z]+)\.([a-z]+)/.exec(document.cookie);
  if (look) {
    if (look[1] !== "m") root.dataset.size = look[1];
    if (look[2] !== "auto") root.dataset.theme = look[2];
  }

  const focusProblem = () => {
    const summary = document.querySelector(".errors");
    if (summary) summary.focus();
  };

  // A pressed button says so, and a second tap sends nothing twice.
  const sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (sent.has(form) && !form.dataset.outbox) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    const button = event.submitter;
    if (button) button.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("[aria-busy]").forEach((one) => one.removeAttribute("aria-busy"));
  });

  // Reading aloud, only where the device has a voice for the page's language.
  const drawReaders = () => {
    if (!("speechSynthesis" in window)) return;
    const language = root.lang.slice(0, 2);
    const voice = speechSynthesis.getVoices().find((one) => one.lang.startsWith(language));
    if (!voice) return;
    document.querySelectorAll("[data-read-aloud][hidden]").forEach((button) => {
      button.hidden = false;
      button.addEventListener("click", () => {
        const words = new SpeechSynthesisUtterance(
          document.getElementById(button.dataset.readAloud).textContent);
        words.voice = voice;
        speechSynthesis.cancel();
        speechSynthesis.speak(words);
      });
    });
  };

  // "Again in 40 seconds" counts down, and the button returns by itself.
  const countDown = () => {
    document.querySelectorAll("[data-wait]").forEach((button) => {
      let left = Number(button.dataset.wait);
      const words = button.textContent;
      button.disabled = true;
      const tick = () => {
        button.textContent = left > 0 ? `${words} (${left})` : words;
        button.disabled = left > 0;
        if (left-- > 0) setTimeout(tick, 1000);
      };
      tick();
    });
  };

  const begin = () => { focusProblem(); drawReaders(); countDown(); };
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:load", focusProblem);
  if ("speechSynthesis" in window) speechSynthesis.onvoiceschanged = drawReaders;
})();
