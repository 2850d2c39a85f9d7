// The tool that makes a new grid: of a polygon drawn, or of cells picked one by one.

import W from "../ground.js";
import { sideLines, warn } from "../edit/beside.js";
import { button, choice } from "../edit/hint.js";
import { LineTool } from "../edit/line-tool.js";
import { INK, hatchCells, paintCells } from "../edit/painting.js";
import { outlineOf } from "../edit/outline.js";
import { takePointer } from "../edit/pointer.js";

const TYPES = ["resident", "exclusive", "reserved"];

export const draw = {
  name: "draw",
  key: "d",
  edits: true,
  group: "line",
  cursor: "crosshair",
  start: (bench) => new Draw(bench).held(),
};

class Draw {
  constructor(bench) {
    this.bench = bench;
    this.type = "resident";
    this.mode = "polygon";
    this.types = choice(
      W.t("edit.type"),
      TYPES.map((type) => [type, W.t(`type.${type}.short`)]),
      this.type,
      (type) => {
        this.type = type;
        if (this.inner.retype) this.inner.retype();
      }
    );
    this.modes = choice(
      W.t("edit.draw.how"),
      [
        ["polygon", W.t("edit.draw.polygon")],
        ["cells", W.t("edit.draw.cells")],
      ],
      this.mode,
      (mode) => this.switch(mode)
    );
    this.begin();
  }

  begin() {
    const { bench } = this;
    const stored = (answer) => {
      const known = new Set(answer.sides.filter((s) => s.before).map((s) => s.code));
      const fresh = answer.grids.features.find((f) => !known.has(f.properties.code));
      if (fresh) bench.act.chooseCode(fresh.properties.code);
    };
    this.inner =
      this.mode === "polygon"
        ? new LineTool(bench, {
            name: "draw",
            least: 3,
            closed: true,
            orphans: true,
            stored,
            extras: () => [this.modes, this.types],
            body: () => ({ operation: "draw_grid", type: this.type, name: "" }),
          }).held()
        : new Picked(bench, this, stored).held();
  }

  switch(mode) {
    if (mode === this.mode) return;
    this.inner.putDown();
    this.mode = mode;
    this.begin();
    this.bench.hint.show(this.inner.hint(), this.inner.extras());
  }

  held() {
    const pass = (name) => (...given) => this.inner[name] && this.inner[name](...given);
    return {
      hint: pass("hint"),
      extras: pass("extras"),
      enter: pass("enter"),
      back: pass("back"),
      cancel: pass("cancel"),
      changed: pass("changed"),
      putDown: pass("putDown"),
    };
  }
}

/** Cells picked by click or stroke; a second click leaves one out again. */
class Picked {
  constructor(bench, draw, stored) {
    this.bench = bench;
    this.draw = draw;
    this.stored = stored;
    this.cells = new Set();
    this.go = button(W.t("edit.line.finish"), () => this.commit(false), { primary: true });
    bench.overlay.set("tool", (ctx, model, view) => this.paint(ctx, model, view));
    this.letGo = takePointer(bench.stage, {
      start: (spot) => this.press(spot),
      drag: (spot) => this.drag(spot),
      end: () => {},
      cancel: () => this.cancel(),
      move: (spot) => this.hover(spot),
      out: () => bench.beside.hide(),
    });
  }

  held() {
    return {
      hint: () => W.t("edit.draw.pick"),
      extras: () => [this.draw.modes, this.draw.types, this.go],
      enter: () => this.commit(false),
      cancel: () => this.cancel(),
      changed: () => this.cancel(),
      putDown: () => {
        this.letGo();
        this.bench.beside.hide();
        this.bench.overlay.set("tool", null);
      },
    };
  }

  cellAt(spot) {
    const { x, y } = this.bench.stage.unitsAt(spot);
    return this.bench.session.mesh.cellAt(x, y);
  }

  press(spot) {
    const f = this.cellAt(spot);
    if (f < 0 || this.bench.session.mustWait) return false;
    this.adding = !this.cells.has(f);
    this.drag(spot);
    return true;
  }

  drag(spot) {
    const f = this.cellAt(spot);
    const { mesh, model } = this.bench.session;
    const grid = f >= 0 && model.byCode.get(mesh.code[f]);
    if (grid && grid.locked) {
      this.bench.beside.refuse(spot, W.t("edit.locked.self", { grid: grid.number }));
      return;
    }
    if (f >= 0 && this.adding) this.cells.add(f);
    else if (f >= 0) this.cells.delete(f);
    this.hover(spot);
  }

  hover(spot) {
    const { beside, overlay, session } = this.bench;
    overlay.redraw();
    if (beside.isSaying) return;
    if (!this.cells.size) {
      beside.hide();
      return;
    }
    const [, ...givers] = session.mesh.sides(this.cells, "");
    const n = session.mesh.householdsOf([...this.cells]);
    const words = W.t("edit.draw.sum", { n: W.number(n) });
    const broken = session.mesh.broken(this.cells, "");
    beside.show(spot, [
      W.el("p", {}, words),
      givers.length ? sideLines(session.model, givers) : null,
      ...broken.map(({ code, emptied }) => {
        const grid = session.model.byCode.get(code);
        if (!grid) return warn(W.t("edit.draw.apart"));
        return warn(W.t(emptied ? "edit.empties" : "edit.breaks", { grid: grid.number }));
      }),
    ]);
  }

  commit(agreed) {
    const { bench, cells } = this;
    if (!cells.size || bench.session.mustWait) return;
    const polygon = outlineOf(bench.session.model, cells);
    const body = {
      operation: "draw_grid",
      polygon,
      type: this.draw.type,
      name: "",
      // The outline runs along edges of cells: whatever stands there stays whole.
      buildings: "through",
    };
    if (agreed) body.orphans = "hand_over";
    bench.session.submit(body).then((answer) => {
      if (!answer) return;
      this.cancel();
      this.stored(answer);
    });
  }

  cancel() {
    if (!this.cells.size) return false;
    this.cells.clear();
    this.bench.beside.hide();
    this.bench.overlay.redraw();
    return true;
  }

  paint(ctx, model, view) {
    const places = [...this.cells];
    paintCells(ctx, model, view, places, { fill: INK.take, stroke: INK.accent });
    hatchCells(ctx, model, view, places, INK.accent);
  }
}
