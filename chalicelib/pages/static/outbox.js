"use strict";
// The outbox: a form that is kept in this browser until the server has answered it.
// The key of the form makes a repeated sending one action. Photos are scaled before they are kept,
// as bytes and not as Blob, which some browsers lose.
(() => {
  const STORE = "box";
  const LONGEST = 1600;  // pixels
  const MAX_BYTES = 400 * 1024;
  const EVERY = 20000;  // milliseconds
  const WAITS = [403, 429];  // another is signed in, or too many at once
  const strip = () => document.getElementById("outbox");

  const open = () => new Promise((resolve, reject) => {
    const asked = indexedDB.open("outbox", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  const inStore = async (mode, work) => {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => { database.close(); resolve(asked && asked.result); };
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  };
  const all = () => inStore("readonly", (store) => store.getAll());
  const keep = (item) => inStore("readwrite", (store) => store.put(item));
  const drop = (key) => inStore("readwrite", (store) => store.delete(key));
  const empty = () => inStore("readwrite", (store) => store.clear());

  const scaled = async (file) => {
    const image = await createImageBitmap(file, { imageOrientation: "from-image" });
    const share = Math.min(1, LONGEST / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * share);
    canvas.height = Math.round(image.height * share);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    for (const quality of [0.8, 0.6, 0.4]) {
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
      if (blob.size <= MAX_BYTES || quality === 0.4) return blob.arrayBuffer();
    }
    return null;
  };

  const owner = () => (strip() ? strip().dataset.outboxOwner : "");

  const upload = async (item, index) => {
    const photo = item.photos[index];
    if (photo.id) return photo.id;
    const fields = new URLSearchParams({
      kind: "photo", content_type: "image/jpeg", size: photo.bytes.byteLength,
      _csrf: item.csrf, _key: `${item.key}-${index}`,
    });
    const begun = await fetch(item.uploads, { method: "POST", body: fields });
    if (!begun.ok) throw begun;
    const form = await begun.json();
    const data = new FormData();
    for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
    data.append("file", new Blob([photo.bytes], { type: "image/jpeg" }), "photo.jpg");
    const put = await fetch(form.url, { method: "POST", body: data });
    if (!put.ok) throw put;
    photo.id = form.id;
    await keep(item);
    return form.id;
  };

  // Return the address of the page that answers, or null while the item has to wait.
  const send = async (item) => {
    const body = new URLSearchParams(item.fields);
    for (let index = 0; index < item.photos.length; index += 1) {
      body.append("photos", await upload(item, index));
    }
    const answer = await fetch(item.action, {
      method: "POST", body, headers: { Accept: "text/html", "X-Outbox": "1" },
    });
    if (answer.status >= 500 || WAITS.includes(answer.status)) throw answer;
    const address = answer.headers.get("X-Location");
    if (/\/m\/sign-in/.test(address || "")) throw answer;
    if (answer.status >= 400) {
      item.refused = reasonIn(await answer.text());
      await keep(item);
      return null;
    }
    if (!address) throw answer;  // not from us: a portal of some network
    await drop(item.key);
    return address;
  };

  const reasonIn = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const reason = page.querySelector(".errors li, main p");
    return reason ? reason.textContent.trim() : "";
  };

  let shown = "";  // the key of the form that this page waits for
  const sendAll = async () => {
    for (const item of await all()) {
      if (item.owner !== owner() || item.refused) continue;
      try {
        const address = await send(item);
        if (address && item.key === shown) location.assign(address);
      } catch (failure) {
        break;  // no network, or the server is busy: later
      }
    }
    await draw();
  };
  // One after the other, so that no item is sent by two at once.
  let last = Promise.resolve();
  const flush = () => {
    last = last.then(sendAll).catch(() => {});
    return last;
  };

  const line = (item) => {
    const row = document.createElement("p");
    row.textContent = item.refused ? `${item.title}：${item.refused}` : item.title;
    if (item.refused) {
      const again = document.createElement("a");
      again.href = item.page;
      again.textContent = " ↻ ";
      again.addEventListener("click", () => drop(item.key));
      row.append(again);
    }
    return row;
  };

  const draw = async () => {
    const items = (await all()).filter((item) => item.owner === owner());
    const box = strip();
    if (!box) return;
    box.hidden = items.length === 0;
    box.className = "outbox";
    box.textContent = items.length ? `${box.dataset.words} ${items.length}` : "";
    items.forEach((item) => box.append(line(item)));
  };

  const kept = async (form, submitter) => {
    const data = new FormData(form, submitter);
    const photos = [];
    for (const input of form.querySelectorAll("input[data-photos]")) {
      for (const file of input.files) photos.push({ bytes: await scaled(file) });
    }
    const fields = [...data].filter(([, value]) => typeof value === "string");
    return {
      key: data.get("_key"), csrf: data.get("_csrf"), owner: owner(), title: form.dataset.outbox,
      action: form.action, page: location.href, fields, photos,
      uploads: form.dataset.uploads || form.action.replace(/\/m\/.*/, "/m/uploads"),
    };
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!("indexedDB" in window)) return;
    if (form.hasAttribute("data-ends-session")) {
      empty();
      return;
    }
    if (!form.dataset.outbox) return;
    event.preventDefault();
    if (form.dataset.kept) return;
    form.dataset.kept = "yes";
    const item = await kept(form, event.submitter);
    await keep(item);
    await draw();
    shown = item.key;
    await flush();
    const left = (await all()).find((one) => one.key === item.key);
    if (left && left.refused) {
      delete form.dataset.kept;
      await drop(item.key);
      form.removeAttribute("data-outbox");
      form.submit();  // the page itself shows what is wrong, with everything that was typed
    } else if (left) {
      form.querySelectorAll("[aria-busy]").forEach((one) => one.removeAttribute("aria-busy"));
      strip().focus();  // it says that the form is kept, and is not where the button was
    }
  });

  addEventListener("online", () => flush());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  setInterval(() => flush(), EVERY);
  flush();
  if ("serviceWorker" in navigator && strip() && owner()) {
    const path = strip().dataset.worker;
    navigator.serviceWorker.register(path, { scope: path.replace(/\/sw\.js$/, "") }).catch(() => {});
  }
})();
