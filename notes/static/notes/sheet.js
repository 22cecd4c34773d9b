/* Nothing typed into a note is lost: the sheet saves by itself within two seconds, waits out a lost connection or the
   lock, never writes over another device, and keeps what is not saved yet sealed in this browser until it is.
   Whatever changes the form counts as typing: this looks at the form, not at keys. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const SAVE_EVERY = 1_000, LOOK_EVERY = 400, TRY_AGAIN_AT_MOST = 30_000, KEEPALIVE_AT_MOST = 60_000, WAIT_FOR_SHELF = 10_000;
  const { member } = document.body.dataset, note = form.dataset.draft, tab = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const state = document.querySelector("[data-draft-state]"), said = document.querySelector("[data-draft-said]");
  const meta = document.querySelector('meta[name="csrf-token"]');

  // --- what is on the sheet ------------------------------------------------------------------------------------------
  const NOT_TYPED = ["csrfmiddlewaretoken", "as", "version", "base", "asked"];
  const fields = () => [...new FormData(form)].filter(([name]) => !NOT_TYPED.includes(name));
  const text = (list) => new URLSearchParams(list).toString();
  const bothShown = "both" in form.dataset; // somebody else was faster: wait until one of the two is chosen
  let version = form.elements.version.value, turn = 0;
  let saved = "unsaved" in form.dataset || bothShown ? "" : text(fields()), stored = saved;
  let waiting = bothShown ? "chosen" : ""; // what saving waits for: "", "chosen" (a conflict) or "open" (the lock)
  let refused = null; // what was refused as it stands: tried again once something of it changed
  let notBefore = 0, patience = 0, running = null, passing = false;

  const show = (words) => { state.textContent = words; };
  const many = (count, one, more) => (count ? [count === 1 ? one : `${count} ${more}`] : []);
  const waits = (list) => list.find(([field]) => !field)?.[1] || [ // of the whole note; else each is named at its field
    ...many(list.filter(([, , isWrong]) => !isWrong).length, "one thing is not complete yet", "things are not complete yet"),
    ...many(list.filter(([, , isWrong]) => isWrong).length, "one value is out of range", "values are out of range")].join(", ");
  const tell = (words, both = false) => {
    said.hidden = !words;
    said.querySelector("[data-draft-words]").textContent = words;
    said.querySelector("[data-draft-both]").hidden = !both;
  };

  // --- kept in this browser, sealed with a key that only the open session hands out ------------------------------------
  const sealed = (() => {
    let key = null; // a CryptoKey that cannot be taken out, in this page's memory alone
    const done = (request) => new Promise((yes, no) => { request.onsuccess = () => yes(request.result); request.onerror = () => no(request.error); });
    let opened = null;
    const open = async () => {
      const opening = indexedDB.open("evenhand", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("typed");
      const db = await done(opening);
      db.onversionchange = () => { db.close(); opened = null; }; // signing out elsewhere deletes it
      return db;
    };
    const shelf = async (mode) => (await (opened ??= open())).transaction("typed", mode, { durability: "strict" }).objectStore("typed");
    return {
      async begin() { // whether this page's own person may open it
        if (!crypto.subtle || !window.indexedDB) return true; // only over https or on this machine itself; else memory must do
        const stands = await (await fetch("/lock/", { headers: { Accept: "application/json" } })).json();
        if (stands.member !== member) return false;
        const raw = Uint8Array.from(atob(stands.key), (letter) => letter.charCodeAt(0));
        key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
        return true;
      },
      async put(what) {
        if (!key) return;
        const iv = crypto.getRandomValues(new Uint8Array(12)), plain = new TextEncoder().encode(JSON.stringify(what));
        const box = { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
        await done((await shelf("readwrite")).put(box, note));
      },
      async get() {
        if (!key) return null;
        const box = await done((await shelf("readonly")).get(note));
        if (!box) return null;
        try {
          return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: box.iv }, key, box.data)));
        } catch { // of another session: nobody can read it any more
          await this.drop();
          return null;
        }
      },
      async drop() { if (key) await done((await shelf("readwrite")).delete(note)); },
    };
  })();
  let shelving = Promise.resolve(); // one after the other, so that the last word wins
  let isLookedAt = false; // until it is known what an earlier tab left on the shelf, its place there is its own
  let left = null; // what an earlier tab left and the server has not taken yet; the form has it by then
  const toKeep = () => {
    if (left) return { fields: fields(), version: left.version, tab: left.tab, turn: left.turn + 2 };
    return text(fields()) === saved ? null : { fields: fields(), version: waiting === "chosen" ? "0" : version, tab, turn };
  };
  const keep = () => {
    if (!isLookedAt) return shelving;
    const what = toKeep();
    shelving = shelving.then(() => (what ? sealed.put(what) : sealed.drop())).catch(() => {});
    return shelving;
  };

  // --- saving ----------------------------------------------------------------------------------------------------------
  const send = (list, over, from, number) => {
    const body = text([...list, ["version", over], ["tab", from], ["turn", number]]);
    return fetch(note, { method: "POST", body, keepalive: body.length < KEEPALIVE_AT_MOST, headers: {
      "Content-Type": "application/x-www-form-urlencoded", Accept: "application/json", "X-CSRFToken": meta.content, "X-Member": member } });
  };
  const TOO_MUCH = "That is more than can be saved at once; shorten it a little. What you typed is kept on this tablet.";
  const isElsewhere = (answer, says) => [403, 412].includes(answer.status) || says.code === "note_signed"; // saved, or signed, by somebody else
  const isShut = (answer, says) => [401, 423].includes(answer.status) || says.code === "form_too_old";
  const isBusy = (answer) => answer.status >= 500 || answer.status === 429;
  const later = () => {
    patience = Math.min(patience ? patience * 2 : 2_000, TRY_AGAIN_AT_MOST);
    notBefore = Date.now() + patience;
  };
  const offline = () => {
    later();
    show("offline: kept on this tablet");
    return "offline";
  };
  const shut = () => {
    waiting = "open";
    show("locked: kept on this tablet");
    document.dispatchEvent(new Event("evenhand:shut"));
    return "shut";
  };
  // What an earlier tab left goes first and as it was; an odd turn says that another tab brings it.
  const next = () => (left ? [left.fields, left.version, left.tab, left.turn + 1] : [fields(), version, tab, turn += 2]);
  const attempt = async () => {
    const what = next(), typed = text(what[0]);
    notBefore = Date.now() + SAVE_EVERY;
    let answer, says;
    try {
      answer = await send(...what);
      says = await answer.json().catch((fault) => { if (answer.ok) throw fault; return {}; });
    } catch { return offline(); } // no connection, or something on the way that is not us
    if (answer.ok) {
      [version, saved, refused, patience, left] = [String(says.version), typed, null, 0, null];
      if (waiting === "open") waiting = "";
      show(says.is_whole ? `saved ${says.saved_at}` : `saved ${says.saved_at} as typed; ${waits(says.unfinished)}`);
      document.dispatchEvent(new CustomEvent("evenhand:unfinished", { detail: says.unfinished }));
      tell("");
      await keep();
      if (isToBeDrawn && text(fields()) === saved) location.reload();
      return "saved";
    }
    if (isShut(answer, says)) return shut();
    if (isBusy(answer)) return offline();
    left = null; // what is in the form now is saved as this tab's own, once it can be
    const both = isElsewhere(answer, says);
    if (both) waiting = "chosen"; else [refused, patience] = [typed, 0];
    show("not saved");
    tell(says.detail || TOO_MUCH, both);
    document.dispatchEvent(new CustomEvent("evenhand:unfinished", { detail: [] })); // of what was saved before
    keep();
    return both || says.detail ? "refused" : "much";
  };
  const save = () => {
    running ??= attempt().finally(() => { running = null; });
    return running;
  };
  const settle = async () => { // everything typed is saved by the end of it, or the word says why not
    if (running) await running;
    if (!isLookedAt) await bringBack();
    if (!isLookedAt) return waiting === "open" ? "shut" : "offline";
    const how = left ? await save() : "saved";
    return how !== "saved" || text(fields()) === saved ? how : save();
  };
  const isAllSaved = () => isLookedAt && !left && !running && text(fields()) === saved;

  const look = (now = Date.now()) => {
    const typed = text(fields());
    if (typed !== stored) {
      stored = typed;
      document.querySelector("[data-while-empty]")?.setAttribute("hidden", "");
      keep();
      if (typed !== saved && !waiting && !patience) show("not saved yet");
    }
    if (waiting || now < notBefore) return;
    if (!isLookedAt && !passing && now !== Infinity) {
      bringBack();
      if (now - broughtSince < WAIT_FOR_SHELF) return; // it goes first
    }
    if ((left || typed !== (refused ?? saved)) && !running) save();
  };
  setInterval(look, LOOK_EVERY);
  addEventListener("online", () => {
    notBefore = 0;
    look();
    document.querySelector("#treatments .treatments")?.dispatchEvent(new Event("change", { bubbles: true })); // the check, asked anew
  });
  document.addEventListener("htmx:error", () => { // a press or the check that asks the server and could not
    tell("There is no connection: that could not be done, and the check has not looked at it. What you typed is kept.");
    setTimeout(() => { if (!waiting) tell(""); }, 8_000);
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) look(Infinity); });
  addEventListener("pagehide", () => { if (!passing) look(Infinity); });
  document.addEventListener("evenhand:uncovered", async () => {
    await sealed.begin().catch(() => {}); // the session may be a new one, with a key of its own
    if (waiting === "open") waiting = "";
    notBefore = 0;
    keep();
    look();
  });

  // --- presses: first all that is typed is safe, then the press goes its way --------------------------------------------
  const WHY = { much: TOO_MUCH, offline: "There is no connection. What you typed is kept on this tablet and saved once it is back; press again then.",
    shut: "Unlock first. What you typed is kept." };
  const putTogether = async () => { // by the server, from what was saved elsewhere: nothing is saved over it first
    try { await fetch("/lock/", { headers: { Accept: "application/json" } }); } catch { return "offline"; }
    saved = text(fields());
    await keep();
    return "both";
  };
  form.addEventListener("submit", async (event) => {
    form.elements.version.value = version;
    if (form.elements.base && !bothShown) form.elements.base.value = saved; // what both versions began with
    if (passing || isAllSaved()) { passing = true; return; }
    event.preventDefault();
    const { submitter } = event, how = submitter?.value === "both" ? await putTogether() : await settle();
    if (how in WHY) { tell(WHY[how]); return; }
    passing = true;
    form.requestSubmit(submitter);
  });
  let dropped = false;
  document.addEventListener("submit", async (event) => {
    const leaving = event.target;
    if (!leaving.matches("[data-sign-out]") || dropped || isAllSaved()) return;
    event.preventDefault();
    const how = await settle();
    if (how === "saved") { leaving.requestSubmit(); return; }
    dropped = true;
    const words = "Not signed out: what you typed last is not saved yet. Press Sign out again to drop it.";
    const box = document.querySelector("[data-lock-says]");
    if (box) box.textContent = words; else tell(words);
  }, true);
  document.querySelector("[data-draft-drop]")?.addEventListener("click", () => { [saved, passing] = [text(fields()), true]; keep(); });

  // --- what an earlier tab could not save --------------------------------------------------------------------------------
  let isToBeDrawn = false; // whether the form holds rows that only the server can draw
  let bringing = null, broughtSince = 0;
  const put = (name, values) => {
    const found = [...form.elements].filter((field) => field.name === name);
    if (!found.length) {
      for (const value of values) form.append(Object.assign(document.createElement("textarea"), { name, value, hidden: true }));
      isToBeDrawn ||= values.length > 0;
    }
    for (const field of found) {
      const [value = ""] = values;
      if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
      else field.value = value;
      if (field.tagName === "SELECT" && field.value !== value) field.add(new Option(value, value, true, true));
    }
  };
  const takeUp = (kept) => { // into the form, beside what was typed here by now: it is saved like anything typed
    const [old, now, base] = [text(kept.fields), text(fields()), saved].map((list) => new URLSearchParams(list));
    for (const name of new Set([...old.keys(), ...now.keys()])) {
      const [was, is, began] = [old, now, base].map((list) => list.getAll(name));
      if (String(is) === String(began)) { if (String(was) !== String(is)) put(name, was); continue; }
      const field = form.elements.namedItem(name);
      if (!["textarea", "text"].includes(field?.type) || String(was) === String(began) || field.value.includes(was[0])) continue;
      field.value = [was[0], field.value].filter(Boolean).join(field.type === "textarea" ? "\n" : " ");
    }
    if (kept.version !== version) [version, saved] = [kept.version, ""]; // typed over another one than this page shows
    left = kept;
  };
  const showWith = (kept) => { // saved elsewhere, or refused as it stands: the page says which, with all of it
    const again = document.createElement("form");
    Object.assign(again, { method: "post", action: form.action, hidden: true });
    const own = [["csrfmiddlewaretoken", meta.content], ["version", kept.version], ["act", "save"]];
    for (const [name, value] of [...kept.fields, ...own]) again.append(Object.assign(document.createElement("textarea"), { name, value }));
    document.body.append(again);
    passing = true;
    again.submit();
  };
  const isTaken = async (kept) => { // by the server; then the page comes anew, with it
    form.inert = true;
    try {
      const answer = await send(kept.fields, kept.version, kept.tab, kept.turn + 1);
      if (answer.ok) {
        await sealed.drop().catch(() => {});
        passing = true;
        location.reload();
        return true;
      }
      const says = await answer.json().catch(() => ({}));
      if (isShut(answer, says)) shut();
      else if (isBusy(answer)) offline();
      else if (says.detail) {
        showWith(kept);
        return true;
      }
    } catch { offline(); }
    form.inert = false;
    return false;
  };
  const fromShelf = async () => {
    try {
      if (!(await sealed.begin())) { shut(); return; }
    } catch { later(); return; }
    patience = 0;
    const kept = await sealed.get().catch(() => null);
    if (kept && !bothShown && !("unsaved" in form.dataset) && text(kept.fields) !== text(fields())) {
      if (text(fields()) === saved && await isTaken(kept)) return;
      takeUp(kept);
    }
    isLookedAt = true;
    keep();
  };
  const bringBack = () => {
    if (bringing) return bringing;
    broughtSince = Date.now();
    bringing = fromShelf().finally(() => { bringing = null; });
    return bringing;
  };
  bringBack();
})();
