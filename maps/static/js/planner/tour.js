// Three short steps for the first visit; skipped once, it never comes back.

import W from "./ground.js";
import { recall, remember } from "./memory.js";

const STEPS = [
  { at: "#picker", key: "tour.place" },
  { at: "#list", key: "tour.list" },
  { at: "#time", key: "tour.time" },
];

export class Tour {
  constructor() {
    this.node = W.byId("tour");
    this.step = -1;
    W.onLanguage(() => this.step >= 0 && this.draw());
    window.addEventListener("resize", () => this.step >= 0 && this.place());
  }

  startOnce() {
    if (!recall("toured", false)) this.start();
  }

  start() {
    this.step = 0;
    this.draw();
  }

  draw() {
    const { key } = STEPS[this.step];
    const last = this.step === STEPS.length - 1;
    W.empty(this.node).append(
      W.el("h2", {}, W.t(key + ".title")),
      W.el("p", {}, W.t(key + ".text")),
      W.el(
        "footer",
        {},
        W.el("small", {}, `${this.step + 1} / ${STEPS.length}`),
        W.el("button", { type: "button", class: "link", onclick: () => this.end() }, W.t("tour.skip")),
        W.el(
          "button",
          { type: "button", class: "primary", onclick: () => (last ? this.end() : this.next()) },
          W.t(last ? "tour.done" : "tour.next")
        )
      )
    );
    this.node.hidden = false;
    this.place();
  }

  place() {
    const target = document.querySelector(STEPS[this.step].at);
    const box = target.getBoundingClientRect();
    const below = box.bottom + 180 < window.innerHeight;
    const width = this.node.offsetWidth;
    const left = below ? box.left : box.right + 12;
    this.node.style.left = Math.max(8, Math.min(left, window.innerWidth - width - 8)) + "px";
    this.node.style.top = (below ? box.bottom + 10 : box.top + 24) + "px";
    this.node.classList.toggle("beside", !below);
  }

  next() {
    this.step += 1;
    this.draw();
    this.node.querySelector(".primary").focus();
  }

  end() {
    this.step = -1;
    this.node.hidden = true;
    remember("toured", true);
  }
}
