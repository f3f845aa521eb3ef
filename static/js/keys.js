// Shortcuts: / search, g d and g p, ? help, Ctrl+Enter next; never while typing.
(() => {
  let g = 0;
  addEventListener("keydown", (e) => {
    if (document.body.dataset.keys === "off" || e.isComposing) return;
    const field = e.target.closest("input,select,textarea");
    const next = e.key === "Enter" && e.ctrlKey && field && field.form && field.form.querySelector(".btn-primary");
    if (next) return void next.click();
    if (field || e.ctrlKey || e.metaKey || e.altKey) return;
    const help = document.getElementById("keys-help");
    const link = Date.now() - g < 1500 && document.querySelector(`[data-key="g ${e.key}"]`);
    g = e.key === "g" ? Date.now() : 0;
    if (link) link.click();
    else if (e.key === "?" && help && help.showModal && !help.open) help.showModal();
    else if (e.key === "/") {
      const box = document.getElementById("search");
      if (!box) return;
      e.preventDefault();
      box.focus();
    }
  });
})();
