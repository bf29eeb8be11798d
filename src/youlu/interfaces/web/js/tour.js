// The tour's panes show what the loop changed: they are loaded again when the state's stamp is another.
(() => {
  const panes = document.querySelector("[data-panes]");
  if (!panes) return;
  let stamp = document.getElementById("tour-state").dataset.stamp;
  document.addEventListener("htmx:afterSettle", () => {
    const now = document.getElementById("tour-state").dataset.stamp;
    if (now === stamp) return;
    stamp = now;
    for (const frame of panes.querySelectorAll("iframe")) frame.contentWindow.location.reload();
  });
})();
