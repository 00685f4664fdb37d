// The arrow keys walk through a timeline. Without this script every event is a link of its own, to its row.
"use strict";

for (const figure of document.querySelectorAll("figure.timeline")) {
  const events = [...figure.querySelectorAll(".event")];
  const detail = figure.querySelector("output");

  const select = (event) => {
    for (const other of events) {
      other.setAttribute("tabindex", other === event ? "0" : "-1");
      other.classList.toggle("current", other === event);
    }
    const row = document.getElementById(event.dataset.row);
    detail.textContent = "";
    const head = document.createElement("strong");
    head.textContent = event.getAttribute("aria-label");
    const code = document.createElement("code");
    code.textContent = row.querySelector("code").textContent;
    detail.append(head, document.createElement("br"), code);
  };

  // Up and down lead to the event of the next lane that is nearest in time.
  const across = (event, step) => {
    const lane = (one) => Number(one.dataset.lane);
    const lanes = [...new Set(events.map(lane))].sort((a, b) => a - b);
    const next = lanes[lanes.indexOf(lane(event)) + step];
    const away = (one) => Math.abs(Number(one.dataset.time) - Number(event.dataset.time));
    return events.filter((one) => lane(one) === next).sort((a, b) => away(a) - away(b))[0];
  };

  figure.addEventListener("keydown", (press) => {
    const event = press.target.closest(".event");
    if (!event || press.altKey || press.ctrlKey || press.metaKey) return;
    const at = events.indexOf(event);
    const next = {
      ArrowRight: () => events[at + 1],
      ArrowLeft: () => events[at - 1],
      ArrowDown: () => across(event, 1),
      ArrowUp: () => across(event, -1),
      Home: () => events[0],
      End: () => events[events.length - 1],
    }[press.key];
    if (!next) return;
    press.preventDefault();
    next()?.focus();
  });
  figure.addEventListener("focusin", (focus) => {
    const event = focus.target.closest(".event");
    if (event) select(event);
  });
  figure.addEventListener("click", (click) => {
    const event = click.target.closest(".event");
    if (!event) return;
    document.getElementById(event.dataset.row).closest("details").open = true;
  });
  events.forEach((event, index) => event.setAttribute("tabindex", index ? "-1" : "0"));
}
