// What a figure counted, as a list: buildings, devices or spaces of a grid or a community.

import W from "./ground.js";
import { placeOf } from "./model.js";
import { Rows } from "./rows.js";

const HEIGHT = 44;

export class Register {
  constructor(store, act) {
    this.store = store;
    this.act = act;
    this.panel = W.byId("register");
    this.title = W.byId("register-title");
    this.box = W.byId("register-rows");
    this.asked = null;
    this.rows = new Rows(this.box, {
      height: HEIGHT,
      row: (item) => rowOf(this.asked.kind, item),
      open: (item) => this.point(item),
      canOpen: () => true,
    });
    W.byId("register-close").addEventListener("click", () => this.close());
    store.on(["model"], () => this.close());
    store.on(["chosen"], () => {
      const grid = store.get("chosen");
      if (this.asked && this.asked.grid && (!grid || grid.code !== this.asked.grid)) {
        this.close();
      }
    });
    W.onLanguage(() => this.asked && this.fill());
  }

  /** Show a kind's list, of one grid or (null) of the community. */
  show(kind, grid) {
    this.asked = { kind, grid, from: document.activeElement };
    this.panel.hidden = false;
    this.fill();
    this.box.focus();
  }

  fill() {
    const { kind, grid } = this.asked;
    const model = this.store.get("model");
    const items = model[kind].filter((item) => !grid || item.grid === grid);
    W.empty(this.title).append(
      W.t("register." + kind) + " ",
      W.el("span", {}, W.number(items.length)),
      W.el("small", {}, grid ? W.t("card.title", { number: grid.slice(-3) }) : "")
    );
    this.box.setAttribute("aria-label", W.t("register." + kind));
    this.rows.setItems(items);
  }

  point(item) {
    const { kind } = this.asked;
    const model = this.store.get("model");
    const spot = placeOf(model, kind, model[kind].indexOf(item));
    this.rows.mark(item);
    this.store.set({ pin: spot });
    this.act.look(spot);
  }

  close() {
    if (!this.asked) return;
    const { from } = this.asked;
    this.asked = null;
    this.panel.hidden = true;
    this.store.set({ pin: null });
    if (from && from.isConnected) from.focus();
  }
}

function rowOf(kind, item) {
  const look = {
    buildings: [
      item.address || item.code,
      item.address ? item.code : "",
      W.t("short.households", { n: W.number(item.households) }) +
        (item.estimated ? " ≈" : ""),
    ],
    devices: [item.name || item.code, item.code, wordOf(item.kind)],
    spaces: [
      item.name || item.kind,
      item.kind,
      item.area_m2 ? W.number(item.area_m2) + " m²" : "",
    ],
  }[kind];
  return W.el(
    "div",
    { class: "row thing" },
    W.el("span", { class: "who" }, W.el("b", {}, look[0]), W.el("small", {}, look[1])),
    W.el("small", {}, look[2])
  );
}

/** Return the word for a kind of device; a kind of their own stays as it is. */
function wordOf(kind) {
  const key = "device." + kind;
  return key in W.texts ? W.t(key) : kind;
}
