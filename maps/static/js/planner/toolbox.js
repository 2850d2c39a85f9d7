// The tools: each is a file with a name, a key and start(); one is in hand at a time.
// start(bench) returns how to put it down, alone or among: hint(), extras(), keys,
// pick(grid), enter(shift), back(), cancel() → whether there was anything, changed().

import W from "./ground.js";
import { box, lasso } from "./tools/area.js";
import { brush } from "./tools/brush.js";
import { cut } from "./tools/cut.js";
import { draw } from "./tools/draw.js";
import { give } from "./tools/give.js";
import { lock } from "./tools/lock.js";
import { measure } from "./tools/measure.js";
import { merge } from "./tools/merge.js";
import { reshape } from "./tools/reshape.js";
import { select } from "./tools/select.js";
import { split } from "./tools/split.js";

const TOOLS = [
  select, brush, box, lasso, merge, split, cut, reshape, draw, give, lock, measure,
];

export class Toolbox {
  /** `bench` is what every tool may use: store, stage, act, session, overlay, … */
  constructor(bench) {
    this.bench = bench;
    this.store = bench.store;
    this.bar = W.byId("tools");
    this.inHand = null;
    this.held = {};
    this.bar.addEventListener("keydown", (event) => this.onArrow(event));
    W.onLanguage(() => this.draw());
    this.take(select);
    this.store.on(["editing", "compare"], () => this.follow());
    this.store.on(["chosen", "edition"], () => this.tell());
    this.store.on(["edition"], () => this.held.changed && this.held.changed());
  }

  get mayEdit() {
    return Boolean(this.store.get("editing")) && !this.store.get("compare");
  }

  get shown() {
    return TOOLS.filter((tool) => this.mayEdit || !tool.edits);
  }

  follow() {
    if (this.inHand.edits && !this.mayEdit) this.take(select);
    else this.draw();
  }

  take(tool) {
    if (this.inHand === tool) return;
    if (tool.edits && !this.mayEdit) return;
    if (this.held.putDown) this.held.putDown();
    this.inHand = tool;
    const { bench } = this;
    const box = bench.stage.map.getContainer();
    box.style.cursor = tool.cursor || "";
    const held = tool.start(bench);
    this.held = typeof held === "function" ? { putDown: held } : held;
    this.showHint();
    this.draw();
  }

  showHint() {
    const { hint, extras } = this.held;
    if (hint) this.bench.hint.show(hint(), extras ? extras() : []);
    else this.bench.hint.clear();
  }

  tell() {
    if (this.held.hint) this.bench.hint.say(this.held.hint());
  }

  /** What Escape does: first leave what was begun, then put the tool down. */
  cancel() {
    if (this.held.cancel && this.held.cancel()) return true;
    if (this.inHand === select) return false;
    this.take(select);
    return true;
  }

  /** A grid was opened in a list; a tool may take it as its object. */
  pick(grid) {
    return Boolean(this.held.pick && this.held.pick(grid));
  }

  draw() {
    const focused = this.bar.contains(document.activeElement);
    W.empty(this.bar);
    let group = null;
    this.shown.forEach((tool) => {
      if (group && tool.group !== group) this.bar.append(W.el("i", { class: "gap" }));
      group = tool.group;
      this.bar.append(this.button(tool));
    });
    if (this.mayEdit) this.bar.append(W.el("i", { class: "gap" }), this.bench.more.button);
    this.bar.setAttribute("aria-label", W.t("tool.bar"));
    if (focused) this.bar.querySelector('[aria-pressed="true"]').focus();
  }

  button(tool) {
    const key = tool.key.toUpperCase();
    return W.el(
      "button",
      {
        type: "button",
        "data-tool": tool.name,
        "aria-pressed": String(tool === this.inHand),
        "aria-keyshortcuts": key,
        title: `${W.t(`tool.${tool.name}.help`)} (${key})`,
        onclick: () => this.take(tool),
      },
      W.t("tool." + tool.name),
      " ",
      W.el("kbd", { "aria-hidden": "true" }, key)
    );
  }

  onArrow(event) {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way) return;
    const all = [...this.bar.querySelectorAll("button")];
    const now = all.indexOf(document.activeElement);
    all[(now + way + all.length) % all.length].focus();
    event.preventDefault();
  }

  /** What a key does: take a tool, or what the tool in hand makes of it. */
  onKey(key, shift) {
    const own = this.held.keys && this.held.keys[key];
    if (own) own();
    else if (key === "Enter" && this.held.enter) this.held.enter(shift);
    else if (key === "Backspace" && this.held.back) this.held.back();
    else return false;
    return true;
  }

  /** Paint cell by cell, without a mouse. */
  nextCell() {
    this.take(brush);
    if (this.inHand === brush) this.held.nextCell();
  }

  /** Return key → action, for the shortcuts of the page. */
  get keys() {
    const all = TOOLS.map((tool) => [tool.key, () => this.take(tool)]);
    return { ...Object.fromEntries(all), c: () => this.nextCell() };
  }
}
