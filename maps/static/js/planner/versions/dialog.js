// A dialog that asks for something and sends it; refused, it says why and stays open.

import W from "../ground.js";
import { wordsFor } from "../api.js";

/**
 * Open a dialog; resolves to what `send` returned, or to null if it was left.
 * `send()` may throw what the service refused, or return {wrong: words}.
 */
export function openDialog({ title, parts, verb, send, grave = false, kind = "" }) {
  return new Promise((resolve) => {
    const fault = W.el("p", { class: "fault", role: "alert", hidden: true });
    const yes = W.el("button", { type: "submit", class: grave ? "primary grave" : "primary" }, verb);
    const no = W.el("button", { type: "button" }, W.t("do.cancel"));
    const form = W.el(
      "form",
      { novalidate: true },
      W.el("h2", { id: "deed-title" }, title),
      ...parts,
      fault,
      W.el("footer", {}, no, yes)
    );
    const dialog = W.el(
      "dialog",
      { class: "deed " + kind, "aria-labelledby": "deed-title" },
      form
    );
    const last = document.activeElement;
    let answer = null;
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (last && last.isConnected) last.focus();
      resolve(answer);
    });
    const tell = (words) => {
      fault.textContent = words;
      fault.hidden = !words;
    };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (yes.disabled) return;
      yes.disabled = true;
      tell("");
      try {
        const done = await send();
        if (done && done.wrong) tell(done.wrong);
        else {
          answer = done === undefined ? true : done;
          dialog.close();
        }
      } catch (error) {
        if (error.name !== "ApiError") throw error;
        tell(wordsFor(error));
      } finally {
        yes.disabled = false;
      }
    });
    document.body.append(dialog);
    dialog.showModal();
    const first = form.querySelector("input, textarea") || (grave ? no : yes);
    first.focus();
    if (first.select) first.select();
  });
}

/** Return a labelled line or box to write in. */
export function field(label, control, hint = null) {
  return W.el(
    "label",
    { class: "field" },
    W.el("span", {}, label),
    control,
    hint && W.el("small", {}, hint)
  );
}
