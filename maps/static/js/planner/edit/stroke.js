// Cells that a stroke gathers for one grid: locked ones resist, and both sides are known
// before anything is sent. The brush, the box and the lasso all end here.

import W from "../ground.js";
import { sideLines, warn } from "./beside.js";
import { INK, hatchCells, paintCells, tintOf } from "./painting.js";

const SIDES_SHOWN = 4;

export class Stroke {
  constructor(bench, to) {
    this.bench = bench;
    this.mesh = bench.session.mesh;
    this.model = bench.session.model;
    this.to = to;
    this.cells = new Set();
    this.resisting = new Set();
  }

  get isEmpty() {
    return this.cells.size === 0;
  }

  /** Add cells; those of locked grids stay where they are. */
  add(places) {
    const before = this.cells.size + this.resisting.size;
    places.forEach((f) => {
      const code = this.mesh.code[f];
      if (code === this.to) return;
      const grid = code && this.model.byCode.get(code);
      if (grid && grid.locked) this.resisting.add(f);
      else this.cells.add(f);
    });
    const grown = this.cells.size + this.resisting.size > before;
    if (grown) this.weighed = null;
    return grown;
  }

  set(places) {
    this.cells.clear();
    this.resisting.clear();
    this.weighed = null;
    this.add(places);
  }

  weigh() {
    if (!this.weighed) {
      const { cells, mesh, to } = this;
      const sides = cells.size ? mesh.sides(cells, to) : [];
      this.weighed = { sides, broken: cells.size ? mesh.broken(cells, to) : [] };
    }
    return this.weighed;
  }

  /** The lines beside the cursor. */
  lines() {
    const { sides, broken } = this.weigh();
    const lines = sides.length ? [sideLines(this.model, sides.slice(0, SIDES_SHOWN))] : [];
    if (this.resisting.size) lines.push(warn(this.resistance()));
    return [...lines, ...broken.map((each) => warn(this.breakWords(each)))];
  }

  resistance() {
    const codes = new Set([...this.resisting].map((f) => this.mesh.code[f]));
    const names = [...codes].map((code) => this.numberOf(code)).sort();
    return W.t("edit.locked", { grids: names.join(W.t("edit.and")) });
  }

  breakWords({ code, emptied }) {
    const key = emptied ? "empties" : code === this.to ? "apart" : "breaks";
    return W.t("edit." + key, { grid: this.numberOf(code) });
  }

  numberOf(code) {
    const grid = this.model.byCode.get(code);
    return grid ? grid.number : String(code).slice(-3);
  }

  paint(ctx, model, view) {
    const grid = model.byCode.get(this.to);
    const places = [...this.cells];
    ctx.globalAlpha = 0.85;
    paintCells(ctx, model, view, places, { fill: tintOf(model, grid) });
    ctx.globalAlpha = 1;
    paintCells(ctx, model, view, places, { fill: INK.take, stroke: INK.accent });
    const stuck = [...this.resisting];
    paintCells(ctx, model, view, stuck, { fill: INK.lockedWash, stroke: INK.locked });
    hatchCells(ctx, model, view, stuck, INK.locked);
    this.weigh().broken.forEach(({ lesser }) => {
      const look = { fill: INK.refuseWash, stroke: INK.refuse };
      paintCells(ctx, model, view, lesser, look);
    });
  }

  /** Send it, or say why that would be no use. `agreed` takes along what is cut off. */
  commit(spot, agreed) {
    const { bench, cells, mesh, to } = this;
    if (this.isEmpty) {
      if (this.resisting.size) this.refuse(spot, this.resistance(), [...this.resisting]);
      return null;
    }
    const { broken } = this.weigh();
    // The part that is taken must touch the grid; nobody can agree to that.
    const hopeless = broken.find(({ code, emptied }) => code === to && !emptied);
    const first = hopeless || (!agreed && broken[0]);
    if (first) {
      this.refuse(spot, this.breakWords(first), first.lesser);
      return null;
    }
    const body = { operation: "reassign", cells: mesh.numbersOf(cells), to };
    if (broken.some(({ emptied }) => emptied)) body.remove_emptied = true;
    const parted = broken.some(({ emptied }) => !emptied);
    if (parted) body.orphans = "hand_over";
    const moves = broken.length ? null : { cells: body.cells, to };
    return bench.session.submit(body, { moves, at: spot });
  }

  refuse(spot, words, places) {
    const cells = this.mesh.numbersOf(places);
    this.bench.faults.show({ words, at: spot, cells });
  }
}

/** Say whether a grid can be painted into now; if not, say why at the cursor. */
export function canPaint(bench, grid, spot) {
  const { beside, session } = bench;
  if (session.mustWait) {
    beside.refuse(spot, W.t("edit.wait"));
    return false;
  }
  if (!grid) {
    beside.refuse(spot, W.t("edit.no_grid"));
    return false;
  }
  if (grid.locked) {
    beside.refuse(spot, W.t("edit.locked.self", { grid: grid.number }));
    return false;
  }
  return true;
}
