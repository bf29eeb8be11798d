/* The agent's phone without a network: results wait on the phone under their keys and are sent once, each by whoever
   gave it. Stored: address, key, choice, time, an opaque mark of the agent, a note sealed to the server. Nothing about a
   person can be read on the phone. The server knows a key that it has seen. */
(() => {
  "use strict";
  const shelf = "youlu-results";
  const read = () => { try { return JSON.parse(localStorage.getItem(shelf)) || []; } catch { return []; } };

  /* whoever logs out leaves nothing; what still waits says nothing about anybody and stays, where there is any */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.action.endsWith("/logout") || !read().length || form.querySelector("[name=keep]")) return;
    const keep = Object.assign(document.createElement("input"), { type: "hidden", name: "keep", value: "1" });
    form.append(keep);
  });

  const bar = document.querySelector("[data-offline]");
  if (!bar) return;
  const deck = document.querySelector("[data-agent]");
  const { who = "", home, worker, seal } = bar.dataset;
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  if (worker && "serviceWorker" in navigator && window.top === window)
    navigator.serviceWorker.register(worker, { scope: home }).catch(() => {});

  const words = bar.querySelector("[data-offline-words]"), stuckBox = bar.querySelector("[data-stuck]");
  let signedOut = false, sending = false, said = "";
  const mine = (row) => !who || row.who === who;
  const write = (rows) => {
    if (rows.length) localStorage.setItem(shelf, JSON.stringify(rows)); else localStorage.removeItem(shelf);
    bar.dataset.waiting = String(rows.filter((row) => mine(row) && !row.stuck).length);
  };
  const change = (key, more) => write(read().map((row) => (row.key === key ? { ...row, ...more } : row)));

  const show = () => {
    const rows = read(), off = !navigator.onLine;
    const waiting = rows.filter((row) => mine(row) && !row.stuck).length;
    const stuck = rows.find((row) => mine(row) && row.stuck), others = rows.filter((row) => !mine(row)).length;
    const count = (text, n) => (n ? text.replace("{n}", n) : "");
    bar.dataset.waiting = String(waiting);
    bar.hidden = !(rows.length || off || said);
    words.textContent = said + (off ? words.dataset.noNetwork : signedOut ? words.dataset.login : "") +
      count(words.dataset.stored, waiting) + count(words.dataset.others, others);
    if (!stuckBox) return;
    stuckBox.hidden = !stuck;
    if (stuck) stuckBox.querySelector("[data-stuck-words]").textContent = stuck.stuck;
  };

  const b64 = (bytes) => btoa(String.fromCharCode(...bytes));
  /* core/sealed_box.py opens it; a key of one use, so that the nonce may be zero */
  const sealed = async (text) => {
    const curve = { name: "ECDH", namedCurve: "P-256" }, { subtle } = crypto, bytes = new TextEncoder();
    const theirs = await subtle.importKey("raw", Uint8Array.from(atob(seal), (c) => c.charCodeAt(0)), curve, false, []);
    const own = await subtle.generateKey(curve, false, ["deriveBits"]);
    const point = new Uint8Array(await subtle.exportKey("raw", own.publicKey));
    const shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, own.privateKey, 256);
    const key = await subtle.deriveKey(
      { name: "HKDF", hash: "SHA-256", salt: point, info: bytes.encode("youlu box") },
      await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]), { name: "AES-GCM", length: 256 }, false,
      ["encrypt"]);
    const box = await subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, key, bytes.encode(text));
    return b64(new Uint8Array([...point, ...new Uint8Array(box)]));
  };

  /* true: the server has it. Refused for good: it stays, with the server's words, until its agent drops it. */
  const send = async (row) => {
    const body = new URLSearchParams(row.body);
    body.set("csrfmiddlewaretoken", token.value);
    body.set("age_s", String(Math.max(0, (Date.now() - row.at) / 1000)));
    const answer = await fetch(row.url, { method: "POST", body, headers: { Accept: "application/json" } });
    signedOut = answer.redirected || answer.status === 403;
    if (signedOut || [408, 409, 429].includes(answer.status) || answer.status >= 500) throw new Error("later");
    if (answer.ok) return true;
    const told = await answer.json().catch(() => ({}));
    change(row.key, { stuck: (answer.status !== 404 && told.sentence) || stuckBox.dataset.refused });
    return false;
  };

  /* one at a time, oldest first; what was taken leaves the shelf, whatever was added meanwhile stays */
  const flush = async () => {
    if (sending || !navigator.onLine || !token || !who) return show();
    sending = true;
    let all = true;
    try {
      for (let row; (row = read().find((one) => mine(one) && !one.stuck));) {
        if (await send(row)) write(read().filter((one) => one.key !== row.key)); else all = false;
      }
      return all;
    } catch { return false; } finally { sending = false; show(); }
  };

  const nextCard = (card) => {
    card.hidden = true;
    document.querySelector(".next .row-next")?.remove();
    const after = card.nextElementSibling;
    if (after) { after.hidden = false; after.querySelector("h2")?.scrollIntoView({ block: "center" }); }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-result]");
    if (!form || !event.submitter) return;
    const fields = new FormData(form), note = (fields.get("note") || "").trim();
    const canSeal = Boolean(window.isSecureContext && crypto.subtle);
    if (note && !canSeal && navigator.onLine) return;  // as without script: the note goes at once or not at all
    event.preventDefault();
    if (note && !canSeal) { said = words.dataset.noNote; return show(); }
    fields.set("pick", event.submitter.value);
    fields.delete("csrfmiddlewaretoken");
    fields.delete("note");
    if (note) fields.set("note_sealed", await sealed(note));
    fields.set("who", who);
    const key = fields.get("idempotency_key");
    if (!read().some((row) => row.key === key))
      write([...read(), { key, who, url: form.action, body: new URLSearchParams(fields).toString(), at: Date.now() }]);
    form.reset();
    nextCard(form.closest("[data-card]"));
    if (await flush()) location.assign(deck.dataset.home);
  });

  /* before logging out: what waits is told, and logging out without a network is not possible */
  const ask = document.querySelector("[data-logout-ask]");
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-logout]");
    if (!form || form.dataset.sure) return;
    const waiting = read().filter(mine).length;
    if (navigator.onLine && !waiting) return;
    event.preventDefault();
    if (navigator.onLine) {
      ask.querySelector("[data-waiting]").textContent = ask.dataset.words.replace("{n}", waiting);
      ask.showModal();
    } else { said = words.dataset.noLogout; show(); }
    setTimeout(() => { event.submitter?.removeAttribute("aria-busy"); event.submitter?.removeAttribute("aria-disabled"); }, 1);
  });

  document.addEventListener("click", (event) => {
    const press = event.target.closest("[data-press]"), link = event.target.closest("a[data-ask]");
    if (link) {
      event.preventDefault();
      link.closest("form").querySelectorAll("[data-panel]").forEach((panel) => {
        panel.hidden = panel.dataset.panel !== link.dataset.ask || !panel.hidden;
      });
    }
    if (!press) return;
    const stuck = read().find((row) => mine(row) && row.stuck), logout = document.querySelector("form[data-logout]");
    if (press.dataset.press === "again" && stuck) { change(stuck.key, { stuck: "" }); flush(); }
    if (press.dataset.press === "drop" && stuck) { write(read().filter((row) => row.key !== stuck.key)); show(); }
    if (press.dataset.press === "stay") ask.close();
    if (press.dataset.press === "leave") { logout.dataset.sure = "1"; logout.requestSubmit(); }
  });

  /* the page that stands there without a network gives way as soon as the server can be reached */
  const back = () => fetch(worker, { cache: "no-store" }).then(() => location.assign(home), () => {});
  if (!token) setInterval(back, 4000);
  window.addEventListener("online", async () => {
    if (!token) return back();
    if (await flush() && deck) location.assign(deck.dataset.home);
  });
  window.addEventListener("offline", show);
  setInterval(() => { if (read().length) flush(); }, 15000);
  if (deck && "idle" in deck.dataset)
    setInterval(() => { if (!document.hidden && navigator.onLine) location.reload(); }, 10000);
  flush();
})();
