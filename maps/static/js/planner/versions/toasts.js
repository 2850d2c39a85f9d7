// Quiet lines in a corner that go by themselves; a screen reader hears them politely.

import W from "../ground.js";

const SHOWN_MS = 6000;
const MOST = 3;

export class Toasts {
  constructor() {
    this.box = W.el("div", { class: "toasts", role: "status", "aria-live": "polite" });
    document.querySelector("main").append(this.box);
    W.onLanguage(() => this.box.setAttribute("aria-label", W.t("live.region")));
  }

  show(words) {
    const line = W.el("p", {}, words);
    this.box.append(line);
    while (this.box.children.length > MOST) this.box.firstChild.remove();
    window.setTimeout(() => line.remove(), SHOWN_MS);
  }
}
