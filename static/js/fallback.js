// htmx 2 reads the page on DOMContentLoaded or, once that is over, only after the window's load event.
(() => {
  const me = document.currentScript;
  addEventListener("load", () => {
    if (window.htmx) return;
    const script = document.createElement("script");
    script.src = me.dataset.local;
    script.nonce = me.nonce;
    document.head.append(script);
  });
})();
