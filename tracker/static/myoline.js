// Comforts only: every page works without this file.
"use strict";

// After a form was refused, reading goes on at the list of what stopped it.
document.querySelector("[data-take-focus]")?.focus();

// A timeline longer than the screen opens at its newest end.
for (const frame of document.querySelectorAll("[data-start-at-end]")) frame.scrollLeft = frame.scrollWidth;

// The frame of a table is reached by Tab only where it scrolls: elsewhere there is nothing to do in it.
const measured = new ResizeObserver((entries) => {
  for (const frame of new Set(entries.map((entry) => entry.target.closest(".table-frame")))) {
    if (frame && frame !== document.activeElement) frame.tabIndex = frame.scrollWidth > frame.clientWidth ? 0 : -1;
  }
});
const watchFrames = (part) => {
  for (const each of part.querySelectorAll(".table-frame, .table-frame > table")) measured.observe(each);
};
watchFrames(document);
addEventListener("htmx:load", (event) => watchFrames(event.target));

// A strip of links that is wider than the screen opens where one is (for browsers without scroll-initial-target).
for (const here of document.querySelectorAll(".record-tabs [aria-current], .top__entries [aria-current]")) {
  const strip = here.closest(".record-tabs, .top__entries");
  const [one, all] = [here.getBoundingClientRect(), strip.getBoundingClientRect()];
  if (one.right > all.right || one.left < all.left) strip.scrollLeft += one.left - all.left - (all.width - one.width) / 2;
}

// A link to a fact inside a closed part opens that part first.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();

// The single keys, for whoever presses them unwillingly or speaks to the browser: help turns them off, in this browser.
const KEYS = "myoline-single-keys";
const page = document.documentElement;
try { page.toggleAttribute("data-keys-off", localStorage.getItem(KEYS) === "off"); } catch { /* nothing is kept here */ }
const keysOff = document.querySelector("[data-keys-switch]");
if (keysOff) {
  keysOff.checked = page.hasAttribute("data-keys-off");
  keysOff.closest("[hidden]").hidden = false;
  keysOff.addEventListener("change", () => {
    page.toggleAttribute("data-keys-off", keysOff.checked);
    try { localStorage.setItem(KEYS, keysOff.checked ? "off" : "on"); } catch { /* until the next page */ }
  });
}

// Reasons hidden on the screen belong on paper, but for a page that is a short one there.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open], [data-closed-on-paper] *)")];
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => { for (const part of opened) part.open = false; });
