/* The note's small conveniences. Everything here can also be done without it. */
(() => {
  "use strict";
  const snippets = () => new Map(Object.entries(JSON.parse(document.getElementById("snippet-texts")?.textContent || "{}")));

  // Written through the editing command, so that the browser's own undo takes it back. Old, and in every browser.
  const write = (area, from, to, text) => {
    area.focus();
    area.setSelectionRange(from, to);
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text, from, to, "end");
  };

  // A short word and a space becomes its text; a word within another one never does.
  let grown = null;
  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.matches?.(".soap textarea") || event.inputType !== "insertText" || event.data !== " ") return;
    const end = area.selectionStart, before = area.value.slice(0, end - 1);
    const word = before.match(/(?:^|[\s([{"“„,;:])([^\s([{"“„,;:]+)$/)?.[1];
    const text = word && snippets().get(word.toLowerCase());
    if (!text) return;
    const from = end - 1 - word.length;
    write(area, from, end, `${text} `);
    grown = { area, word, from, end: from + text.length + 1 };
  });

  // Backspace straight after it gives the word back.
  document.addEventListener("keydown", (event) => {
    const was = grown;
    if (event.isComposing || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    grown = null;
    if (event.key !== "Backspace" || event.target !== was?.area || was.area.selectionStart !== was.end || was.area.selectionEnd !== was.end) return;
    event.preventDefault();
    write(was.area, was.from, was.end, `${was.word} `);
  });

  document.addEventListener("change", (event) => {
    // A snippet is inserted as it is chosen, where the cursor was last.
    const list = event.target.closest("[data-snip]");
    if (list?.value) {
      const area = document.getElementById(list.dataset.snip), at = area.selectionEnd ?? area.value.length;
      const text = snippets().get(list.selectedOptions[0].dataset.word);
      list.value = "";
      write(area, at, at, at && !/\s$/.test(area.value.slice(0, at)) ? ` ${text}` : text);
    }
    // A button of minutes or weeks takes the place of another number, and the other way round.
    const other = { quick: "minutes", minutes: "quick", new_quick: "new_minutes", new_minutes: "new_quick", next_quick: "next_in_days", next_in_days: "next_quick" };
    const [, stem, name] = event.target.name?.match(/^(row-\d+-|)(\w+)$/) || [];
    if (!other[name] || !event.target.value) return;
    for (const field of event.target.form.elements[`${stem}${other[name]}`]?.forEach ? event.target.form.elements[`${stem}${other[name]}`] : [event.target.form.elements[`${stem}${other[name]}`]]) {
      if (!field) continue;
      if (field.type === "radio") field.checked = field.value === "";
      else field.value = "";
    }
  }, true);
})();
