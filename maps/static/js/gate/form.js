// A form that sends: it tells what is missing or refused, and never sends twice.

import W from "../planner/ground.js";
import { faultWords, told } from "./words.js";

/**
 * Make a form; `send()` does the work and may throw what the service refused, or
 * return the key of what is wrong. `cancel()` adds a button to leave it.
 */
export function makeForm(parts, { verb, send, cancel = null, name = null }) {
  const alert = W.el("p", { class: "fault", role: "alert", hidden: true });
  const button = told("button", verb, { type: "submit", class: "primary" });
  const leave = cancel && told("button", "ask.cancel", { type: "button", onclick: cancel });
  const form = W.el(
    "form",
    { novalidate: true, "aria-label": name && W.t(name) },
    ...parts,
    alert,
    W.el("p", { class: "buttons" }, button, leave)
  );
  let busy = false;
  const tell = (words) => {
    alert.textContent = words;
    alert.hidden = !words;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (busy) return;
    const empty = [...form.elements].find((each) => each.required && !each.value.trim());
    if (empty) {
      tell(W.t("form.missing"));
      empty.focus();
      return;
    }
    busy = true;
    button.disabled = true;
    tell("");
    try {
      const wrong = await send();
      if (wrong) tell(W.t(wrong));
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      tell(faultWords(error));
    } finally {
      busy = false;
      button.disabled = false;
    }
  });
  return form;
}
