// Passkeys. A form names in data-passkey what it does ("get" to sign in, "create" to add one) and in
// data-question where the question is to be had; the answer goes into its field "answer" and the form is sent.
// It stays hidden where the browser has no passkeys: they want HTTPS, or localhost, and a name instead of an address.

const ADDRESS_IN_DIGITS = /^[\d.]+$|:/;

export function offerPasskeys() {
  const hasName = !ADDRESS_IN_DIGITS.test(window.location.hostname);
  if (!hasName || !window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    return;
  }
  for (const form of document.querySelectorAll("[data-passkey]")) {
    form.hidden = false;
    form.parentElement.querySelector("[data-passkey-missing]")?.remove();
    form.addEventListener("submit", (event) => answer(event, form));
  }
}

async function answer(event, form) {
  event.preventDefault();
  const failure = form.querySelector("[data-passkey-failure]");
  failure.hidden = true;
  try {
    const asked = await fetch(form.dataset.question, { method: "POST" });
    if (!asked.ok) {
      throw new Error(`status ${asked.status}`);
    }
    const credential = await ask(form.dataset.passkey, await asked.json());
    form.elements.answer.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    failure.hidden = false;
  }
}

function ask(verb, question) {
  if (verb === "create") {
    return navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(question),
    });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(question) });
}
