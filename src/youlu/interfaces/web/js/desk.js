/* j and k walk the pool, x ticks, c goes to the caller's field, m opens the order's macros and a digit does one, b
   searches what the desk knows, o opens the order of a call, ? shows the keys; everything they reach is there without. */
(() => {
  "use strict";
  const links = () => [...document.querySelectorAll("[data-keys] a")];
  if (!document.querySelector("[data-keys]")) return;
  const walk = (step) => {
    const all = links(), here = all.indexOf(document.activeElement);
    const from = here >= 0 ? here : all.findIndex((link) => link.getAttribute("aria-current"));
    all[Math.min(Math.max(from + step, 0), all.length - 1)]?.focus();
  };
  const sheet = () => document.getElementById("keys")?.showModal();
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    x: () => document.activeElement.closest("li")?.querySelector("input[type=checkbox]")?.click(),
    c: () => document.getElementById("phone")?.focus(),
    o: () => document.querySelector("[data-call-open]")?.click(),
    m: () => document.querySelector("[data-macros]")?.click(),
    b: () => document.getElementById("knows-q")?.focus(),
    "?": sheet,
  };
  document.addEventListener("keydown", (event) => {
    const macro = /^[1-9]$/.test(event.key) && document.querySelectorAll("[data-macro]")[event.key - 1];
    if (!(keys[event.key] || macro) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    if (macro) macro.requestSubmit();
    else keys[event.key]();
    event.preventDefault();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-open=keys]")) sheet(); });
})();
