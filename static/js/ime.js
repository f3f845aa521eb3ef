// Pinyin being composed is not input yet: one event when the word is chosen.
(() => {
  addEventListener("input", (e) => { if (e.isComposing) e.stopImmediatePropagation(); }, true);
  addEventListener("compositionend", (e) => {
    setTimeout(() => e.target.dispatchEvent(new Event("input", { bubbles: true })));
  });
})();
