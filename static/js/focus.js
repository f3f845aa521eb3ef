// Focus after a swap, what is read out, what a failed request says.
(() => {
  const $ = (q, root = document) => root.querySelector(q);
  const each = (q, act) => document.querySelectorAll(q).forEach(act);
  const read = (text) => new DOMParser().parseFromString(text, "text/html");
  const body = document.body;
  const words = (name) => $(`#notices [data-notice=${name}]`).content.cloneNode(true);
  let failed;
  // Not a field's check, where its form failed before.
  const keep = (d) => { if (!failed || !d.elt.form) failed = d; };
  const say = (box, part) => {
    $(box).replaceChildren(part);
    $(box).scrollIntoView({ block: "nearest" });
  };
  const refresh = async () => {
    const next = read(await (await fetch($(".brand").href)).text()).body.getAttribute("hx-headers");
    if (!next) return;
    body.setAttribute("hx-headers", next);
    each("input[name=csrf_token]", (i) => { i.value = JSON.parse(next)["X-CSRFToken"]; });
  };
  // What a page asks by itself says nothing.
  const on = (name, act) => addEventListener(`htmx:${name}`, (e) => "quiet" in e.detail.elt.dataset || act(e.detail));

  on("beforeRequest", (d) => {
    d.target.setAttribute("aria-busy", "true");
    each("#page-notice,#session-notice", (box) => box.replaceChildren());
  });
  // A row that goes hands the focus on.
  let beside;
  on("beforeSwap", ({ target: t }) => { beside = t.matches("tr") && (t.nextElementSibling || t.previousElementSibling); });
  on("afterRequest", (d) => {
    d.target.removeAttribute("aria-busy");
    if (d.target.matches("tr") && d.xhr.status === 200) ($("summary,a", beside || $("#list")) || $("#list")).focus();
  });
  on("afterSettle", (d) => {
    const root = (d.target.id && document.getElementById(d.target.id)) || d.elt;
    const bad = [409, 422].includes(d.xhr.status);
    const errors = bad && $("#errors", root);
    const wanted = root.dataset.focus;
    const mark = body.dataset.errorPrefix;
    document.title = (errors ? mark : "") + (root.dataset.title || document.title.replace(mark, ""));
    if (errors) errors.focus();
    else if (wanted && !bad && !d.requestConfig.goesOn) ($(wanted, root) || root).focus();
    if (root.dataset.live) $("#live").textContent = root.dataset.live;
  });
  on("responseError", (d) => {
    const code = d.xhr.status;
    if (code === 401) {
      keep(d);
      return say("#session-notice", words("session"));
    }
    const sent = $("[data-notice-body]", read(d.xhr.responseText));
    const part = sent && code < 500 ? sent : words({ 413: "large", 429: "many" }[code] || "fault");
    const number = d.xhr.getResponseHeader("X-Request-ID"), place = $("[data-number]", part);
    if (place && number) place.textContent = number;
    say("#page-notice", part);
  });
  for (const name of ["sendError", "timeout"]) on(name, (d) => {
    keep(d);
    say("#page-notice", words("network"));
  });
  addEventListener("click", async (e) => {
    if (e.target.closest("[data-print]")) print();
    if (!e.target.closest("[data-retry]") || !failed) return;
    await refresh().catch(() => {});
    const d = failed, by = d.requestConfig.triggeringEvent;
    failed = null;
    // htmx sends a button's value only after a click on it.
    if (by && by.submitter) by.submitter.click();
    else if (d.elt.matches("input,select")) d.elt.dispatchEvent(new Event("change", { bubbles: true }));
    else d.elt.click();
  });
  addEventListener("DOMContentLoaded", () => {
    each("[data-print]", (b) => { b.hidden = false; });
    if ($("#errors")) $("#errors").focus();
  });
})();
