// Adds separators to a plain amount when the field is left; the server judges what it means.
addEventListener("focusout", (e) => {
  if (!e.target.matches("input[data-amount]")) return;
  const half = e.target.value.normalize("NFKC").replace(/[,\s]/g, "");
  const parts = /^(\d{1,15})(\.\d{1,2})?$/.exec(half);
  if (parts) e.target.value = parts[1].replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",") + (parts[2] || ".00").padEnd(3, "0");
});
