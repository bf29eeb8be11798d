/* The agent's phone without a network: results wait on the phone under their keys and are sent once.
   Stored: address, key, choice, time. Nothing about a person. The server knows a key that it has seen. */
(() => {
  "use strict";
  const bar = document.querySelector("[data-offline]");
  if (!bar) return;
  const deck = document.querySelector("[data-agent]");
  const shelf = "youlu-results";
  const read = () => { try { return JSON.parse(localStorage.getItem(shelf)) || []; } catch { return []; } };
  const write = (rows) => {
    if (rows.length) localStorage.setItem(shelf, JSON.stringify(rows)); else localStorage.removeItem(shelf);
    bar.dataset.waiting = String(rows.length);
  };
  const words = bar.querySelector("[data-offline-words]");
  let signedOut = false, sending = false;

  const show = () => {
    const waiting = read().length, off = !navigator.onLine;
    bar.dataset.waiting = String(waiting);
    bar.hidden = !(waiting || off);
    words.textContent = (off ? words.dataset.noNetwork : signedOut ? words.dataset.login : "") +
      (waiting ? words.dataset.stored.replace("{n}", waiting) : "");
  };

  const send = async (row) => {
    const body = new URLSearchParams(row.body);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("age_s", String(Math.max(0, (Date.now() - row.at) / 1000)));
    const answer = await fetch(row.url, { method: "POST", body, headers: { Accept: "application/json" } });
    signedOut = answer.redirected || answer.status === 403;
    if (signedOut || answer.status === 409 || answer.status === 429 || answer.status >= 500) throw new Error("later");
  };

  /* one at a time, oldest first; what was answered leaves the shelf, whatever was added meanwhile stays */
  const flush = async () => {
    if (sending || !navigator.onLine) return show();
    sending = true;
    try {
      for (let rows = read(); rows.length; rows = read()) {
        await send(rows[0]);
        write(read().filter((row) => row.key !== rows[0].key));
      }
      return true;
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
    event.preventDefault();
    const fields = new FormData(form);
    fields.set("pick", event.submitter.value);
    fields.delete("csrfmiddlewaretoken");
    const key = fields.get("idempotency_key");
    if (!read().some((row) => row.key === key))
      write([...read(), { key, url: form.action, body: new URLSearchParams(fields).toString(), at: Date.now() }]);
    nextCard(form.closest("[data-card]"));
    if (await flush()) location.assign(deck.dataset.home);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-ask]");
    if (!link) return;
    event.preventDefault();
    link.closest("form").querySelectorAll("[data-panel]").forEach((panel) => {
      panel.hidden = panel.dataset.panel !== link.dataset.ask || !panel.hidden;
    });
  });

  window.addEventListener("online", async () => { if (await flush() && deck) location.assign(deck.dataset.home); });
  window.addEventListener("offline", show);
  setInterval(() => { if (read().length) flush(); }, 15000);
  if (deck && "idle" in deck.dataset)
    setInterval(() => { if (!document.hidden && navigator.onLine) location.reload(); }, 10000);
  flush();
})();
