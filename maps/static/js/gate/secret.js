// A field for a password: shown on demand, and capital letters are pointed out.

import W from "../planner/ground.js";
import { told } from "./words.js";

/** Return {input, node}: the input, and the whole field with its label and hints. */
export function secretField(key, { id, autocomplete, hint = null }) {
  const input = W.el("input", {
    id,
    name: id,
    type: "password",
    autocomplete,
    required: true,
    maxlength: 200,
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": id + "-caps" + (hint ? ` ${id}-hint` : ""),
  });
  const caps = told("small", "login.caps", { id: id + "-caps", class: "caps", role: "status" });
  caps.hidden = true;
  const look = (event) => {
    if (event.getModifierState) caps.hidden = !event.getModifierState("CapsLock");
  };
  ["keydown", "keyup", "mousedown"].forEach((name) => input.addEventListener(name, look));
  input.addEventListener("blur", () => {
    caps.hidden = true;
  });
  const below = hint ? [told("small", hint, { id: id + "-hint", class: "hint" })] : [];
  const node = W.el(
    "p",
    { class: "field" },
    told("label", key, { for: id }),
    W.el("span", { class: "secret" }, input, eye(input)),
    caps,
    ...below
  );
  return { input, node };
}

function eye(input) {
  const button = told("button", "login.show", { type: "button", class: "link" });
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.dataset.t = shown ? "login.show" : "login.hide";
    button.textContent = W.t(button.dataset.t);
    input.focus();
  });
  return button;
}
