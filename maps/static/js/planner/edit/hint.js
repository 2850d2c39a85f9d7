// One line above the tools: what the tool in hand does next, and its few settings.

import W from "../ground.js";

export class Hint {
  constructor() {
    this.node = W.byId("hint");
    this.words = W.el("span", { class: "words" });
    this.extras = W.el("span", { class: "extras" });
    this.node.append(this.words, this.extras);
  }

  /** Show what to do; `extras` are elements that stay until the tool changes. */
  show(words, extras = null) {
    this.node.hidden = !words && !extras;
    this.words.textContent = words || "";
    if (extras) W.empty(this.extras).append(...extras);
  }

  /** Change only the words. */
  say(words) {
    if (this.words.textContent !== words) this.words.textContent = words;
  }

  clear() {
    W.empty(this.extras);
    this.node.hidden = true;
  }
}

/** Return a slider with its label and its value. */
export function slider({ label, low, high, value, show, change }) {
  const input = W.el("input", { type: "range", min: low, max: high, value });
  const shown = W.el("output", {}, show(value));
  input.setAttribute("aria-label", label);
  input.addEventListener("input", () => {
    shown.textContent = show(Number(input.value));
    change(Number(input.value));
  });
  const node = W.el("label", { class: "setting" }, W.el("span", {}, label), input, shown);
  node.setValue = (next) => {
    input.value = next;
    shown.textContent = show(Number(input.value));
  };
  return node;
}

/** Return a button for the line. */
export function button(words, action, { primary = false } = {}) {
  return W.el(
    "button",
    { type: "button", class: primary ? "primary" : null, onclick: action },
    words
  );
}

/** Return a few choices of which one is pressed. */
export function choice(label, values, chosen, pick) {
  const box = W.el("span", { class: "segments", role: "group", "aria-label": label });
  const mark = (value) =>
    [...box.children].forEach((each) => {
      each.setAttribute("aria-pressed", String(each.dataset.value === value));
    });
  values.forEach(([value, words]) => {
    const press = () => {
      mark(value);
      pick(value);
    };
    box.append(
      W.el("button", { type: "button", "data-value": value, onclick: press }, words)
    );
  });
  mark(chosen);
  return box;
}
