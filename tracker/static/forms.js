// Comforts of a form page: keeps what is typed, asks before it would be lost, counts what is filled in, and says how far
// a number lies from the one before. Every form works without this file.
"use strict";

{
  const PAUSE = 2000; // milliseconds without a keystroke before what is typed is kept
  const LONGEST_WAIT = 15000; // at the latest so long after the first keystroke that is not kept yet
  const form = document.querySelector("form[data-form]");

  if (form) {
    const version = form.querySelector("[data-draft-version]");
    const shown = form.querySelector("[data-kept]");
    const said = form.querySelector("[data-kept-said]");
    let typed = 0; // counts changes; what was kept is known by the count at that moment
    let kept = 0;
    let sending = null; // the keeping that is under way
    let timer = 0;
    let since = 0;
    let stopped = false; // another window has the word: nothing is kept from here any more
    let leaving = false;

    // A page that answers a sent form cannot be gone back to; its address opened afresh can, with what was typed.
    if (form.hasAttribute("data-answered") && history.replaceState) {
      const keepsIt = version && version.value !== "0";
      history.replaceState(null, "", keepsIt ? version.dataset.resume : location.href);
      typed = keepsIt ? 0 : 1;
    }

    const say = (text, aloud) => {
      if (shown) shown.textContent = text;
      if (said && aloud) said.textContent = text;
    };

    const keep = async () => {
      clearTimeout(timer);
      if (!version || stopped || sending || kept === typed) return;
      if (version.dataset.draftWaits) {
        say(version.dataset.draftWaits, true);
        return;
      }
      const count = typed;
      const data = new FormData(form);
      data.append("keep_draft", "yes");
      for (const control of form.querySelectorAll("input[type=password], input[type=file]")) data.delete(control.name);
      const isFirst = kept === 0;
      sending = fetch(form.action, { method: "POST", body: data, headers: { "X-Draft": "quiet" }, redirect: "manual", keepalive: true });
      try {
        const answer = await sending;
        if (answer.status === 204) {
          kept = count;
          since = 0;
          const time = answer.headers.get("X-Draft-Kept-At");
          version.value = answer.headers.get("X-Draft-Version");
          // Heard once; after that it stands there for whoever looks.
          if (time) say(version.dataset.wordKept.replace("TIME", time), false);
          if (time && isFirst) said.textContent = version.dataset.wordFirst;
        } else if (answer.type === "opaqueredirect") {
          say(version.dataset.wordSignedOut, true);
        } else if (answer.status === 403 || answer.status === 404) {
          stopped = true;
          say(version.dataset.wordRefused, true);
        } else if (answer.status === 409) {
          stopped = true;
          say(await answer.text(), true);
        } else if (answer.status === 422) {
          say(await answer.text(), true);
        } else {
          say(version.dataset.wordFailed, true);
        }
      } catch {
        say(version.dataset.wordFailed, true);
      }
      sending = null;
      if (kept !== typed) soon();
    };

    const soon = () => {
      clearTimeout(timer);
      const waited = since ? Date.now() - since : 0;
      timer = setTimeout(keep, Math.min(PAUSE, Math.max(0, LONGEST_WAIT - waited)));
    };

    const changed = (event) => {
      if (event.target.type === "hidden") return;
      typed += 1;
      since = since || Date.now();
      if (version) soon();
      count();
    };
    form.addEventListener("input", changed);
    form.addEventListener("change", (event) => { if (!event.target.matches("input:not([type=checkbox], [type=radio]), textarea")) changed(event); });

    // What is being kept at this moment must not come back after the form is saved.
    form.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (sending) {
        event.preventDefault();
        const button = event.submitter;
        Promise.race([sending.catch(() => null), new Promise((done) => setTimeout(done, 3000))])
          .then(() => new Promise((done) => setTimeout(done, 0)))
          .then(() => { sending = null; form.requestSubmit(button); });
        return;
      }
      leaving = true;
      stopped = true;
    });

    // With everything kept leaving is safe. Only what is not kept yet is asked about.
    addEventListener("beforeunload", (event) => {
      if (leaving || kept === typed) return;
      event.preventDefault();
      keep();
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden) keep(); });
    addEventListener("pageshow", (event) => { if (event.persisted) leaving = stopped = false; });

    // How much of what matters is filled in.
    const meter = form.querySelector("[data-wanted]");
    const wanted = meter ? JSON.parse(meter.dataset.wanted) : [];
    const filled = (name) => {
      const control = form.elements[name];
      const value = control && control.value ? control.value.trim() : "";
      return value !== "" && value !== "not_recorded";
    };
    const count = () => {
      for (const control of form.querySelectorAll("[data-was]")) compare(control);
      if (!meter) return;
      const missing = wanted.filter(([, groups]) => !groups.some((names) => names.every(filled))).map(([label]) => label);
      const have = wanted.length - missing.length;
      meter.querySelector("progress").value = have;
      meter.querySelector(".meter__words").textContent = meter.dataset.words.replace("HAVE", have).replace("OF", wanted.length);
      meter.querySelector(".meter__note").textContent = missing.length ? meter.dataset.missing.replace("NAMES", missing.join(", ")) : meter.dataset.whole;
    };

    // How far a number lies from the one before, beside it; nothing while the two cannot be set side by side.
    const compare = (control) => {
      const place = document.getElementById(`${control.id}_change`);
      if (!place) return;
      const text = control.value.trim();
      const other = control.dataset.wasOf ? form.elements[control.dataset.wasOf] : null;
      const alike = !other || other.value === control.dataset.wasWith;
      if (!/^[+-]?\d+(\.\d+)?$|^[+-]?\.\d+$/.test(text) || !alike) {
        place.textContent = "";
        return;
      }
      const places = Math.max(...[text, control.dataset.was].map((one) => (one.split(".")[1] || "").length));
      const scale = 10 ** places;
      const difference = (Math.round(Number(text) * scale) - Math.round(Number(control.dataset.was) * scale)) / scale;
      const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
      const amount = String(Number(Math.abs(difference).toFixed(places)));
      place.textContent = place.dataset.words.replace("CHANGE", `${sign}${amount}`);
    };
    count();
  }
}
