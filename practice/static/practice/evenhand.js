/* The little that pages cannot do by themselves. Every page works without this file. */
(() => {
  "use strict";

  // htmx requests say whose page they come from; those that write carry Django's CSRF token, read from <meta name="csrf-token">.
  document.addEventListener("htmx:config:request", (event) => {
    const { request } = event.detail.ctx;
    const token = document.querySelector('meta[name="csrf-token"]'), { member } = document.body.dataset;
    if (member) request.headers["X-Member"] = member;
    if (token && !/^(GET|HEAD|OPTIONS)$/.test(request.method)) request.headers["X-CSRFToken"] = token.content;
  });

  // A form that came back with something to fix: bring the reader to its summary, once.
  const toSummary = () => {
    const summary = document.querySelector("[data-focus]:not([data-seen])");
    if (!summary) return;
    summary.dataset.seen = "";
    summary.focus();
  };
  document.addEventListener("htmx:after:swap", toSummary);
  document.addEventListener("DOMContentLoaded", toSummary);

  // On a phone not all tabs are in sight: show the one that is open.
  document.addEventListener("DOMContentLoaded", () => {
    const tabs = document.querySelector(".tabs"), open = tabs?.querySelector("[aria-current]");
    if (open) tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - open.offsetWidth) / 2;
  });

  // What is passed on letter by letter gets a button that takes it along.
  document.addEventListener("DOMContentLoaded", () => {
    if (!navigator.clipboard) return;
    for (const shown of document.querySelectorAll("[data-copied]")) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button copies", textContent: "Copy" });
      button.setAttribute("aria-live", "polite");
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(shown.value ?? shown.textContent);
        button.textContent = "Copied";
      });
      shown.after(button);
      if (shown.matches("input")) {
        const beside = Object.assign(document.createElement("div"), { className: "copied" });
        shown.before(beside);
        beside.append(shown, button);
      }
    }
  });

  // Escape folds an open menu and gives the focus back.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // A wheel turned over a number must not change it: it scrolls the page.
  document.addEventListener("wheel", () => {
    const field = document.activeElement;
    if (field?.matches('input[type="number"]')) field.blur();
  }, { passive: true });

  // <button data-print> prints; without JavaScript the browser's own menu does.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  // Places on a body (clients/_places.html): the map ticks the boxes of the list, the boxes say what is chosen.
  const boxOf = (places, value) => places.querySelector(`input[value="${value}"]`);
  const both = (value) => value.replace(/:.*/, ":both");
  const holding = (places, value) => [value, ...(boxOf(places, value)?.dataset.wider || "").split(" ")]
    .flatMap((one) => [one, both(one)]).map((one) => one && boxOf(places, one)).find((box) => box?.checked);

  const showPlaces = (places) => {
    const picked = [...places.querySelectorAll("input:checked[data-said]")], said = new Set();
    for (const box of picked) {
      const [region, side] = box.value.split(":"), whole = boxOf(places, `${region}:both`);
      const other = boxOf(places, `${region}:${side === "left" ? "right" : "left"}`);
      said.add((other?.checked && whole ? whole : box).dataset.said);
    }
    places.querySelector("[data-places-said]").textContent = [...said].join(", ") || "no place yet";
    for (const area of places.querySelectorAll("details")) {
      const n = area.querySelectorAll(":checked").length;
      area.querySelector("[data-places-count]").textContent = n ? `${n} chosen` : "";
    }
    for (const shape of places.querySelectorAll("[data-place]")) {
      const is = Boolean(holding(places, shape.dataset.place));
      if (is && !shape.classList.contains("region--picked")) shape.parentNode.insertBefore(shape, shape.parentNode.querySelector(".body-line"));
      shape.classList.toggle("region--picked", is);
    }
  };

  const offerWider = (places, box) => {
    const row = places.querySelector("[data-places-wider]");
    const around = box?.checked ? box.dataset.wider.split(" ").filter(Boolean) : [];
    row.replaceChildren(...around.map((value) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "button", textContent: `Rather the whole ${boxOf(places, value).dataset.said}` });
      Object.assign(button.dataset, { placesRather: value, placesNot: box.value });
      return button;
    }));
    row.hidden = !around.length;
  };

  document.addEventListener("click", (event) => {
    const places = event.target.closest("[data-places]");
    const shape = event.target.closest("[data-place]"), rather = event.target.closest("[data-places-rather]");
    if (!places || !(shape || rather)) return;
    if (rather) {
      boxOf(places, rather.dataset.placesNot).checked = false;
      boxOf(places, rather.dataset.placesRather).checked = true;
      offerWider(places, null);
    } else {
      const value = shape.dataset.place, held = holding(places, value), box = boxOf(places, value);
      if (!held) box.checked = true;
      else {
        held.checked = false;
        const other = held.value.endsWith(":both") && boxOf(places, held.value.replace("both", value.endsWith("left") ? "right" : "left"));
        if (other) other.checked = true;
      }
      offerWider(places, box);
    }
    showPlaces(places);
  });
  document.addEventListener("change", (event) => {
    const places = event.target.matches("[data-said]") && event.target.closest("[data-places]");
    if (places) showPlaces(places);
  });

  // Typing in the list's field leaves the rows that fit; Enter there does not send the form.
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-places-find]")) return;
    const asked = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const area of event.target.closest("[data-places]").querySelectorAll("details")) {
      for (const row of area.querySelectorAll("[data-places-row]")) {
        const words = row.textContent.toLowerCase() + [...row.querySelectorAll("input")].map((box) => box.dataset.said).join(" ");
        row.hidden = !asked.every((word) => words.includes(word));
      }
      area.hidden = !area.querySelector("[data-places-row]:not([hidden])");
      area.open = asked.length ? !area.hidden : Boolean(area.querySelector(":checked"));
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches?.("[data-places-find]")) event.preventDefault();
  });
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-places]").forEach(showPlaces));
})();
