// A comparison on the map: the plan grows pale, seams that go are grey, those that come
// are in the accent colour, ground that moves is hatched, old grids are dashed. While two
// plans are swiped, they show themselves: here stays what moves.

import W from "../ground.js";
import { packShapes } from "../pack.js";

const HATCH = 8;
const KEPT = "rgba(36,59,83,0.55)";
const OLD = "#7b8794";
const PALE = "rgba(255,255,255,0.62)";
const LEGACY = "#7b4b00";

export class CompareLayer {
  constructor(map, store) {
    this.map = map;
    this.store = store;
    const pane = map.createPane("compare");
    pane.style.zIndex = 425;
    pane.style.pointerEvents = "none";
    this.canvas = null;
    this.shapes = null;
    this.pointed = null;
    store.on(["compare", "model", "oldGrids"], () => this.update());
    store.on(["swipe"], () => this.canvas && this.canvas.redraw());
    W.onLanguage(() => this.canvas && this.canvas.redraw());
  }

  update() {
    const { compare, model, oldGrids } = this.store.values;
    if (this.canvas) this.canvas.remove();
    this.canvas = null;
    this.pointed = null;
    if (!compare || !model) return;
    const { origin } = model.data;
    const pack = (features) => ({ features, ...packShapes(features, origin) });
    const found = compare.after === model.plan.id ? compare.found : null;
    this.model = model;
    this.shapes = {
      moved: pack(found && !oldGrids ? found.moved : []),
      seams: pack(found && !oldGrids ? found.seams : []),
      old: pack(oldGrids || []),
    };
    this.canvas = new W.CanvasLayer({
      pane: "compare",
      model,
      draw: (ctx, view) => this.paint(ctx, view),
    }).addTo(this.map);
  }

  paint(ctx, view) {
    const { moved, seams, old } = this.shapes;
    ctx.lineJoin = "round";
    ctx.lineCap = "round";
    if (this.store.get("swipe")) {
      this.hatch(ctx, view, moved);
      return;
    }
    ctx.fillStyle = PALE;
    ctx.fillRect(0, 0, view.width, view.height);
    this.hatch(ctx, view, moved);
    if (!old.n) {
      this.lines(ctx, view, seams, "kept", KEPT, 1.6, []);
      this.lines(ctx, view, seams, "old", OLD, 3, [7, 5]);
      this.lines(ctx, view, seams, "new", this.model.theme.tokens.accent, 3.4, []);
    }
    this.outlines(ctx, view, old);
    W.paintLabels(ctx, this.model, view, W.viewBox(view));
  }

  /** Hatch what moves, fixed to the ground; what was pointed at is filled too. */
  hatch(ctx, view, moved) {
    if (!moved.n) return;
    const { accent } = this.model.theme.tokens;
    const texture = ctx.createPattern(tileOf(accent, view.ratio), "repeat");
    const shrink = 1 / view.ratio;
    texture.setTransform(new DOMMatrix([shrink, 0, 0, shrink, view.x % HATCH, view.y % HATCH]));
    for (let f = 0; f < moved.n; f++) {
      const { former, grid } = moved.features[f].properties;
      const isPointed =
        this.pointed && this.pointed.former === former && this.pointed.grid === grid;
      ctx.beginPath();
      W.trace(ctx, moved, f, view, true);
      ctx.fillStyle = isPointed ? "rgba(29,95,168,0.38)" : "rgba(29,95,168,0.12)";
      ctx.fill("evenodd");
      ctx.fillStyle = texture;
      ctx.fill("evenodd");
    }
  }

  lines(ctx, view, seams, state, color, width, dash) {
    ctx.beginPath();
    seams.features.forEach((feature, f) => {
      if (feature.properties.state === state) W.trace(ctx, seams, f, view, false);
    });
    ctx.setLineDash(dash);
    ctx.lineCap = dash.length ? "butt" : "round";
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  /** Old grids of another system: dashed outlines over the seams of the plan. */
  outlines(ctx, view, old) {
    if (!old.n) return;
    const { model } = this;
    ctx.beginPath();
    for (let f = 0; f < model.shapes.seams.n; f++) W.trace(ctx, model.shapes.seams, f, view, false);
    ctx.strokeStyle = model.theme.tokens.accent;
    ctx.lineWidth = 2.4;
    ctx.stroke();
    ctx.beginPath();
    for (let f = 0; f < old.n; f++) W.trace(ctx, old, f, view, true);
    ctx.setLineDash([9, 5]);
    ctx.strokeStyle = "#ffffff";
    ctx.lineWidth = 5;
    ctx.stroke();
    ctx.strokeStyle = LEGACY;
    ctx.lineWidth = 2.6;
    ctx.stroke();
    ctx.setLineDash([]);
  }

  /** Point at the ground that goes from one grid to another. */
  show(former, grid) {
    this.pointed = { former, grid };
    if (this.canvas) this.canvas.redraw();
  }

  /** Return the box of that ground in units, a little wider; null where it has none. */
  boxOf(former, grid) {
    if (!this.shapes) return null;
    const { moved } = this.shapes;
    const f = moved.features.findIndex(
      ({ properties }) => properties.former === former && properties.grid === grid
    );
    if (f < 0) return null;
    const box = moved.box.subarray(4 * f, 4 * f + 4);
    const x = (box[2] - box[0]) * 0.5;
    const y = (box[3] - box[1]) * 0.5;
    return [box[0] - x, box[1] - y, box[2] + x, box[3] + y];
  }
}

function tileOf(color, ratio) {
  const tile = document.createElement("canvas");
  const side = Math.max(2, Math.round(HATCH * ratio));
  tile.width = tile.height = side;
  const pen = tile.getContext("2d");
  pen.strokeStyle = color;
  pen.globalAlpha = 0.75;
  pen.lineWidth = 1.2 * ratio;
  pen.beginPath();
  for (let d = -side; d <= side; d += side) {
    pen.moveTo(d - 2, side + 2);
    pen.lineTo(d + side + 2, -2);
  }
  pen.stroke();
  return tile;
}
