/* Passkeys: asks the device to make one or to sign with one, and sends what it answers. Needs the browser's WebAuthn. */
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const send = async (path, fields) => {
    const answer = await fetch(path, { method: "POST", body: new URLSearchParams(fields), headers: {
      Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content } });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail);
    return said;
  };
  const described = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  const plain = (made) => {
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (made.response[part]) response[part] = text(made.response[part]);
    }
    if (made.response.getTransports) response.transports = made.response.getTransports();
    return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response,
      clientExtensionResults: made.getClientExtensionResults() });
  };

  const make = async (asked) => navigator.credentials.create({ publicKey: { ...asked, challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) }, excludeCredentials: described(asked.excludeCredentials) } });
  const sign = async (asked) => navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge),
    allowCredentials: described(asked.allowCredentials) } });
  const words = (error) => ({
    NotAllowedError: "Nothing was chosen, or it took too long. Try once more.",
    InvalidStateError: "This device has a passkey for you already.",
    SecurityError: "Passkeys do not work at this address. Ask whoever looks after the server.",
    AbortError: "",
  })[error.name] ?? error.message;

  const run = async (box, act, fields) => {
    const says = box.querySelector("[data-passkey-says]"), button = box.querySelector("button");
    says.textContent = "";
    button.disabled = true;
    try {
      const made = await act(await send(box.dataset.ask, {}));
      const { next } = await send(box.dataset.answer, { ...fields(), answer: plain(made) });
      if (box.dataset.after === "unlock") document.dispatchEvent(new Event("evenhand:unlocked"));
      else location.assign(next);
    } catch (error) {
      says.textContent = error instanceof TypeError ? "There is no connection. Try again once it is back." : words(error);
    } finally {
      button.disabled = false;
    }
  };

  const show = () => {
    for (const box of document.querySelectorAll("[data-passkey-sign-in], [data-passkey-new]")) box.hidden = false;
  };
  show();
  document.addEventListener("evenhand:covered", show);
  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-passkey-sign-in]");
    if (box && event.target.closest("button")) run(box, sign, () => ({ next: box.dataset.after || "" }));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-passkey-new]");
    if (!form) return;
    event.preventDefault();
    run(form, make, () => ({ name: form.elements.name.value }));
  });
})();
