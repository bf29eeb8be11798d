/* Dragging a trip along the diagram: the same form and the same button as the steppers, in steps of five minutes. */
(() => {
  "use strict";
  const svg = document.querySelector("svg.yxt[data-minutes]"), form = document.getElementById("trips");
  if (!svg || !form) return;
  let held = null;
  const at = (event) => new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()).x;
  svg.addEventListener("pointerdown", (event) => {
    const line = event.target.closest("[data-trip]");
    if (!line) return;
    held = { line, from: at(event), minutes: 0 };
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const perMinute = Number(svg.dataset.width) / Number(svg.dataset.minutes);
    held.minutes = Math.round((at(event) - held.from) / perMinute / 5) * 5;
    held.line.setAttribute("transform", `translate(${held.minutes * perMinute} 0)`);
  });
  const drop = (event) => {
    if (!held) return;
    const { line, minutes } = held;
    held = null;
    if (event.type === "pointercancel" || !minutes) { line.removeAttribute("transform"); return; }
    const act = document.createElement("input");
    Object.assign(act, { type: "hidden", name: "do", value: `shift:${line.dataset.trip}:${minutes}` });
    form.append(act);
    form.submit();
  };
  svg.addEventListener("pointerup", drop);
  svg.addEventListener("pointercancel", drop);
})();
