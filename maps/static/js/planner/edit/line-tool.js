// What the tools that draw a line share: input, preview, words, sending.

import W from "../ground.js";
import { say, sideLines, warn } from "./beside.js";
import { degreesOf, unitsOf } from "./change.js";
import { Foresight } from "./foresight.js";
import { button } from "./hint.js";
import { LineInput } from "./line-input.js";
import { INK, paintBuildings, paintDots, paintFuture, paintLine } from "./painting.js";

const SIDES_SHOWN = 4;

export class LineTool {
  /**
   * `kind` has name, least (points), closed, body(way, bench) → the edit without line, or
   * {fault} in words, and may have snap(point, bench), extras(tool), paint(…).
   */
  constructor(bench, kind) {
    this.bench = bench;
    this.kind = kind;
    this.seen = {};
    this.through = false;
    this.foresight = new Foresight(bench, (seen) => this.take(seen));
    const snap = kind.snap && ((point) => kind.snap(point, bench, this));
    this.line = new LineInput(
      bench,
      {
        mayBegin: (spot) => this.mayBegin(spot),
        changed: () => this.changed(),
        done: (event) => this.commit(event.shiftKey),
      },
      snap
    );
    this.makeButtons();
    bench.footprints.load().then(() => bench.overlay.redraw());
    bench.overlay.set("tool", (ctx, model, view) => this.paint(ctx, model, view));
  }

  held() {
    return {
      hint: () => this.words(),
      extras: () => this.extras(),
      enter: () => this.commit(false),
      back: () => this.line.back(),
      cancel: () => this.cancel(),
      changed: () => this.forget(),
      putDown: () => {
        this.line.letGo();
        this.foresight.stop();
        this.bench.beside.hide();
        this.bench.overlay.set("tool", null);
      },
    };
  }

  makeButtons() {
    this.finish = button(W.t("edit.line.finish"), () => this.commit(false), { primary: true });
    this.undo = button(W.t("edit.line.back"), () => this.line.back());
    const box = W.el("input", { type: "checkbox" });
    box.addEventListener("change", () => {
      this.through = box.checked;
      this.changed();
    });
    this.cross = W.el("label", { class: "setting" }, box, W.t("edit.line.through"));
  }

  extras() {
    const own = this.kind.extras ? this.kind.extras(this) : [];
    return [...own, this.cross, this.undo, this.finish];
  }

  get isLong() {
    return this.line.way.length >= this.kind.least;
  }

  words() {
    const { name } = this.kind;
    if (this.line.isEmpty) return W.t(`edit.${name}.begin`);
    return W.t(`edit.${name}.go`);
  }

  mayBegin(spot) {
    if (!this.bench.session.mustWait) return true;
    this.bench.beside.refuse(spot, W.t("edit.wait"));
    return false;
  }

  changed() {
    const { bench, line } = this;
    bench.hint.say(this.words());
    this.finish.disabled = line.points.length < this.kind.least;
    this.undo.disabled = line.isEmpty;
    this.tellBuildings();
    const asked = this.isLong ? JSON.stringify(this.body()) : "";
    if (asked !== this.asked) {
      this.asked = asked;
      this.seen = {};
      this.foresight.stop();
      if (this.isLong) this.look();
    }
    this.showBeside();
    bench.overlay.redraw();
  }

  look() {
    const body = this.body();
    if (body.fault) this.seen = { fault: body.fault };
    else this.foresight.ask(body);
  }

  /** Buildings the line runs through, known without asking. */
  tellBuildings() {
    const { footprints } = this.bench;
    const way = this.kind.closed && this.line.way.length > 2
      ? [...this.line.way, this.line.way[0]]
      : this.line.way;
    this.hit = way.length > 1 ? [...footprints.under(way)] : [];
  }

  get crossing() {
    return this.through || this.line.alt;
  }

  body(agreed = false) {
    const { bench, kind, line } = this;
    const way = line.way;
    const edit = kind.body(way, bench, this);
    if (edit.fault) return edit;
    const degrees = way.map((point) => degreesOf(bench.session.model, point));
    const shape = kind.closed ? { polygon: [...degrees, degrees[0]] } : { line: degrees };
    const orphans = agreed && kind.orphans ? { orphans: "hand_over" } : {};
    const buildings = this.crossing ? "through" : "around";
    return { ...edit, ...shape, ...orphans, buildings };
  }

