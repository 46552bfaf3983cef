// Passkeys: browsers make and use them through JavaScript alone. `data-options` says what to ask; the answer goes into
// the field that `data-field` names, and the form is sent.
"use strict";

async function answer(asking, form) {
  const failed = form.querySelector("[data-passkey-failed]");
  failed.hidden = true;
  try {
    const credential = await webauthnJSON[asking.dataset.passkey](JSON.parse(asking.dataset.options));
    form.elements[asking.dataset.field].value = JSON.stringify(credential);
    form.submit();
  } catch {
    failed.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("button[data-passkey]")) {
    button.hidden = false;
    button.addEventListener("click", () => answer(button, button.form));
  }
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", (event) => { event.preventDefault(); answer(form, form); });
  }
}
