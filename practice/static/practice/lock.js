/* The lock in place. After so many minutes without a touch the page is taken out of the document, as it stands, and
   comes back, as it stood, once the server has taken the password. The server locks by itself; this only follows it. */
(() => {
  "use strict";
  const { member, lockMinutes } = document.body.dataset, template = document.getElementById("lock-box");
  const idle = Number(lockMinutes) * 60_000, NOTED_EVERY = 60_000;
  const tabs = new BroadcastChannel("evenhand"); // the other tabs of this browser
  let used = Date.now(), noted = used, told = used;
  let covered = null; // what was taken away: { page, title, focus, range, top }

  const meta = () => document.querySelector('meta[name="csrf-token"]');
  const ask = (path, fields, headers) => fetch(path, {
    method: fields ? "POST" : "GET", headers: { Accept: "application/json", "X-CSRFToken": meta().content, ...headers },
    body: fields && new URLSearchParams(fields) });
  const OURS = { "X-Member": member }; // counts only while this page's own person is at work here
  const fresh = (token) => { // a new session has new tokens: every form on the page gets one
    meta().content = token;
    for (const part of [document, template.content, covered?.page]) {
      for (const input of part?.querySelectorAll('input[name="csrfmiddlewaretoken"]') || []) input.value = token;
    }
  };
  const say = (words) => { document.querySelector("[data-lock-says]").textContent = words; };

  const cover = (title = "Locked") => {
    if (!covered) {
      const focus = document.activeElement;
      covered = { page: document.createDocumentFragment(), title: document.title, focus, top: scrollY,
        range: focus.selectionStart === undefined ? null : [focus.selectionStart, focus.selectionEnd] };
      covered.page.append(...document.body.childNodes);
      document.body.append(template.content.cloneNode(true));
      document.title = title;
      document.querySelector("#lock-password").focus();
      document.dispatchEvent(new Event("evenhand:covered"));
    }
    document.querySelector("[data-lock-title]").textContent = title;
    document.querySelector("[data-lock-do]").textContent = title === "Locked" ? "Unlock" : "Sign in";
  };
  const uncover = () => {
    if (!covered) return;
    const { page, title, focus, range, top } = covered;
    covered = null;
    document.body.replaceChildren(page);
    document.title = title;
    used = noted = Date.now();
    focus?.focus?.({ preventScroll: true });
    try { if (range?.[0] != null) focus.setSelectionRange(...range); } catch { /* a field without a caret */ }
    scrollTo(0, top);
    document.dispatchEvent(new Event("evenhand:uncovered"));
  };
  const lockNow = () => {
    cover();
    ask("/lock/", {}, OURS).catch(() => {}); // offline the server locks by its own clock
    tabs.postMessage({ locked: true });
  };

  // --- how it stands with the server --------------------------------------------------------------------------------
  const look = async () => {
    const stands = await (await ask("/lock/")).json();
    fresh(stands.csrf);
    if (stands.member === member) uncover();
    else cover(stands.member || !stands.locked ? "Signed out" : "Locked");
    return stands;
  };
  const refused = (form, said) => {
    say(said.detail);
    const code = form.querySelector("[data-lock-code]"), wanted = /^(second_step_needed|wrong_code)$/.test(said.code);
    if (wanted) code.hidden = false;
    form.elements[wanted ? "lock_code" : "lock_password"].select();
  };
  const unlock = async (form) => {
    say("");
    try {
      await look();
      if (!covered) return;
      const answer = await ask(form.action, new FormData(form)), said = await answer.json();
      if (!answer.ok) { refused(form, said); return; }
      fresh(said.csrf);
      uncover();
      tabs.postMessage({ look: true });
    } catch {
      say("There is no connection. Your page is kept; unlock once it is back.");
    }
  };

  // --- touches ------------------------------------------------------------------------------------------------------
  const touched = () => {
    if (covered) return;
    used = Date.now();
    if (used - told > 5_000) { told = used; tabs.postMessage({ used }); }
  };
  for (const kind of ["keydown", "input", "pointerdown", "wheel", "touchmove"]) document.addEventListener(kind, touched, { capture: true, passive: true });
  const watch = () => {
    const now = Date.now();
    if (covered) return;
    if (now - used >= idle) { lockNow(); return; }
    if (used > noted && now - noted >= NOTED_EVERY) {
      noted = now;
      ask("/lock/here/", {}, OURS).then((answer) => { if (!answer.ok) look(); }).catch(() => {});
    }
  };
  setInterval(watch, 1_000);
  document.addEventListener("visibilitychange", watch);
  addEventListener("pageshow", (event) => { if (event.persisted) look().catch(() => cover()); });

  // --- other tabs, other scripts, presses ----------------------------------------------------------------------------
  tabs.addEventListener("message", ({ data }) => {
    if (data.used) used = Math.max(used, data.used);
    if (data.locked) cover();
    if (data.look || (data.member !== undefined && (covered || data.member !== member))) look().catch(() => cover());
  });
  tabs.postMessage({ member });
  document.addEventListener("evenhand:unlocked", () => look().then(() => tabs.postMessage({ look: true })).catch(() => {}));
  document.addEventListener("evenhand:shut", () => { cover(); look().catch(() => {}); });
  document.addEventListener("htmx:after:request", (event) => {
    if ([401, 423].includes(event.detail?.ctx?.response?.status)) document.dispatchEvent(new Event("evenhand:shut"));
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.matches("[data-unlock]")) { event.preventDefault(); unlock(form); }
    if (form.matches("[data-lock-now]")) { event.preventDefault(); form.closest("details").open = false; lockNow(); }
    if (form.matches("[data-sign-out]")) indexedDB.deleteDatabase("evenhand"); // the next page tells the other tabs
  });
})();
