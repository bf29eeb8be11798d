/* What somebody typed into an order is kept until the answer comes, and sent again under the same key: the server does
   it once. In this tab alone (not on the disk: it may be a customer's words), for the one who wrote it, gone at log-out. */
(() => {
  "use strict";
  const shelf = "youlu-words";
  document.addEventListener("submit", (event) => {
    if (event.target.action.endsWith("/logout")) sessionStorage.removeItem(shelf);
  });
  const bar = document.querySelector("[data-kept-words]");
  if (!bar) return;
  const who = bar.dataset.keptWords;
  const read = () => {
    try {
      const kept = JSON.parse(sessionStorage.getItem(shelf));
      if (kept && kept.who === who) return kept.rows;
    } catch { /* as if nothing were there */ }
    sessionStorage.removeItem(shelf);
    return [];
  };
  const write = (rows) => {
    if (rows.length) sessionStorage.setItem(shelf, JSON.stringify({ who, rows })); else sessionStorage.removeItem(shelf);
  };
  const formOf = (row) => [...document.querySelectorAll("form[data-words]")].find((form) => form.action === row.url);
  const textOf = (row) => { const said = new URLSearchParams(row.body); return said.get("text") || said.get("note") || ""; };
  const say = (sentence, text) => {
    bar.hidden = false;
    bar.querySelector("[data-kept-said]").textContent = sentence;
    bar.querySelector("[data-kept-text]").textContent = text;
  };
  const idle = () => document.querySelectorAll("[aria-busy=true]").forEach((node) => {
    node.removeAttribute("aria-busy"); node.removeAttribute("aria-disabled");
  });
  let sending = false;

  const later = (sentence) => { say(sentence, read().map(textOf).filter(Boolean).join(" / ")); idle(); return false; };

  /* true when the row has its answer and is off the shelf */
  const send = async (row) => {
    const body = new URLSearchParams(row.body);
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    let answer, said = {};
    try {
      answer = await fetch(row.url, { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) said = await answer.json();
    } catch { return later(bar.dataset.later); }
    if (answer.redirected || (answer.status === 403 && !said.code)) return later(bar.dataset.login);
    if (answer.status === 429 || answer.status >= 500 || said.code === "core.key_busy") return later(bar.dataset.later);
    write(read().filter((one) => one.key !== row.key));
    if (answer.ok) { location.assign(said.next); return true; }
    const form = formOf(row);
    if (form && form.elements.idempotency_key.value === row.key) form.submit();  // its own page says what is wrong
    else say(said.sentence || bar.dataset.later, textOf(row));
    return true;
  };

  const flush = async () => {
    if (sending) return;
    sending = true;
    try { while (read().length && await send(read()[0])); } finally { sending = false; }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-words]");
    if (!form) return;
    event.preventDefault();
    const fields = new FormData(form);
    fields.delete("csrfmiddlewaretoken");
    const key = fields.get("idempotency_key");
    write([...read().filter((row) => row.key !== key), { key, url: form.action, body: new URLSearchParams(fields).toString() }]);
    flush();
  });
  window.addEventListener("online", flush);
  setInterval(() => { if (read().length && navigator.onLine) flush(); }, 5000);
  flush();
})();
