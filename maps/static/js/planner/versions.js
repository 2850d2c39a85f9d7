// Which plan is shown: its version, status and days; every version can be looked at.

import W from "./ground.js";
import { Popover, moveByArrows } from "./popover.js";

export class Versions {
  constructor(store) {
    this.store = store;
    this.button = W.byId("version");
    this.panel = W.byId("version-panel");
    this.popover = new Popover(this.button, this.panel, () => this.fill());
    moveByArrows(this.panel, ".option");
    store.on(["scene", "status"], () => this.tell());
    W.onLanguage(() => this.tell());
  }

  tell() {
    const scene = this.store.get("scene");
    const plan = scene && scene.plan;
    this.button.hidden = !plan;
    if (!plan) return;
    W.empty(this.button).append(
      W.el("b", {}, W.t("plan.version", { n: plan.version })),
      W.el("span", { class: "tag " + plan.status }, W.t("status." + plan.status)),
      W.el("span", { class: "days" }, daysOf(plan)),
      W.el("i", { class: "caret", "aria-hidden": "true" }, "▾")
    );
    this.popover.refresh();
  }

  fill() {
    const scene = this.store.get("scene");
    if (!scene || !scene.plans) return;
    W.empty(this.panel).append(
      W.el("h2", {}, W.t("plan.versions", { n: W.number(scene.plans.length) })),
      ...scene.plans.map((plan) => this.option(plan, scene))
    );
  }

  option(plan, scene) {
    const here = scene.plan && scene.plan.id === plan.id;
    return W.el(
      "button",
      {
        type: "button",
        class: "plain option",
        "aria-current": here ? "true" : null,
        "data-first": here ? "" : null,
        onclick: () => this.choose(plan, scene),
      },
      W.el(
        "span",
        { class: "who" },
        W.el(
          "b",
          {},
          W.t("plan.version", { n: plan.version }),
          W.el("span", { class: "tag " + plan.status }, W.t("status." + plan.status))
        ),
        W.el("small", {}, daysOf(plan))
      ),
      W.el("small", {}, W.t("list.households", { n: W.number(plan.households) }))
    );
  }

  choose(plan, scene) {
    this.popover.close();
    const inForce = scene.inForce && scene.inForce.id === plan.id;
    this.store.set({ plan: inForce ? null : String(plan.id), grid: null });
  }
}

/** Say from when to when a plan is in force. */
export function daysOf(plan) {
  if (!plan.effective_from) return W.t("plan.not_yet");
  if (!plan.effective_to) return W.t("plan.since", { day: plan.effective_from });
  return W.t("plan.between", { from: plan.effective_from, to: plan.effective_to });
}
