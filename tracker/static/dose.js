// Starting a course: the browser's Back, from a later step, opens the first one with what was typed. The page works
// without this file: Back then offers what was typed, to go on with.
"use strict";

{
  const form = document.querySelector("form[data-form]");
  const resume = form?.querySelector("[data-resume]")?.dataset.resume;
  if (resume) {
    form.addEventListener("submit", (event) => {
      if (event.submitter?.name !== "keep_draft") history.replaceState(null, "", resume);
    });
  }
}
