// The box and the lasso: cells whose inner point lies within go into the grid in hand.

import W from "../ground.js";
import { INK } from "../edit/painting.js";
import { takePointer } from "../edit/pointer.js";
import { Stroke, canPaint } from "../edit/stroke.js";

const LEAST_PX = 3;

/** Return a tool whose drag gives a ring of spots; `ringOf(spots)` makes it. */
function areaTool(name, key, ringOf) {
  return {
    name,
    key,
    edits: true,
    group: "paint",
    cursor: "crosshair",
    start: (bench) => new Area(bench, name, ringOf).held(),
  };
}

export const box = areaTool("box", "r", (spots) => {
  const [x0, y0] = spots[0];
  const [x1, y1] = spots[spots.length - 1];
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
});

export const lasso = areaTool("lasso", "q", (spots) => spots);

class Area {
  constructor(bench, name, ringOf) {
    this.bench = bench;
    this.name = name;
    this.ringOf = ringOf;
    this.spots = null;
  }

  held() {
    const { bench } = this;
    bench.overlay.set("tool", (ctx, model, view) => this.paint(ctx, model, view));
    const letGo = takePointer(bench.stage, {
      start: (spot) => this.begin(spot),
      drag: (spot) => this.drag(spot),
      end: (spot, event) => this.end(spot, event.shiftKey),
      cancel: () => this.cancel(),
      move: () => {},
    });
    return {
      hint: () => {
        const { chosen } = bench.store.values;
        return chosen
          ? W.t(`edit.${this.name}.into`, { grid: chosen.number })
          : W.t("edit.area.begin");
      },
      cancel: () => this.cancel(),
      putDown: () => {
        letGo();
        this.cancel();
        bench.overlay.set("tool", null);
      },
    };
  }

  begin(spot) {
    const { bench } = this;
    const { chosen } = bench.store.values;
    const into = chosen || bench.gridAt(spot);
    if (!canPaint(bench, into, spot)) return false;
    if (!chosen) bench.act.choose(into, { stay: true });
    this.stroke = new Stroke(bench, into.code);
    this.spots = [spot];
    return true;
  }

  drag(spot) {
    if (!this.stroke) return;
    const last = this.spots[this.spots.length - 1];
    if (Math.hypot(spot[0] - last[0], spot[1] - last[1]) < LEAST_PX) return;
    this.spots.push(spot);
    if (this.asked) return;
    this.asked = window.requestAnimationFrame(() => {
      this.asked = null;
      if (!this.stroke) return;
      this.gather();
      const { beside, overlay } = this.bench;
      beside.show(this.spots[this.spots.length - 1], this.stroke.lines());
      overlay.redraw();
    });
  }

  gather() {
    const { session, stage } = this.bench;
    const ring = this.ringOf(this.spots).map((spot) => {
      const { x, y } = stage.unitsAt(spot);
      return [x, y];
    });
    this.stroke.set(session.mesh.cellsWithin(ring));
  }

  end(spot, agreed) {
    const { stroke } = this;
    if (!stroke) return;
    this.spots.push(spot);
    this.gather();
    this.stroke = this.spots = null;
    this.bench.beside.hide();
    stroke.commit(spot, agreed);
    this.bench.overlay.redraw();
  }

  cancel() {
    if (!this.stroke) return false;
    this.stroke = this.spots = null;
    this.bench.beside.hide();
    this.bench.overlay.redraw();
    return true;
  }

  paint(ctx, model, view) {
    if (!this.stroke) return;
    this.stroke.paint(ctx, model, view);
    ctx.beginPath();
    this.ringOf(this.spots).forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.closePath();
    ctx.fillStyle = "rgba(29,95,168,0.06)";
    ctx.fill();
    ctx.setLineDash([6, 4]);
    ctx.strokeStyle = INK.accent;
    ctx.lineWidth = 1.5;
    ctx.stroke();
    ctx.setLineDash([]);
  }
}
