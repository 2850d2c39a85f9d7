// A few short steps for the first visit; skipped once, it never comes back.

import W from "./ground.js";
import { me } from "./me.js";
import { recall, remember } from "./memory.js";

const STEPS = [
  { at: "#picker", key: "tour.place" },
  { at: "#list", key: "tour.list" },
  { at: "#tools", key: "tour.edit", may: "edit_plan" },
  { at: "#time", key: "tour.time" },
];
const GAP = 12;

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
    this.steps = STEPS.filter(({ may }) => !may || me.may(may));
    this.step = 0;
    this.draw();
  }

  draw() {
    const { at, key } = this.steps[this.step];
    const last = this.step === this.steps.length - 1;
    this.mark(document.querySelector(at));
    W.empty(this.node).append(
      W.el("h2", {}, W.t(key + ".title")),
      W.el("p", {}, W.t(key + ".text")),
      W.el(
        "footer",
        {},
        W.el("small", {}, `${this.step + 1} / ${this.steps.length}`),
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

  /** Light up what a step speaks about, and nothing else. */
  mark(target) {
    if (this.target) this.target.classList.remove("toured");
    this.target = target;
    if (target) target.classList.add("toured");
  }

  /** Stand on the map, between the panels and bars, as near to the target as there. */
  place() {
    const box = this.target.getBoundingClientRect();
    const free = freeRoom();
    const { offsetWidth: wide, offsetHeight: tall } = this.node;
    const between = (least, most, wish) => Math.max(least, Math.min(wish, most - 1));
    const left = between(free.left, free.right - wide, box.left);
    const under = box.top > window.innerHeight / 2 ? box.top - tall : box.bottom;
    const top = box.height > free.bottom - free.top - tall ? free.top : under;
    this.node.style.left = left + "px";
    this.node.style.top = between(free.top, free.bottom - tall, top) + "px";
  }

  next() {
    this.step += 1;
    this.draw();
    this.node.querySelector(".primary").focus();
  }

  end() {
    this.step = -1;
    this.mark(null);
    this.node.hidden = true;
    remember("toured", true);
  }
}

/** The part of the window that shows the map and nothing over it. */
function freeRoom() {
  const map = W.byId("map").getBoundingClientRect();
  const shown = (selector) =>
    [...document.querySelectorAll(selector)]
      .filter((node) => node.offsetParent !== null)
      .map((node) => node.getBoundingClientRect());
  const edges = (selector, side) => shown(selector).map((box) => box[side]);
  return {
    left: Math.max(map.left, ...edges(".left > .panel", "right")) + GAP,
    right: Math.min(map.right, ...edges(".right > .panel", "left")) - GAP,
    top: Math.max(map.top, ...edges("#strip, #banner", "bottom")) + GAP,
    bottom: Math.min(map.bottom, ...edges("#tools, #hint, .zoom, .read-only", "top")) - GAP,
  };
}
