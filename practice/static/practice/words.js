/* Editing a text: a press on a variable puts it where the writing stopped. Without this file they are only listed. */
(() => {
  "use strict";
  let last = document.querySelector('textarea[name="body"]');
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches('[name="subject"], [name="body"], [name="sms"]')) last = target;
  });
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-insert]");
    if (!chip || !last) return;
    last.setRangeText(chip.dataset.insert, last.selectionStart, last.selectionEnd, "end");
    last.focus();
    last.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
