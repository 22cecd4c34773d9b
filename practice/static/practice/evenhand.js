/* The little that pages cannot do by themselves. Every page works without this file. */
(() => {
  "use strict";

  // htmx requests that write carry Django's CSRF token, read from <meta name="csrf-token">.
  document.addEventListener("htmx:config:request", (event) => {
    const { request } = event.detail.ctx;
    const token = document.querySelector('meta[name="csrf-token"]');
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

  // Escape folds an open menu and gives the focus back.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // <button data-print> prints; without JavaScript the browser's own menu does.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
