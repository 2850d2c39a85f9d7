// Small dialogs: a question before something happens, a secret shown once.

import W from "../planner/ground.js";
import { copyButton, told } from "./words.js";

function open(title, parts, buttons) {
  const dialog = W.el(
    "dialog",
    { class: "ask", "aria-labelledby": "ask-title" },
    W.el("h2", { id: "ask-title" }, title),
    ...parts,
    W.el("footer", {}, ...buttons)
  );
  const last = document.activeElement;
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (last && last.isConnected) last.focus();
  });
  dialog.showModal();
  return dialog;
}

/** Ask before something is done; resolves to true if it shall be. `verb` is the button. */
export function confirmed({ title, text, verb, grave = false }) {
  return new Promise((resolve) => {
    const no = told("button", "ask.cancel", { type: "button" });
    const kind = grave ? "primary grave" : "primary";
    const yes = W.el("button", { type: "button", class: kind }, verb);
    const dialog = open(title, [W.el("p", {}, text)], [no, yes]);
    let answer = false;
    yes.addEventListener("click", () => {
      answer = true;
      dialog.close();
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => resolve(answer));
    (grave ? no : yes).focus();
  });
}

/** Show something that is never shown again; resolves once it is closed. */
export function showOnce({ title, text, lines }) {
  return new Promise((resolve) => {
    const done = told("button", "once.done", { type: "button", class: "primary" });
    const box = W.el("pre", { class: "once", tabindex: "0" }, lines.join("\n"));
    const copying = copyButton(() => lines.join("\n"));
    const dialog = open(title, [W.el("p", {}, text), box], [copying, done]);
    done.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => resolve());
    done.focus();
  });
}
