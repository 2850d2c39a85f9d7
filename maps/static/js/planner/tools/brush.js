// The brush: paints cells into the grid in hand, by pointer or cell by cell with keys.
// The size is kept for next time.

import W from "../ground.js";
import { CellCursor } from "../edit/cell-cursor.js";
import { slider } from "../edit/hint.js";
import { takePointer } from "../edit/pointer.js";
import { Stroke, canPaint } from "../edit/stroke.js";
import { recall, remember } from "../memory.js";

const LEAST = 4;
const MOST = 96;
const STEP = 8;

export const brush = {
  name: "brush",
  key: "b",
  edits: true,
  group: "paint",
  cursor: "crosshair",

  start(bench) {
    return new Brush(bench).held();
  },
};

class Brush {
  constructor(bench) {
    this.bench = bench;
    this.size = recall("brush", 18);
    this.stroke = null;
    this.spot = null;
    this.cursor = new CellCursor(bench);
    // An element moves for nothing, where a canvas is painted anew for every step.
    this.ring = W.el("i", { class: "brush-ring", "aria-hidden": "true", hidden: true });
    bench.stage.map.getContainer().append(this.ring);
  }

  held() {
    const { bench } = this;
    this.setting = slider({
      label: W.t("edit.brush.size"),
      low: LEAST,
      high: MOST,
      value: this.size,
      show: (value) => W.number(value),
      change: (value) => this.resize(value),
    });
    bench.overlay.set("tool", (ctx, model, view) => this.paint(ctx, model, view));
    const letGo = takePointer(bench.stage, {
      start: (spot) => this.begin(spot),
      drag: (spot) => this.drag(spot),
      end: (spot, event) => this.end(spot, event.shiftKey),
      cancel: () => this.cancel(),
      move: (spot) => this.hover(spot),
      out: () => this.leave(),
    });
    const { cursor } = this;
    const sizes = { "[": () => this.grow(-STEP), "]": () => this.grow(STEP) };
    return {
      hint: () => this.hint(),
      extras: () => [this.setting],
      cancel: () => this.cancel() || cursor.leave(),
      // Without a cell in hand, arrows move the map.
      get keys() {
        return cursor.isOn ? { ...sizes, ...cursor.keys } : sizes;
      },
      cursor,
      nextCell: () => cursor.next(),
      enter: (agreed) => cursor.isOn && cursor.give(agreed),
      changed: () => cursor.refresh(),
      putDown: () => {
        letGo();
        cursor.leave();
        this.leave();
        this.ring.remove();
        bench.overlay.set("tool", null);
      },
    };
  }

  hint() {
    const { chosen } = this.bench.store.values;
    return chosen
      ? W.t("edit.brush.into", { grid: chosen.number })
      : W.t("edit.brush.begin");
  }

  grow(by) {
    this.resize(Math.max(LEAST, Math.min(MOST, this.size + by)));
    this.setting.setValue(this.size);
  }

  resize(size) {
    this.size = size;
    remember("brush", size);
    this.moveRing();
  }

  /** Cells under the brush at a spot: the one it stands on and those it reaches. */
  under(spot) {
    const { session, stage } = this.bench;
    const { x, y } = stage.unitsAt(spot);
    const found = session.mesh.cellsAround(x, y, this.size / stage.view().k);
    const at = session.mesh.cellAt(x, y);
    if (at >= 0 && !found.includes(at)) found.push(at);
    return found;
  }

  begin(spot) {
    const { bench } = this;
    const { chosen } = bench.store.values;
    const into = chosen || bench.gridAt(spot);
    if (!canPaint(bench, into, spot)) return false;
    if (!chosen) bench.act.choose(into, { stay: true });
    this.cursor.leave();
    this.stroke = new Stroke(bench, into.code);
    this.last = spot;
    this.drag(spot);
    return true;
  }

  drag(spot) {
    if (!this.stroke) return;
    const [x, y] = this.last;
    const way = Math.hypot(spot[0] - x, spot[1] - y);
    const steps = Math.max(1, Math.ceil(way / Math.max(4, this.size / 2)));
    for (let i = 1; i <= steps; i++) {
      const t = i / steps;
      const under = this.under([x + (spot[0] - x) * t, y + (spot[1] - y) * t]);
      if (this.stroke.add(under)) this.grown = true;
    }
    this.last = this.spot = spot;
    this.tell();
  }

  /** Words and picture follow at most once a frame, whatever the pointer does. */
  tell() {
    if (this.asked) return;
    this.asked = window.requestAnimationFrame(() => {
      this.asked = null;
      const { beside, overlay } = this.bench;
      this.moveRing();
      if (!this.stroke || !this.spot) return;
      if (this.grown) beside.show(this.spot, this.stroke.lines());
      else beside.move(this.spot);
      if (this.grown) overlay.redraw();
      this.grown = false;
    });
  }

  moveRing() {
    const { ring, size, spot } = this;
    ring.hidden = !spot;
    if (!spot) return;
    ring.style.width = ring.style.height = 2 * size + "px";
    ring.style.transform = `translate(${spot[0] - size}px, ${spot[1] - size}px)`;
  }

  end(spot, agreed) {
    const { stroke } = this;
    if (!stroke) return;
    this.stroke = null;
    this.bench.beside.hide();
    stroke.commit(spot, agreed);
    this.bench.overlay.redraw();
  }

  /** Before the press: what one touch would do. */
  hover(spot) {
    // Browsers send moves of a mouse that rests, too.
    if (this.cursor.isOn && !isMoved(this.spot, spot)) return;
    this.spot = spot;
    this.cursor.leave();
    const { beside, store } = this.bench;
    const { chosen } = store.values;
    this.moveRing();
    if (beside.isSaying) return;
    if (!chosen || chosen.locked) {
      beside.hide();
      return;
    }
    const touch = new Stroke(this.bench, chosen.code);
    touch.add(this.under(spot));
    beside.show(spot, touch.isEmpty && !touch.resisting.size ? [] : touch.lines());
  }

  leave() {
    this.spot = null;
    if (!this.bench.beside.isSaying) this.bench.beside.hide();
    this.moveRing();
  }

  cancel() {
    if (!this.stroke) return false;
    this.stroke = null;
    this.bench.beside.hide();
    this.bench.overlay.redraw();
    return true;
  }

  paint(ctx, model, view) {
    if (this.stroke) this.stroke.paint(ctx, model, view);
    this.cursor.paint(ctx, model, view);
  }
}

function isMoved(from, to) {
  return !from || Math.hypot(to[0] - from[0], to[1] - from[1]) > 2;
}
