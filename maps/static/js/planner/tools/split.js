// The tool that splits a grid into balanced parts: a slider, and what would come of it.

import W from "../ground.js";
import { button, slider } from "../edit/hint.js";
import { paintFuture } from "../edit/painting.js";
import { takePointer } from "../edit/pointer.js";
import { Foresight } from "../edit/foresight.js";

const LEAST = 2;
const MOST = 6;

export const split = {
  name: "split",
  key: "s",
  edits: true,
  group: "grid",
  cursor: "pointer",
  start: (bench) => new Split(bench).held(),
};

function arrowOf({ off }) {
  return off > 0 ? "▲" : off < 0 ? "▼" : "";
}

class Split {
  constructor(bench) {
    this.bench = bench;
    this.seed = 0;
    this.foresight = new Foresight(bench, (seen) => this.seen(seen));
    this.grid = null;
  }

  held() {
    const { bench } = this;
    this.parts = slider({
      label: W.t("edit.split.parts"),
      low: LEAST,
      high: MOST,
      value: LEAST,
      show: (n) => W.t("edit.split.n", { n }),
      change: (n) => this.ask({ parts: n }),
    });
    this.other = button(W.t("edit.split.other"), () => this.ask({ seed: this.seed + 1 }));
    this.go = button(W.t("edit.split.do"), () => this.commit(), { primary: true });
    bench.overlay.set("tool", (ctx, model, view) => {
      if (this.future) paintFuture(ctx, model, view, this.future, bench.footprints);
    });
    bench.footprints.load().then(() => bench.overlay.redraw());
    const letGo = takePointer(bench.stage, {
      start: (spot) => {
        const grid = bench.gridAt(spot);
        if (grid) this.pick(grid);
        return false;
      },
      move: (spot) => bench.store.set({ hover: bench.gridAt(spot) }),
      out: () => bench.store.set({ hover: null }),
    });
    const { chosen } = bench.store.values;
    if (chosen) this.pick(chosen);
    else this.tell();
    return {
      hint: () => this.words(),
      extras: () => this.extras(),
      pick: (grid) => this.pick(grid),
      enter: () => this.commit(),
      cancel: () => this.cancel(),
      changed: () => this.refresh(),
      putDown: () => {
        letGo();
        this.foresight.stop();
        bench.store.set({ hover: null });
        bench.overlay.set("tool", null);
      },
    };
  }

  extras() {
    return this.grid ? [this.parts, this.other, this.go] : [];
  }

  words() {
    if (!this.grid) return W.t("edit.split.first");
    const name = { grid: this.grid.number };
    if (this.fault) return this.fault;
    if (!this.future) return W.t("edit.split.asking", name);
    const parts = this.future.map(({ grid }) => arrowOf(grid) + W.number(grid.households));
    return W.t("edit.split.seen", { ...name, parts: parts.join(" + ") });
  }

  /** Split as many times as the middle of the band goes into the grid, to begin with. */
  pick(grid) {
    const [low, high] = this.bench.band();
    const likely = Math.round((2 * grid.households) / (low + high));
    this.grid = grid;
    this.count = Math.max(LEAST, Math.min(MOST, likely));
    this.parts.setValue(this.count);
    if (this.bench.store.get("chosen") !== grid) this.bench.act.choose(grid, { stay: true });
    this.ask({ seed: 0 });
    return true;
  }

  get body() {
    const { count, grid, seed } = this;
    return { operation: "split_grid", grid: grid.code, parts: count, seed };
  }

  ask({ parts = this.count, seed = this.seed }) {
    this.count = parts;
    this.seed = seed;
    this.future = this.fault = null;
    this.tell();
    if (this.grid.locked) {
      this.fault = W.t("edit.locked.self", { grid: this.grid.number });
      this.tell();
      return;
    }
    this.foresight.ask(this.body);
  }

  seen({ future, fault }) {
    this.future = future;
    this.fault = fault && "✗ " + fault;
    this.tell();
  }

  refresh() {
    const now = this.grid && this.bench.session.model.byCode.get(this.grid.code);
    if (!now) this.cancel();
    else {
      this.grid = now;
      this.ask({});
    }
  }

  tell() {
    this.bench.hint.show(this.words(), this.extras());
    this.go.disabled = this.other.disabled = !this.future;
    this.bench.overlay.redraw();
  }

  commit() {
    if (!this.grid || !this.future || this.bench.session.mustWait) return;
    const { body } = this;
    this.grid = this.future = null;
    this.foresight.stop();
    this.bench.session.submit(body);
    this.tell();
  }

  cancel() {
    if (!this.grid) return false;
    this.grid = this.future = this.fault = null;
    this.foresight.stop();
    this.tell();
    return true;
  }
}
