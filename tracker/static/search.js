// The search on every page: suggestions as a list that the keyboard walks. Without this file it is a plain form.
"use strict";

(() => {
  const form = document.querySelector("[data-search]");
  const box = form?.querySelector("input[type=search]");
  const offer = form?.querySelector("#search-suggestions");
  if (!box || !offer || !window.htmx) return;
  const status = form.querySelector("[data-search-status]");
  const FEWEST = 2;

  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-haspopup", "listbox");
  box.setAttribute("aria-controls", "search-options");
  box.setAttribute("aria-expanded", "false");

  const options = () => [...offer.querySelectorAll("[role=option]")];
  const chosen = () => offer.querySelector("[aria-selected=true]");
  const longEnough = () => box.value.trim().length >= FEWEST;

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    if (!option) return box.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", option.id);
  }

  function open() {
    offer.hidden = false;
    box.setAttribute("aria-expanded", String(options().length > 0));
    status.textContent = offer.querySelector("[data-search-words]")?.dataset.searchWords ?? "";
  }

  function close() {
    choose(null);
    offer.hidden = true;
    box.setAttribute("aria-expanded", "false");
    status.textContent = "";
  }

  // Too little to look for is not asked; an answer to words that are gone by now is not shown.
  box.addEventListener("htmx:beforeRequest", (event) => { if (!longEnough()) event.preventDefault(); });
  box.addEventListener("htmx:beforeSwap", (event) => {
    if (document.activeElement !== box || !longEnough()) event.detail.shouldSwap = false;
  });
  offer.addEventListener("htmx:afterSwap", () => { choose(null); open(); });
  // Whoever was signed out meanwhile is sent to sign in by the plain form.
  box.addEventListener("htmx:responseError", close);
  box.addEventListener("input", () => { if (!longEnough()) { close(); offer.replaceChildren(); } });

  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = options();
    if (event.key === "Escape") {
      if (!offer.hidden) { event.preventDefault(); close(); }
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && all.length) {
      event.preventDefault();
      if (offer.hidden) open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const at = all.indexOf(chosen());
      choose(all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]);
    } else if (event.key === "Enter" && !offer.hidden && chosen()) {
      event.preventDefault();
      chosen().click();
    }
  });
  box.addEventListener("focus", () => { if (longEnough() && options().length) open(); });
  box.addEventListener("blur", close);
  // A press on an option must not take the focus from the box before the click arrives.
  offer.addEventListener("mousedown", (event) => event.preventDefault());

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.documentElement.hasAttribute("data-keys-off")) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
})();
