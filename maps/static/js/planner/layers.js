// Which layers are shown; the choice is kept.

import W from "./ground.js";
import { recall, remember } from "./memory.js";
import { Popover } from "./popover.js";

export const LAYERS = [
  "streets", "buildings", "compounds", "cells", "labels", "devices", "spaces",
];

/** Return the layers that somebody switched off last time. */
export function hiddenLayers() {
  return recall("hidden", ["devices"]).filter((layer) => LAYERS.includes(layer));
}

export class Layers {
  constructor(store) {
    this.store = store;
    this.panel = W.byId("layers-panel");
    this.popover = new Popover(W.byId("open-layers"), this.panel, () => this.fill());
  }

  fill() {
    const hidden = this.store.get("layers");
    const model = this.store.get("model");
    W.empty(this.panel).append(
      W.el("h2", {}, W.t("layers.title")),
      ...LAYERS.map((layer) => {
        const box = W.el("input", { type: "checkbox", name: layer });
        box.checked = !hidden.includes(layer);
        box.addEventListener("change", () => this.set(layer, box.checked));
        const count = model && layer !== "cells" && Array.isArray(model[layer]) ? model[layer].length : null;
        return W.el(
          "label",
          {},
          box,
          W.el("span", {}, W.t("layer." + layer)),
          count === null ? "" : W.el("small", {}, W.number(count))
        );
      })
    );
  }

  set(layer, shown) {
    const others = this.store.get("layers").filter((each) => each !== layer);
    const hidden = shown ? others : [...others, layer];
    this.store.set({ layers: hidden });
    remember("hidden", hidden);
  }
}
