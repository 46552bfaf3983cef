// Typing in the results of a report without leaving the keyboard. The page works without this file: Tab goes through it
// in the same order, and nothing is sent but by its button.
"use strict";

{
  const form = document.querySelector("form[data-results]");

  if (form) {
    const save = form.querySelector("[data-save]");
    const seen = (control) => control.offsetParent !== null && !control.disabled;
    const all = (selector) => [...form.querySelectorAll(selector)].filter(seen);
    const go = (control) => { control.focus(); control.select?.(); };

    // Enter: through the boxes about the sample, then from value to value, then to the button that saves.
    const along = (from, step) => {
      const values = all("[data-part=value]");
      const stops = [...all(".form__section :is(input, select, textarea)"), ...values, save];
      const row = from.closest("[data-row], [data-row-more]");
      let here = stops.indexOf(from);
      if (here < 0 && row) {
        // From another box of a row: on from that row's value, back to it.
        const main = row.matches("[data-row]") ? row : row.previousElementSibling;
        here = stops.indexOf(main.querySelector("[data-part=value]"));
        if (step < 0) return stops[here];
      }
      return stops[here + step];
    };

    // Arrows: the same box of the row above or below. A list keeps its arrows for itself.
    const across = (from, step) => {
      const column = all(`input[data-part=${from.dataset.part}]`);
      return column[column.indexOf(from) + step];
    };

    // The last upper limit is only taken over by a key, and only where the unit is still the same.
    const takeOver = (box) => {
      const last = box.closest("td").querySelector("[data-last-limit]");
      const unit = box.closest("[data-row]").querySelector("[data-part=unit]");
      if (!last || (unit && unit.value !== last.dataset.lastUnit)) return;
      box.value = last.dataset.lastLimit;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    };

    form.addEventListener("keydown", (event) => {
      const box = event.target;
      if (event.isComposing || event.altKey || !box.matches("input, select, textarea")) return;
      if (event.key === "Enter") {
        if (box.matches("textarea")) return;
        if (event.ctrlKey || event.metaKey) return; // saves, from anywhere on the page
        event.preventDefault();
        const next = along(box, event.shiftKey ? -1 : 1);
        if (next) go(next);
      } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && box.matches("input[data-part]")) {
        const next = across(box, event.key === "ArrowDown" ? 1 : -1);
        if (next) { event.preventDefault(); go(next); }
      } else if (event.key === "=" && box.dataset.part === "upper_limit" && !box.value) {
        event.preventDefault();
        takeOver(box);
      }
    });

    // Ctrl+Enter saves wherever one is: on a message, between the rows. Another form and a link keep it for themselves.
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.defaultPrevented) return;
      const other = event.target.closest("form, a[href]");
      if (other && other !== form) return;
      event.preventDefault();
      form.requestSubmit(save);
    });

    // Whoever opens the page has a report in hand: its day comes first.
    if (!document.querySelector("[data-take-focus]")) form.querySelector("#id_sampled_on")?.focus();
  }

  // A panel is found by its first letters, which a list does by itself; Enter opens it.
  const choice = document.querySelector("form[data-choose-panel] select");
  if (choice) {
    choice.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      choice.form.requestSubmit();
    });
    choice.focus();
  }
}
