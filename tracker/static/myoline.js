// Comforts only: every page works without this file.
"use strict";

// After a form was refused, reading goes on at the list of what stopped it.
document.querySelector("[data-take-focus]")?.focus();

// A timeline longer than the screen opens at its newest end.
for (const frame of document.querySelectorAll("[data-start-at-end]")) frame.scrollLeft = frame.scrollWidth;

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

// Reasons hidden on the screen belong on paper, but for a page that is a short one there.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open], [data-closed-on-paper] *)")];
  for (const part of opened) part.open = true;
});
addEventListener("afterprint", () => { for (const part of opened) part.open = false; });
