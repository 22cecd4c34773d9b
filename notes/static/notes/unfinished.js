/* What was saved as typed but cannot stand in the note yet is named beside its field, once the cursor is elsewhere:
   nobody is told of a number while they write it. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  let named = JSON.parse(document.getElementById("unfinished")?.textContent || "[]");

  const first = (name) => { const found = form.elements.namedItem(name); return found instanceof RadioNodeList ? found[0] : found; };
  const boxOf = (field) => (field.type === "radio" ? field.closest("fieldset") : field.parentElement);
  const isAtWork = (field) => document.hasFocus() && (field.closest(".work, .event, .reading, .work__fields") || boxOf(field)).contains(document.activeElement);

  const made = (tag, look, words) => Object.assign(document.createElement(tag), { className: look, textContent: words });
  const clear = () => {
    for (const mark of form.querySelectorAll("[data-unfinished]")) mark.remove();
    for (const field of form.querySelectorAll("[data-waits]")) {
      field.removeAttribute("aria-describedby");
      delete field.dataset.waits;
    }
  };
  const name = (field, words, isWrong) => {
    const box = boxOf(field), mark = made("p", "field__waits", words);
    if (box.querySelector(".field__fix, .field__waits")) return;
    Object.assign(mark, { id: `waits_${field.name}` }).dataset.unfinished = "";
    if (box.matches(".reading > *, .reading-asked")) box.append(mark);
    else box.querySelector("legend, label").after(mark);
    if (!field.hasAttribute("aria-describedby")) {
      field.setAttribute("aria-describedby", mark.id);
      field.dataset.waits = "";
    }
    const fold = field.closest("details:not([open])"), summary = fold?.querySelector("summary");
    if (!summary || summary.querySelector("[data-unfinished]")) return;
    const flag = made("span", "fold__waits", isWrong ? "out of range" : "not complete yet");
    flag.dataset.unfinished = "";
    summary.append(" ", flag);
  };
  const show = () => {
    clear();
    for (const [field, words, isWrong] of named) {
      const found = field && first(field);
      if (found && !isAtWork(found)) name(found, words, isWrong);
    }
  };

  document.addEventListener("evenhand:unfinished", (event) => { named = event.detail; show(); });
  form.addEventListener("focusout", () => setTimeout(show));
  form.addEventListener("toggle", show, true);
  show();
  const whole = named.find(([field]) => !field)?.[1];
  if (whole) document.querySelector("[data-draft-state]").append(`: ${whole}`);
})();
