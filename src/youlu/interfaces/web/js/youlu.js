/* What script adds; every page works without it. */
(() => {
  "use strict";
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  /* "/" puts the cursor into the search field, as the field itself says */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const field = document.querySelector("[data-slash]");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  });

  /* on a narrow screen a row is a card: each value carries its column's heading */
  const label = () => each(".tbl:not(.keep)", (table) => {
    const heads = [...table.querySelectorAll("thead tr:last-child > *")].map((head) => head.innerText.trim());
    table.querySelectorAll("tbody tr").forEach((row) => {
      if (row.cells.length === heads.length) [...row.cells].forEach((cell, i) => { if (heads[i]) cell.dataset.l = heads[i]; });
    });
  });
  label();
  document.addEventListener("htmx:afterSwap", label);

  /* the clock of the scenario runs on between two answers of the server */
  const zone = { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const tick = () => each("[data-clock]", (node) => {
    node.dataset.seen ||= String(Date.now());
    const passed = (Date.now() - Number(node.dataset.seen)) * Number(node.dataset.rate || 1);
    node.textContent = new Intl.DateTimeFormat("zh-CN", zone).format(new Date(Number(node.dataset.clock) + passed));
  });
  setInterval(tick, 1000);

  /* the summary of errors is the first thing read */
  const summary = document.querySelector(".errors");
  if (summary) summary.focus();

  /* one press is enough; the key in the form makes a second one harmless anyway */
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && event.target.method === "post" && !event.target.hasAttribute("hx-post"))
      setTimeout(() => { button.setAttribute("aria-disabled", "true"); button.setAttribute("aria-busy", "true"); }, 0);
  });
  window.addEventListener("pageshow", () => each("[aria-busy=true]", (node) => {
    node.removeAttribute("aria-busy"); node.removeAttribute("aria-disabled");
  }));

  /* sections that are polled ask only while somebody looks (no eval: the policy forbids it) */
  let second = 0;
  setInterval(() => {
    second += 1;
    if (document.visibilityState !== "visible" || !window.htmx) return;
    each("[data-poll]", (node) => { if (second % Number(node.dataset.poll) === 0) htmx.trigger(node, "poll"); });
  }, 1000);

  /* figures say since when they stand still */
  document.addEventListener("htmx:sendError", () => {
    each("[data-fresh]", (node) => { node.textContent = node.dataset.stale; });
    each(".kpi", (node) => node.classList.add("stale"));
  });

  /* read aloud with a voice of the device */
  each("[data-read]", (button) => {
    if (!("speechSynthesis" in window)) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      speechSynthesis.cancel();
      const speech = new SpeechSynthesisUtterance(document.querySelector(button.dataset.read).innerText);
      speech.lang = document.documentElement.lang;
      speech.rate = 0.9;
      speechSynthesis.speak(speech);
    });
  });
})();
