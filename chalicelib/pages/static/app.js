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

  // What was typed on the desk waits for the sign-in of the same person, and is forgotten elsewhere.
  const keepTyped = () => {
    const typed = sessionStorage.getItem("typed");
    if (!typed || root.dataset.shell === "desk") return;
    if (!location.pathname.includes("/m/sign-in")) sessionStorage.removeItem("typed");
    else sessionStorage.setItem("typed", JSON.stringify({ ...JSON.parse(typed), away: true }));
  };
  try { keepTyped(); } catch (failure) { /* the browser keeps nothing */ }

  const focusProblem = () => {
    const summary = document.querySelector(".errors");
    if (!summary) return;
    summary.querySelectorAll("a:not([data-named])").forEach((link) => {
      const field = document.getElementById(link.hash.slice(1));
      const label = field && (field.labels ? field.labels[0] : field.querySelector("legend"));
      const colon = root.lang.startsWith("zh") ? "：" : ": ";
      if (label) link.prepend(label.textContent.trim().replace(/[？?]$/, "") + colon);
      link.dataset.named = "yes";
    });
    summary.focus();
  };

  // A pressed button says so, and a second tap sends nothing twice.
  let sent = new WeakSet();
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
    sent = new WeakSet();  // one came back to the form
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

  // A list asks once a minute, while it is looked at, whether it has changed. What is open or has
  // the focus stays as it is.
  const EVERY = 60000;  // milliseconds
  let seen = "";
  const merge = (list, fresh) => {
    const rows = list.querySelector("tbody, ul");
    const freshRows = fresh.querySelector("tbody, ul");
    if (!rows || !freshRows) {
      list.replaceChildren(...fresh.childNodes);
      return;
    }
    const kept = [...rows.children].filter(
      (row) => row.contains(document.activeElement)
        || row.querySelector("[open], :checked, [aria-current]"));
    for (const row of [...rows.children]) if (!kept.includes(row)) row.remove();
    let place = rows.firstElementChild;
    for (const row of [...freshRows.children]) {
      const own = kept.find((one) => one.id === row.id);
      if (own) place = own.nextElementSibling;
      else rows.insertBefore(row, place);
    }
  };
  const mergeParts = (page) => {
    document.querySelectorAll("[data-poll-part]").forEach((part) => {
      const fresh = page.getElementById(part.id);
      if (fresh && !part.contains(document.activeElement)) part.replaceWith(fresh);
    });
  };
  const sayWhen = () => {
    const now = new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" });
    document.querySelectorAll("[data-renewed]").forEach((one) => {
      one.textContent = one.textContent.replace(/\d\d:\d\d/, now.slice(0, 5));
    });
  };
  const poll = async () => {
    const list = document.querySelector("[data-poll]");
    if (!list || document.hidden) return;
    const address = new URL(location.href);
    address.searchParams.delete("item");  // what is chosen is beside the list
    address.searchParams.set("seen", seen);
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) sayWhen();
      if (answer.status !== 200 || answer.redirected) return;
      seen = (answer.headers.get("ETag") || "").replace(/^W\/|"/g, "");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-poll]");
      if (fresh) merge(list, fresh);
      mergeParts(page);
    } catch (failure) {
      return;  // no network: at the next time
    }
  };
  setInterval(poll, EVERY);
  document.addEventListener("visibilitychange", poll);

  // What only works with scripts is drawn by one; a chosen photo is named.
  const drawScripted = () => {
    document.querySelectorAll("[data-needs-script]").forEach((one) => { one.hidden = false; });
  };
  document.addEventListener("change", (event) => {
    const words = document.querySelector(`[data-chosen="${event.target.id}"]`);
    if (words) words.textContent = [...event.target.files].map((one) => one.name).join("、");
  });

  const begin = () => { drawScripted(); focusProblem(); drawReaders(); countDown(); };
  document.addEventListener("DOMContentLoaded", begin);
  document.addEventListener("htmx:load", focusProblem);
  if ("speechSynthesis" in window) speechSynthesis.onvoiceschanged = drawReaders;
})();
