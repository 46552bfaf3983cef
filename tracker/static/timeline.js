// Comforts of the timeline: arrows from mark to mark, words beneath, smooth zoom and pan. Every page works without it.

const DAY = 86400000;
const SHORTEST = 14; // days, as in tracker/timeline/view.py
const SETTLE = 250; // milliseconds of rest before the server draws the new span

let marks = [];
let here = 0;
let shown = null; // the span that is drawn, and the one that is looked at: {first, last, at, until} in days
let timer = 0;

const figure = () => document.querySelector("[data-timeline]");
const plots = () => [...(figure()?.querySelectorAll(".timeline__plot") ?? [])]; // parts under one axis each
const inPlot = (target) => plots().some((plot) => plot.contains(target));
const region = () => figure()?.querySelector(".timeline__scroll");
const view = () => document.getElementById("timeline-view");
const dayNumber = (iso) => Math.round(Date.parse(`${iso}T00:00:00Z`) / DAY);
const isoDay = (number) => new Date(number * DAY).toISOString().slice(0, 10);

function prepare() {
  if (!plots().length) return;
  marks = [...figure().querySelectorAll("a.mark")];
  here = 0;
  for (const part of figure().querySelectorAll("[data-timeline-said], [data-timeline-keys]")) part.hidden = false;
  const first = dayNumber(figure().dataset.from);
  const last = dayNumber(figure().dataset.until);
  shown = { first, last, at: first, until: last };
  openAtNow();
}

// Where the frame is too narrow, the day that the drawing stands for stands at three quarters of it: what was, and some of
// what is planned. Without a script it opens at its newest end, and so it does where that day is not drawn.
function openAtNow() {
  const frame = region();
  const now = figure().querySelector(".t-now");
  if (frame.dataset.opened || !now) return;
  frame.dataset.opened = "true";
  const box = frame.getBoundingClientRect();
  frame.scrollLeft += now.getBoundingClientRect().left - (box.left + box.width * 0.75);
}

function say(mark) {
  const line = figure().querySelector("[data-timeline-said]");
  if (line && mark) line.textContent = mark.querySelector("title").textContent;
}

function stopAt(number) {
  if (!marks.length) return;
  marks[here]?.setAttribute("tabindex", "-1");
  here = (number + marks.length) % marks.length;
  marks[here].setAttribute("tabindex", "0");
  marks[here].focus();
  marks[here].scrollIntoView({ block: "nearest", inline: "nearest" });
}

// Up and down go to the nearest mark of the next lane that has one.
function laneStep(step) {
  const lanes = [...figure().querySelectorAll(".lane")].filter((lane) => lane.querySelector("a.mark"));
  const now = lanes.findIndex((lane) => lane.contains(marks[here]));
  const lane = lanes[now + step];
  if (!lane) return;
  const x = marks[here].getBoundingClientRect().left;
  const near = [...lane.querySelectorAll("a.mark")].reduce((best, mark) =>
    Math.abs(mark.getBoundingClientRect().left - x) < Math.abs(best.getBoundingClientRect().left - x) ? mark : best);
  stopAt(marks.indexOf(near));
}

// The drawing is stretched at once, and drawn afresh by the server when it comes to rest.
function look(at, until) {
  if (!view() || until - at < SHORTEST) return;
  shown.at = at;
  shown.until = until;
  for (const plot of plots()) {
    const pixels = plot.width.baseVal.value / (shown.last - shown.first);
    const { y, height } = plot.viewBox.baseVal;
    plot.setAttribute("preserveAspectRatio", "none");
    plot.setAttribute("viewBox", `${(at - shown.first) * pixels} ${y} ${(until - at) * pixels} ${height}`);
  }
  clearTimeout(timer);
  timer = setTimeout(drawAfresh, SETTLE);
}

function pan(share) {
  const days = (shown.until - shown.at) * share;
  look(shown.at + days, shown.until + days);
}

function zoom(times, held = 0.5) {
  const days = shown.until - shown.at;
  const at = shown.at + days * held * (1 - times);
  look(at, at + Math.max(days * times, SHORTEST));
}

async function drawAfresh() {
  const address = new URL(location.href);
  address.searchParams.set("from", isoDay(Math.round(shown.at)));
  address.searchParams.set("until", isoDay(Math.round(shown.until)));
  const focused = region().contains(document.activeElement);
  await htmx.ajax("GET", address.pathname + address.search, {
    target: "#timeline-view", select: "#timeline-view", swap: "outerHTML show:none",
  });
  history.replaceState(history.state, "", address);
  if (focused) region()?.focus({ preventScroll: true });
}

const STEPS = {
  ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2),
};
const MARK_STEPS = {
  ArrowLeft: () => stopAt(here - 1), ArrowRight: () => stopAt(here + 1), ArrowUp: () => laneStep(-1),
  ArrowDown: () => laneStep(1), Home: () => stopAt(0), End: () => stopAt(marks.length - 1),
};

addEventListener("keydown", (event) => {
  if (!figure() || event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  const typing = target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key.toLowerCase() === "t" && !typing && !document.documentElement.hasAttribute("data-keys-off")) {
    const table = figure().querySelector("[data-timeline-table]");
    table.open = !table.open;
    if (table.open) table.querySelector("summary").focus();
    else region().focus();
    event.preventDefault();
    return;
  }
  const mark = target.closest?.("a.mark");
  let act = null;
  if (mark) act = event.key === "Escape" ? () => region().focus() : MARK_STEPS[event.key] ?? (view() && STEPS[event.key]);
  else if (target === region()) act = event.key === "Enter" ? () => stopAt(here) : view() && STEPS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

addEventListener("focusin", (event) => {
  const mark = event.target.closest?.("a.mark");
  if (!mark || !inPlot(mark)) return;
  marks[here]?.setAttribute("tabindex", "-1");
  here = marks.indexOf(mark);
  mark.setAttribute("tabindex", "0");
  say(mark);
});

addEventListener("pointerover", (event) => {
  const mark = event.target.closest?.("a.mark");
  if (mark && inPlot(mark)) say(mark);
});

// With Ctrl, or while the drawing has the focus, the wheel goes closer; else it scrolls the page as it always does.
addEventListener("wheel", (event) => {
  const frame = region();
  if (!view() || !frame?.contains(event.target)) return;
  if (!event.ctrlKey && !event.metaKey && !frame.contains(document.activeElement)) return;
  event.preventDefault();
  const box = plots()[0].getBoundingClientRect();
  if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(event.deltaX / box.width);
  else zoom(Math.exp(event.deltaY / 500), (event.clientX - box.left) / box.width);
}, { passive: false });

let drag = null;
addEventListener("pointerdown", (event) => {
  if (!view() || event.pointerType === "touch" || event.button !== 0 || !inPlot(event.target)) return;
  drag = { x: event.clientX, at: shown.at, until: shown.until, moved: false };
});
addEventListener("pointermove", (event) => {
  if (!drag) return;
  const pixels = event.clientX - drag.x;
  if (!drag.moved && Math.abs(pixels) < 4) return;
  drag.moved = true;
  const days = (-pixels / plots()[0].getBoundingClientRect().width) * (drag.until - drag.at);
  look(drag.at + days, drag.until + days);
});
addEventListener("pointerup", () => { setTimeout(() => { drag = null; }); });
addEventListener("click", (event) => { if (drag?.moved) event.preventDefault(); }, true);
addEventListener("dragstart", (event) => { if (inPlot(event.target)) event.preventDefault(); });

document.addEventListener("htmx:afterSettle", prepare);
prepare();
