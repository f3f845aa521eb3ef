// Asks before typed text is left behind.
(() => {
  let typed = false;
  addEventListener("input", (e) => { if (e.target.closest("form[data-unsaved]")) typed = true; });
  addEventListener("submit", () => { typed = false; });
  addEventListener("htmx:afterRequest", (e) => {
    const code = e.detail.xhr.status;
    if (code === 204) typed = false;
    if (!code || code >= 400) typed = true;
  });
  addEventListener("beforeunload", (e) => { if (typed) e.preventDefault(); });
})();
