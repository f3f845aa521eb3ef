// Where focus goes after a swap, what is read out, and what a failed request says.
(() => {
  const $ = (q, root = document) => root.querySelector(q);
  const words = (name) => $(`#notices [data-notice=${name}]`).content.cloneNode(true);
  let failed = null;
  const say = (box, part) => {
    $(box).replaceChildren(part);
    $(box).scrollIntoView({ block: "nearest" });
  };
  const refresh = async () => {
    const text = await (await fetch($(".brand").href)).text();
    const next = new DOMParser().parseFromString(text, "text/html").body.getAttribute("hx-headers");
    if (!next) return;
    document.body.setAttribute("hx-headers", next);
    document.querySelectorAll("input[name=csrf_token]").forEach((i) => { i.value = JSON.parse(next)["X-CSRFToken"]; });
  };
  const on = (name, act) => document.addEventListener(`htmx:${name}`, (e) => act(e.detail, e));

  on("beforeRequest", (d) => {
    d.target.setAttribute("aria-busy", "true");
    for (const box of ["#page-notice", "#session-notice"]) $(box).replaceChildren();
  });
  on("afterRequest", (d) => d.target.removeAttribute("aria-busy"));
  on("afterSettle", (d) => {
    const root = (d.target.id && document.getElementById(d.target.id)) || d.elt;
    const bad = d.xhr.status === 422 || d.xhr.status === 409;
    const errors = bad && $("#errors", root);
    const wanted = root.dataset.focus;
    const plain = root.dataset.title || document.title.replace(document.body.dataset.errorPrefix, "");
    document.title = (errors ? document.body.dataset.errorPrefix : "") + plain;
    if (errors) errors.focus();
    else if (wanted && !bad) ($(wanted, root) || root).focus();
    if (root.dataset.live) $("#live").textContent = root.dataset.live;
  });
  on("responseError", (d) => {
    const code = d.xhr.status;
    if (code === 401) {
      failed = d;
      return say("#session-notice", words("session"));
    }
    const sent = new DOMParser().parseFromString(d.xhr.responseText, "text/html").querySelector("[data-notice-body]");
    const part = sent && code < 500 ? sent : words(code === 429 ? "many" : "fault");
    const number = d.xhr.getResponseHeader("X-Request-ID");
    if ($("[data-number]", part) && number) $("[data-number]", part).textContent = number;
    say("#page-notice", part);
  });
  for (const name of ["sendError", "timeout"]) on(name, (d) => {
    failed = d;
    say("#page-notice", words("network"));
  });
  document.addEventListener("click", async (e) => {
    if (!e.target.closest("[data-retry]") || !failed) return;
    await refresh().catch(() => {});
    const by = failed.requestConfig.triggeringEvent;
    // htmx sends a button's value only after a click on it.
    if (by && by.submitter) by.submitter.click();
    else if (failed.elt.matches("input,select")) failed.elt.dispatchEvent(new Event("change", { bubbles: true }));
    else failed.elt.click();
  });
  addEventListener("DOMContentLoaded", () => { if ($("#errors")) $("#errors").focus(); });
})();
