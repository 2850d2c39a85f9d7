// How communities are to be drawn, in words of a planner; used by a dialog and a wizard.

import W from "../ground.js";
import { recall, remember } from "../memory.js";

const FORMERS = ["none", "loyalty", "fewest_moves", "legacy"];
const EFFORTS = ["fast", "best"];
const WEIGHTS = ["load", "members", "walk", "area"];
const STEPS = [0, 0.5, 1, 2];
const USUAL = { low: 300, high: 500, former: "none", effort: "fast", seed: 0, weights: {} };

export class DrawForm {
  constructor(box) {
    this.box = box;
    this.values = { ...USUAL, ...recall("draw", {}) };
    this.build();
    W.onLanguage(() => this.build());
  }

  build() {
    const open = this.more ? this.more.open : false;
    W.empty(this.box).append(this.band(), this.former(), this.effort(), this.rest(open));
    this.check();
  }

  set(changes) {
    Object.assign(this.values, changes);
    this.check();
  }

  band() {
    const field = (name) =>
      W.el("input", {
        type: "number",
        min: 1,
        max: 100000,
        step: 1,
        required: true,
        name,
        value: this.values[name],
        "aria-label": W.t("draw." + name),
        "aria-describedby": "draw-fault",
        oninput: (event) => this.set({ [name]: event.target.valueAsNumber }),
      });
    this.fault = W.el("p", { id: "draw-fault", class: "wrong", role: "alert", hidden: true });
    return W.el(
      "fieldset",
      {},
      W.el("legend", {}, W.t("draw.band")),
      W.el("div", { class: "band" }, field("low"), W.el("span", {}, W.t("draw.to")), field("high")),
      W.el("p", { class: "note" }, W.t("draw.band.note")),
      this.fault
    );
  }

  former() {
    return W.el(
      "fieldset",
      { class: "former" },
      W.el("legend", {}, W.t("draw.former")),
      FORMERS.map((value) =>
        W.el(
          "label",
          { class: "job-choice" },
          W.el("input", {
            type: "radio",
            name: "former",
            value,
            checked: this.values.former === value,
            onchange: () => this.set({ former: value }),
          }),
          W.el(
            "span",
            {},
            W.t("draw.former." + value),
            W.el("small", {}, W.t(`draw.former.${value}.note`))
          )
        )
      )
    );
  }

  effort() {
    return W.el(
      "fieldset",
      {},
      W.el("legend", {}, W.t("draw.effort")),
      EFFORTS.map((value) =>
        W.el(
          "label",
          { class: "job-choice" },
          W.el("input", {
            type: "radio",
            name: "effort",
            value,
            checked: this.values.effort === value,
            onchange: () => this.set({ effort: value }),
          }),
          W.el("span", {}, W.t("draw.effort." + value))
        )
      )
    );
  }

  rest(open) {
    const weight = (name) =>
      W.el(
        "label",
        { class: "pair" },
        W.el("span", {}, W.t("draw.weight." + name)),
        W.el(
          "select",
          {
            name,
            onchange: (event) => this.weigh(name, Number(event.target.value)),
          },
          STEPS.map((step) =>
            W.el(
              "option",
              { value: step, selected: (this.values.weights[name] || 0) === step },
              W.t("draw.weight." + step)
            )
          )
        )
      );
    this.more = W.el(
      "details",
      { open },
      W.el("summary", {}, W.t("draw.more")),
      W.el("fieldset", {}, W.el("legend", {}, W.t("draw.weights")), WEIGHTS.map(weight)),
      W.el(
        "label",
        { class: "pair" },
        W.el("span", {}, W.t("draw.seed")),
        W.el("input", {
          type: "number",
          min: 0,
          max: 2147483647,
          step: 1,
          name: "seed",
          value: this.values.seed,
          oninput: (event) => this.set({ seed: event.target.valueAsNumber || 0 }),
        })
      ),
      W.el("p", { class: "note" }, W.t("draw.seed.note"))
    );
    return this.more;
  }

  weigh(name, value) {
    this.set({ weights: { ...this.values.weights, [name]: value } });
  }

  /** Tell what is wrong with the numbers; return whether nothing is. */
  check() {
    const { low, high } = this.values;
    const whole = [low, high].every((n) => Number.isInteger(n) && n >= 1 && n <= 100000);
    const key = !whole ? "draw.number" : low > high ? "draw.low_above_high" : null;
    this.fault.hidden = !key;
    this.fault.textContent = key ? W.t(key) : "";
    if (this.onCheck) this.onCheck(!key);
    return !key;
  }

  /** Return the order, and keep it for next time. */
  order() {
    const { low, high, former, effort, seed, weights } = this.values;
    remember("draw", this.values);
    return { low, high, former, effort, seed, weights };
  }
}
