// The list of a community's grids: who is out of band, and by how much, in one second.

import W from "./ground.js";
import { fillChips } from "./chips.js";
import { Rows } from "./rows.js";

const HEIGHT = 34;

const SORTS = {
  code: (a, b) => a.id - b.id,
  off: (a, b) => Math.abs(b.off) - Math.abs(a.off) || a.id - b.id,
  households: (a, b) => b.households - a.households || a.id - b.id,
};

const TYPES = ["resident", "exclusive", "reserved"];

function outMark(grid) {
  return W.el("b", { class: grid.off > 0 ? "above" : "below" }, W.offMark(grid));
}

/** What the row of a grid shows; two with the same look alike. */
function signOf({ code, name, type, households, locked }) {
  return [code, name, type, households, locked].join("|");
}

export class GridList {
  constructor(body, store, act) {
    this.store = store;
    this.act = act;
    this.filter = { out: false, type: "", sort: "code" };
    this.body = body;
    this.build();
    store.on(["hover"], () => this.rows.light(store.get("hover")));
    store.on(["chosen"], () => {
      this.rows.mark(store.get("chosen"));
      if (this.model) this.nameNext();
    });
  }

  build() {
    this.chips = W.el("div", { class: "chips", role: "group" });
    this.sort = this.select("sort", Object.keys(SORTS), (key) => W.t("sort." + key));
    this.type = this.select("type", ["", ...TYPES], (key) => this.typeWord(key));
    this.box = W.el("div", { id: "grid-rows", class: "rows", role: "listbox", tabindex: 0 });
    this.nothing = W.el("div", { class: "rows-empty", hidden: true });
    this.next = W.el(
      "button",
      { type: "button", class: "foot", onclick: () => this.act.jump(1) },
      W.el("kbd", {}, "N"),
      " ",
      W.el("span", {})
    );
    const tools = W.el("div", { class: "tools" }, this.type, this.sort);
    this.body.append(this.chips, tools, this.box, this.nothing, this.next);
    this.rows = new Rows(this.box, {
      height: HEIGHT,
      row: (grid) => this.row(grid),
      open: (grid) => this.act.open(grid),
      hover: (grid) => this.store.set({ hover: grid }),
      canOpen: () => true,
      keyOf: (grid) => grid.code,
    });
  }

  row(grid) {
    const node = W.gridRow(this.model, grid);
    node.dataset.sign = signOf(grid);
    if (grid.locked) {
      const sign = W.el("span", { class: "lock-sign", title: W.t("list.locked") });
      node.querySelector(".number").append(sign);
    }
    return node;
  }

  select(name, values, word) {
    const node = W.el(
      "select",
      { name },
      values.map((value) => W.el("option", { value }))
    );
    node.word = word;
    node.addEventListener("change", () => {
      this.filter[name] = node.value;
      this.refresh();
    });
    return node;
  }

  typeWord(type) {
    if (!type) return W.t("filter.type");
    return W.t(`type.${type}.short`) + " " + W.number(this.model.total[type]);
  }

  /** Show a plan; called again when the language changes. */
  show(model) {
    if (model !== this.model) this.filter.out = false;
    this.model = model;
    this.label();
    this.refresh();
  }

  /** Some grids changed: only their rows are made anew, and nothing moves. */
  update() {
    this.label();
    this.refresh((grids) => this.rows.update(grids, signOf));
  }

  label() {
    const { model } = this;
    [this.sort, this.type].forEach((select) => {
      [...select.options].forEach((option) => {
        option.textContent = select.word(option.value);
      });
    });
    this.sort.setAttribute("aria-label", W.t("list.sort"));
    this.type.setAttribute("aria-label", W.t("list.type"));
    this.box.setAttribute("aria-label", W.t("bar.list"));
    this.chips.setAttribute("aria-label", W.t("list.filter"));
    this.nameNext();
  }

  /** Say which grid out of band the key goes to, and by how much it is out. */
  nameNext() {
    const { out } = this.model;
    const none = out.length === 0;
    const next = out[(out.indexOf(this.store.get("chosen")) + 1) % out.length];
    this.next.disabled = none;
    this.next.firstChild.hidden = none;
    W.empty(this.next.lastChild).append(
      W.t(none ? "list.none_out" : "list.next.is"),
      ...(none ? [] : [" ", next.number, " ", outMark(next)])
    );
  }

  /** Show only what a figure counted: {out} or {type}. */
  narrow(filter) {
    this.filter = { out: false, type: "", sort: this.filter.sort, ...filter };
    this.type.value = this.filter.type;
    this.refresh();
    this.box.focus();
  }

  refresh(show = (grids) => this.rows.setItems(grids)) {
    const { out, type, sort } = this.filter;
    const grids = this.model.grids
      .filter((grid) => (!out || grid.off !== 0) && (!type || grid.type === type))
      .sort(SORTS[sort]);
    this.drawChips();
    show(grids);
    this.box.hidden = grids.length === 0;
    this.nothing.hidden = grids.length > 0;
    if (!grids.length) this.sayNothing();
  }

  drawChips() {
    const { grids, out } = this.model;
    const choices = [
      { out: false, key: "filter.all", count: grids.length },
      { out: true, key: "filter.out", count: out.length },
    ];
    fillChips(this.chips, choices, this.filter, () => this.refresh());
  }

  sayNothing() {
    const { model } = this;
    const key = !model.grids.length
      ? "list.empty.plan"
      : this.filter.out && !model.out.length
        ? "list.none_out"
        : "grids.none";
    W.empty(this.nothing).append(
      W.el("p", {}, W.t(key)),
      W.el(
        "button",
        { type: "button", onclick: () => this.narrow({}) },
        W.t("list.clear")
      )
    );
  }
}
