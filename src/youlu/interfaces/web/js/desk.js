/* j and k walk the pool; everything they reach is a plain link. */
(() => {
  "use strict";
  const links = [...document.querySelectorAll("[data-keys] a")];
  if (!links.length) return;
  document.addEventListener("keydown", (event) => {
    if (!["j", "k"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select")) return;
    const here = links.indexOf(document.activeElement);
    const from = here >= 0 ? here : links.findIndex((link) => link.getAttribute("aria-current"));
    const next = links[Math.min(Math.max(from + (event.key === "j" ? 1 : -1), 0), links.length - 1)];
    next.focus();
    event.preventDefault();
  });
})();
