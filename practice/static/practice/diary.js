/* The diary by keyboard and by hand. Every act is an address of the page too: it works without this file. */
(() => {
  "use strict";
  const diary = document.querySelector(".diary"), grid = diary?.querySelector(".diary__grid");
  const say = (words) => { const status = document.querySelector("[data-say]"); if (status) status.textContent = words; };
  const wide = () => matchMedia("(min-width: 48em)").matches;
  const words = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  const bodies = () => [...grid.querySelectorAll(".diary__body")];

  // --- a week that is wider than the screen begins at today, and says that there is more -----------------------------
  if (diary && wide() && diary.scrollWidth > diary.clientWidth + 1) {
    const today = diary.querySelector(".diary__col.is-today"), more = document.querySelector("[data-more]");
    if (more) more.hidden = false;
    if (today) diary.scrollLeft = today.offsetLeft - diary.querySelector(".diary__gutter").offsetWidth;
  }

  // --- keys: one letter each, and a switch to turn them off -------------------------------------------------------
  const list = document.querySelector("[data-keys-list]"), toggle = document.querySelector("[data-keys]");
  let keysOn = localStorage.getItem("keys") !== "off";
  const showKeys = () => {
    toggle.setAttribute("aria-pressed", String(keysOn));
    toggle.textContent = keysOn ? "Keys are on" : "Keys are off";
  };
  if (list) { list.hidden = false; showKeys(); }
  toggle?.addEventListener("click", () => {
    keysOn = !keysOn;
    localStorage.setItem("keys", keysOn ? "on" : "off");
    showKeys();
  });

  // --- the look at a move, in place -------------------------------------------------------------------------------
  const dialog = document.querySelector("[data-dialog]");
  const look = async (address) => {
    const answer = dialog && await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer || answer.redirected || !/^text\/html/.test(answer.headers.get("Content-Type") || "")) { location.assign(address); return; }
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    dialog.replaceChildren(...part.body.childNodes);
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("[autofocus]") || dialog.querySelector("[data-close]"))?.focus(); // never a time one did not choose
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-look]"), close = event.target.closest("[data-close]");
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    if (link && dialog) { event.preventDefault(); look(link.href); }
    if (close && dialog?.open) { event.preventDefault(); dialog.close(); }
  });
  dialog?.addEventListener("close", () => { lifted?.piece.querySelector("a").focus(); leave(); });

  // --- where a time stands: rows may have grown, so positions are read from the hours -----------------------------
  const marks = () => {
    const top = grid.getBoundingClientRect().top, hours = [...grid.querySelectorAll(".diary__hours li")];
    const found = hours.map((li, n) => [Number(grid.dataset.first) + n * 60, li.getBoundingClientRect().top - top]);
    const last = hours.at(-1).getBoundingClientRect();
    return [...found, [found.at(-1)[0] + 60, last.bottom - top]];
  };
  const between = (pairs, from, to, value) => {
    const n = Math.max(1, Math.min(pairs.length - 1, pairs.findIndex((pair) => pair[from] > value) === -1 ? pairs.length - 1 : pairs.findIndex((pair) => pair[from] > value)));
    const [a, b] = [pairs[n - 1], pairs[n]];
    return a[to] + (value - a[from]) / (b[from] - a[from]) * (b[to] - a[to]);
  };
  const topOf = (minute) => between(marks(), 0, 1, minute);
  const minuteAt = (y) => Math.round(between(marks(), 1, 0, y) / 15) * 15;

  // --- a visit that is picked up ------------------------------------------------------------------------------------
  let lifted = null; // { piece, column, minute }
  const draw = () => {
    const { piece, column, minute } = lifted, minutes = Number(piece.dataset.minutes), body = column.getBoundingClientRect();
    const frame = grid.getBoundingClientRect(), drop = grid.querySelector(".diary-drop") || grid.appendChild(Object.assign(document.createElement("div"), { className: "diary-drop" }));
    drop.setAttribute("aria-hidden", "true");
    Object.assign(drop.style, { left: `${body.left - frame.left + 6}px`, width: `${body.width - 12}px`, top: `${topOf(minute)}px`, height: `${topOf(minute + minutes) - topOf(minute)}px` });
    drop.textContent = `${words(minute)} ${column.dataset.title}`;
  };
  const lift = (piece) => {
    leave();
    lifted = { piece, column: piece.closest(".diary__body"), minute: Number(piece.dataset.begins) };
    piece.classList.add("is-lifted");
    draw();
  };
  const leave = () => {
    grid?.querySelector(".diary-drop")?.remove();
    lifted?.piece.classList.remove("is-lifted");
    diary?.classList.remove("is-dragging");
    lifted = null;
  };
  const shift = (column, minute) => {
    const first = Number(grid.dataset.first), last = first + grid.querySelectorAll(".diary__hours li").length * 60;
    lifted.column = column;
    lifted.minute = Math.max(first, Math.min(minute, last - 15));
    draw();
    say(`${lifted.piece.dataset.name}: ${words(lifted.minute)}, ${column.dataset.title}`);
  };
  const put = () => {
    const { piece, column, minute } = lifted;
    if (column === piece.closest(".diary__body") && minute === Number(piece.dataset.begins)) { leave(); return; }
    const query = new URLSearchParams({ on: column.dataset.on, at: words(minute), therapist: column.dataset.therapist || piece.dataset.therapist, next: location.pathname + location.search });
    if (column.dataset.room) query.set("room", column.dataset.room);
    look(`${piece.dataset.move}?${query}`);
  };

  // --- by keyboard ----------------------------------------------------------------------------------------------------
  const pieces = (column) => [...column.querySelectorAll("a.diary-visit, a.diary-open, .diary-stretch > a")].filter((piece) => piece.checkVisibility());
  const step = (from, key) => {
    const column = from.closest(".diary__body"), columns = bodies(), mine = pieces(column);
    if (key === "ArrowUp" || key === "ArrowDown") return mine[mine.indexOf(from) + (key === "ArrowDown" ? 1 : -1)];
    const there = columns[columns.indexOf(column) + (key === "ArrowRight" ? 1 : -1)];
    const top = from.getBoundingClientRect().top, far = (piece) => Math.abs(piece.getBoundingClientRect().top - top);
    return there && pieces(there).sort((a, b) => far(a) - far(b))[0];
  };
  const carry = (key) => {
    const columns = bodies(), n = columns.indexOf(lifted.column);
    if (key === "Escape") { const { piece } = lifted; leave(); say("Left where it was"); piece.querySelector("a").focus(); }
    else if (key === "Enter") put();
    else if (key === "ArrowUp" || key === "ArrowDown") shift(lifted.column, lifted.minute + (key === "ArrowDown" ? 15 : -15));
    else if (key === "ArrowLeft" || key === "ArrowRight") shift(columns[n + (key === "ArrowRight" ? 1 : -1)] || lifted.column, lifted.minute);
    else return false;
    return true;
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open || event.target.matches("input, select, textarea, [contenteditable]")) return;
    if (lifted) { if (carry(event.key)) event.preventDefault(); return; }
    const piece = event.target.closest?.(".diary__body a");
    if (piece && event.key.startsWith("Arrow")) {
      const next = step(piece.matches(".diary-move, .diary-must") ? piece.closest("li").querySelector("a") : piece, event.key);
      if (next) { event.preventDefault(); next.focus(); }
      return;
    }
    if (event.target === diary && event.key === "ArrowDown") { event.preventDefault(); pieces(diary)[0]?.focus(); return; }
    if (!keysOn) return;
    const visit = piece?.closest("[data-move]");
    if (event.key === "m" && visit && wide()) {
      event.preventDefault();
      lift(visit);
      say(`${visit.dataset.name} is picked up. Arrows move it, Enter puts it down, Escape leaves it.`);
      return;
    }
    const link = /^[a-z]$/.test(event.key) && document.querySelector(`a[data-key="${event.key}"]`);
    if (link) { event.preventDefault(); link.click(); }
  });

  // --- by mouse, and by a long press of a finger ------------------------------------------------------------------------
  let held = null; // { piece, x, y, timer, grip }
  let justDropped = false;
  const begin = () => { lift(held.piece); diary.classList.add("is-dragging"); };
  const follow = (event) => {
    const column = bodies().find((body) => { const box = body.getBoundingClientRect(); return event.clientX >= box.left && event.clientX < box.right; });
    shift(column || lifted.column, minuteAt(event.clientY - held.grip - grid.getBoundingClientRect().top));
  };
  const letGo = () => { clearTimeout(held?.timer); held = null; };
  grid?.addEventListener("pointerdown", (event) => {
    const piece = event.target.closest("[data-move]");
    if (!piece || event.button || !wide() || event.target.closest(".diary-move")) return;
    held = { piece, x: event.clientX, y: event.clientY, grip: event.clientY - piece.getBoundingClientRect().top, touch: event.pointerType !== "mouse" };
    if (held.touch) held.timer = setTimeout(() => { if (held) begin(); }, 450);
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    if (!lifted) {
      if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < 6) return;
      if (held.touch) { letGo(); return; } // a finger that moves at once scrolls
      begin();
    }
    follow(event);
  });
  document.addEventListener("pointerup", () => {
    if (held && lifted) {
      justDropped = true;
      setTimeout(() => { justDropped = false; }, 50);
      diary.classList.remove("is-dragging");
      put();
    }
    letGo();
  });
  document.addEventListener("pointercancel", () => { if (held && lifted) leave(); letGo(); });
  document.addEventListener("touchmove", (event) => { if (held && lifted) event.preventDefault(); }, { passive: false });
  document.addEventListener("click", (event) => { if (justDropped) { event.preventDefault(); event.stopPropagation(); justDropped = false; } }, true);
  grid?.addEventListener("dragstart", (event) => event.preventDefault());
  grid?.addEventListener("contextmenu", (event) => { if (held?.touch) event.preventDefault(); });
})();
