// The card of the chosen grid: the shared card, and what stands in the grid.

import W from "./ground.js";

export class GridCard {
  constructor(store, act) {
    this.store = store;
    this.act = act;
    this.card = W.byId("card");
    store.on(["chosen", "model"], () => this.show());
    store.on(["edition"], () => this.update());
    W.onLanguage(() => this.show());
  }

  /** An edit changed the plan; a value somebody is typing is not taken from them. */
  update() {
    const field = this.card.contains(document.activeElement) && document.activeElement;
    if (field && field.matches("input") && field.value !== field.defaultValue) return;
    this.show();
  }

  show() {
    const grid = this.store.get("chosen");
    const model = this.store.get("model");
    const inside = this.card.contains(document.activeElement);
    this.card.dataset.focus = (inside && document.activeElement.name) || "";
    this.card.hidden = !grid || !model;
    if (this.card.hidden) return;
    W.fillCard(this.card, model, grid, {
      choose: this.act.choose,
      zoom: this.act.zoom,
      close: this.act.unchoose,
    });
    const facts = this.card.querySelector("dl");
    facts.after(this.belongings(model, grid));
    if (inside) this.card.querySelector("header button").focus();
  }

  /** Figures that lead to their lists: buildings, devices, spaces. */
  belongings(model, grid) {
    const of = (kind) => model[kind].filter((item) => item.grid === grid.code).length;
    return W.el(
      "p",
      { class: "belongings" },
      ["buildings", "devices", "spaces"].map((kind) =>
        W.el(
          "button",
          {
            type: "button",
            class: "link",
            disabled: of(kind) === 0,
            onclick: () => this.act.list(kind, grid.code),
          },
          W.t("register." + kind),
          " ",
          W.el("b", {}, W.number(of(kind)))
        )
      )
    );
  }
}
