// The chosen community's plan on the map: fills below the streets, borders above them,
// and what a person points at on top of everything.

import W from "./ground.js";
import { paintLocks, paintLoose } from "./marks.js";
import { paintPlaces } from "./places.js";

const CELLS_WITHIN_MPP = 2.2;
const POINTED = ["hover", "chosen", "pin"];

export class PlanLayer {
  constructor(map, store, theme) {
    this.map = map;
    this.store = store;
    this.theme = theme;
    addPane(map, "fills", 150);
    addPane(map, "borders", 420);
    addPane(map, "pointed", 430);
    this.model = null;
    this.canvases = [];
    store.on(["model"], () => this.setModel(store.get("model")));
    store.on(["layers", "places", "edition"], () => this.redraw());
    store.on(POINTED, () => this.point());
    W.onLanguage(() => this.redraw());
  }

  setModel(model) {
    this.canvases.forEach((canvas) => canvas.remove());
    this.model = model;
    this.canvases = [];
    this.pointed = null;
    if (!model) return;
    this.add("fills", (ctx, view) => W.paintFills(ctx, model, view));
    // A frame for each: a browser without a graphics chip takes long to show a new canvas.
    window.requestAnimationFrame(() => {
      if (this.model !== model) return;
      this.add("borders", (ctx, view) => this.paintBorders(ctx, view));
      this.point();
    });
  }

  /** Show what is pointed at; there is no canvas for it until something is. */
  point() {
    if (this.pointed) this.pointed.redraw();
    else if (this.canvases.length && POINTED.some((key) => this.store.get(key))) {
      this.pointed = this.add("pointed", (ctx, view) => this.paintPointed(ctx, view));
    }
  }

  add(pane, draw) {
    const canvas = new W.CanvasLayer({ pane, model: this.model, draw });
    this.canvases.push(canvas.addTo(this.map));
    return canvas;
  }

  shows(layer) {
    return !this.store.get("layers").includes(layer);
  }

  paintBorders(ctx, view) {
    const { model } = this;
    if (this.shows("cells") && view.mpp < CELLS_WITHIN_MPP) W.paintCells(ctx, model, view);
    W.paintBorders(ctx, model, view);
    ["spaces", "devices"].forEach((kind) => {
      if (this.shows(kind)) paintPlaces(ctx, model, view, kind);
    });
    paintLoose(ctx, model, view);
    if (this.shows("labels")) W.paintLabels(ctx, model, view, W.viewBox(view));
    paintLocks(ctx, model, view);
  }

  paintPointed(ctx, view) {
    W.paintSelection(ctx, this.model, view, {
      hover: this.store.get("hover"),
      chosen: this.store.get("chosen"),
      fault: this.store.get("pin"),
    });
  }

  redraw() {
    this.canvases.forEach(redraw);
  }
}

function addPane(map, name, level) {
  const pane = map.createPane(name);
  pane.style.zIndex = level;
  pane.style.pointerEvents = "none";
}

function redraw(canvas) {
  canvas.redraw();
}
