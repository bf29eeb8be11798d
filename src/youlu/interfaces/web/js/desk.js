/* j and k walk the pool, x ticks, c goes to the caller's field, ? shows the keys; everything they reach is there without. */
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
    "?": sheet,
  };
  document.addEventListener("keydown", (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    keys[event.key]();
    event.preventDefault();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-open=keys]")) sheet(); });
})();
