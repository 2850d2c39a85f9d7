// One canvas over the map for what is being done: strokes, lines, previews, faults.
// It follows the map without a layer of its own, so that a stroke costs one small frame.

import W from "../ground.js";

export class Overlay {
  constructor(stage, store) {
    this.stage = stage;
    this.store = store;
    this.painters = new Map();
    this.canvas = W.el("canvas", { class: "edit-canvas", "aria-hidden": "true" });
    stage.map.getContainer().appendChild(this.canvas);
    this.ask = () => this.redraw();
    stage.map.on("move zoom viewreset resize zoomend moveend", this.ask);
    stage.map.on("zoomanim", () => this.hide());
  }

  /** Paint by paint(ctx, model, view) under a name; null takes it away. */
  set(name, paint) {
    if (paint) this.painters.set(name, paint);
    else if (!this.painters.delete(name)) return;
    this.redraw();
  }

  hide() {
    this.canvas.style.visibility = "hidden";
  }

  redraw() {
    if (this.asked) return;
    this.asked = window.requestAnimationFrame(() => {
      this.asked = null;
      this.draw();
    });
  }

  draw() {
    const model = this.store.get("model");
    const { canvas } = this;
    const idle = !model || !this.painters.size;
    if (idle && canvas.hidden) return;
    canvas.hidden = idle;
    if (idle) return;
    const size = this.stage.map.getSize();
    const view = W.viewOf(this.stage.map, model, [size.x, size.y], [0, 0]);
    const wide = Math.round(size.x * view.ratio);
    const tall = Math.round(size.y * view.ratio);
    if (canvas.width !== wide || canvas.height !== tall) {
      canvas.width = wide;
      canvas.height = tall;
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
    }
    const ctx = canvas.getContext("2d");
    ctx.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    ctx.clearRect(0, 0, size.x, size.y);
    ctx.lineJoin = ctx.lineCap = "round";
    this.painters.forEach((paint) => paint(ctx, model, view));
    canvas.style.visibility = "visible";
  }
}
