// What is typed while a form's answer is on its way goes on into that answer, and so does the cursor.
(() => {
  const fields = "input:not([type=hidden],[type=checkbox],[type=radio],[type=file]),select,textarea";
  const filled = [];
  let at, later;
  const on = (name, act) => addEventListener(`htmx:${name}`, ({ detail: d }) => {
    if (d.requestConfig.elt.matches("form")) act(d, d.requestConfig);
  });
  on("beforeRequest", () => { at = document.activeElement; });
  on("beforeSwap", (d, { elt: form, formData: sent }) => {
    const typed = [...form.elements].filter((f) => f.id && f.matches(fields) && sent.has(f.name) && f.value !== sent.get(f.name));
    // The values of now: a field that goes is left, and written anew by that.
    later = { xhr: d.xhr, typed: d.shouldSwap ? typed.map((f) => [f, f.id, f.name, f.value]) : [] };
  });
  on("afterSwap", ({ xhr }) => {
    if (later?.xhr !== xhr) return;
    for (const [old, id, name, value] of later.typed) {
      const field = document.getElementById(id);
      if (!field || field === old || field.name !== name) continue;
      field.value = value;
      filled.push(field);
    }
    later = null;
  });
  on("afterSettle", (_d, asked) => {
    const now = document.activeElement;
    // Read by focus.js: somebody who types elsewhere already is not called away.
    asked.goesOn = now.matches(fields) && (now.id !== at?.id || filled.includes(now));
    // Only now does htmx listen to the new fields: what they took over is checked too.
    filled.splice(0).forEach((field) => field.dispatchEvent(new Event("kept")));
  });
})();