  take(seen) {
    this.seen = seen;
    this.showBeside();
    this.bench.overlay.redraw();
  }

  showBeside() {
    const { beside } = this.bench;
    const { spot } = this.line;
    if (!spot || beside.isSaying) return;
    if (this.line.isEmpty) {
      beside.hide();
      return;
    }
    const { answer, fault } = this.seen;
    const lines = [];
    if (answer) lines.push(sideLines(this.bench.session.model, this.sidesOf(answer)));
    if (fault) lines.push(warn(fault));
    if (this.hit.length && !fault) {
      const key = this.crossing ? "edit.line.cuts" : "edit.line.around";
      lines.push((this.crossing ? warn : say)(W.t(key, { n: this.hit.length })));
    }
    beside.show(spot, lines);
  }

  /** Households of the grids of an answer; a new one counts as a grid of its type. */
  sidesOf({ sides, grids }) {
    const { model } = this.bench.session;
    const after = new Map(grids.features.map(({ properties }) => [properties.code, properties]));
    const told = sides.filter(
      ({ code, before, after: then }) => before !== then || !model.byCode.has(code)
    );
    return (told.length ? told : sides.slice(0, 1)).slice(0, SIDES_SHOWN).map((side) => {
      const given = after.get(side.code);
      const grid = model.byCode.get(side.code) ||
        (given && { ...given, number: given.number || given.code.slice(-3) });
      return { code: side.code, grid, before: side.before, after: side.after };
    });
  }

  commit(agreed) {
    const { bench, line } = this;
    if (bench.session.mustWait || line.isEmpty) return;
    const { spot } = line;
    line.tip = null;
    if (line.points.length < this.kind.least) {
      bench.beside.refuse(spot || [0, 0], W.t("edit.line.short"));
      return;
    }
    const body = this.body(agreed);
    if (body.fault) {
      bench.beside.refuse(spot, body.fault);
      return;
    }
    this.foresight.stop();
    // A refused line stays, to be mended in place of drawn again.
    this.sending = true;
    bench.session.submit(body, { at: spot }).then((answer) => {
      this.sending = false;
      if (answer) {
        this.cancel();
        if (this.kind.stored) this.kind.stored(answer, bench);
      }
    });
  }

  forget() {
    if (!this.sending) this.changed();
  }

  cancel() {
    if (this.line.isEmpty) return false;
    this.line.clear();
    this.foresight.stop();
    this.seen = {};
    this.asked = "";
    this.hit = [];
    this.bench.beside.hide();
    this.changed();
    return true;
  }

  paint(ctx, model, view) {
    const { closed } = this.kind;
    const { free, near, points, way } = this.line;
    const { answer, fault, future } = this.seen;
    if (this.kind.paint) this.kind.paint(ctx, model, view, this.bench);
    if (future) paintFuture(ctx, model, view, future, this.bench.footprints);
    const red = fault || (this.hit && this.hit.length && this.crossing);
    const color = red ? INK.refuse : INK.accent;
    const drawn = answer && answer.line ? linesOf(model, answer.line) : [];
    drawn.forEach((each) => paintLine(ctx, view, each, { color: INK.accent, width: 3 }));
    const dash = drawn.length ? [4, 5] : [];
    paintLine(ctx, view, way, { color, dash, close: closed && way.length > 2 });
    if (free) paintFree(ctx, free, color);
    if (this.hit) paintBuildings(ctx, model, view, this.hit, this.bench.footprints, INK.refuse);
    paintDots(ctx, view, points, color);
    if (near) paintDots(ctx, view, [near], INK.accent, 3.5);
  }
}

function paintFree(ctx, spots, color) {
  ctx.beginPath();
  spots.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.strokeStyle = INK.halo;
  ctx.lineWidth = 5;
  ctx.stroke();
  ctx.strokeStyle = color;
  ctx.lineWidth = 2.5;
  ctx.stroke();
}

/** Return the lines of a GeoJSON geometry in the plan's units. */
function linesOf(model, { type, coordinates }) {
  const lines = type === "LineString" ? [coordinates] : coordinates;
  return lines.map((line) => line.map((place) => unitsOf(model, place)));
}
