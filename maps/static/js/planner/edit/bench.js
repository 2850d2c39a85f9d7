// The workbench: what every tool of the planner may use, and the parts that show editing.

import W from "../ground.js";
import { Beside } from "./beside.js";
import { CardEdit } from "./card-edit.js";
import { Faults } from "./faults.js";
import { Footprints } from "./footprints.js";
import { Hint } from "./hint.js";
import { More } from "./more.js";
import { Overlay } from "./overlay.js";
import { paintPending } from "./painting.js";
import { Proving } from "./proving.js";
import { ReadOnly } from "./read-only.js";
import { Saving } from "./saving.js";
import { Session } from "./session.js";
import { Todo } from "./todo.js";
import { UndoBar } from "./undo-bar.js";

export class Bench {
  constructor(desk) {
    const { act, stage, store } = desk;
    this.desk = desk;
    this.act = act;
    this.stage = stage;
    this.store = store;
    this.session = new Session(desk);
    this.overlay = new Overlay(stage, store);
    this.beside = new Beside(stage);
    this.hint = new Hint();
    this.faults = new Faults(this.overlay, this.beside, this.session);
    this.footprints = new Footprints(store);
    this.more = new More(this);
    this.card = new CardEdit(this);
    this.todo = new Todo(this);
    this.undo = new UndoBar(this);
    this.saving = new Saving(this);
    this.readOnly = new ReadOnly(this);
    this.proving = new Proving(this);
    store.on(["edition", "saving", "editing"], () => this.showPending());
    store.on(["model"], () => this.leave());
    this.markFocus(stage.map.getContainer());
  }

  /** Leaflet puts the focus on the map with every press; only Tab needs to see it. */
  markFocus(box) {
    box.addEventListener("pointerdown", () => box.classList.add("by-pointer"), true);
    box.addEventListener("blur", () => box.classList.remove("by-pointer"));
  }

  leave() {
    this.beside.hide();
    this.faults.clear();
    this.overlay.redraw();
  }

  /** Cells on their way look as if they had arrived; hatched where that takes long. */
  showPending() {
    const { session, store } = this;
    const pending = store.get("editing") ? session.pending : [];
    const late = session.outbox.isRetrying;
    this.overlay.set(
      "pending",
      pending.length &&
        ((ctx, model, view) => paintPending(ctx, model, view, pending, late))
    );
  }

  band() {
    const { low, high } = this.session.model;
    return [low, high];
  }

  gridAt(spot) {
    const { mesh, model } = this.session;
    const { x, y } = this.stage.unitsAt(spot);
    const f = mesh.cellAt(x, y);
    const code = f >= 0 ? mesh.code[f] : null;
    return (code && model.byCode.get(code)) || null;
  }

  /** The [x, y] of the map where a grid has its label. */
  middleOf(grid) {
    const view = this.stage.view();
    const [x, y] = grid.label;
    return [x * view.k + view.x, view.y - y * view.k];
  }

  /** Look at some cells and grids, and mark them for a while. */
  look(cells, grids) {
    const { mesh, model } = this.session;
    const places = mesh.placesOf(cells);
    const boxes = [
      ...places.map((f) => boxOf(model.shapes.cells, f)),
      ...grids
        .map((code) => model.byCode.get(code))
        .filter(Boolean)
        .map((grid) => boxOf(model.shapes.grids, grid.id)),
    ];
    if (!boxes.length) return false;
    const all = boxes.reduce((a, b) => [
      Math.min(a[0], b[0]),
      Math.min(a[1], b[1]),
      Math.max(a[2], b[2]),
      Math.max(a[3], b[3]),
    ]);
    const dx = (all[2] - all[0]) * 0.3;
    const dy = (all[3] - all[1]) * 0.3;
    const wide = [all[0] - dx, all[1] - dy, all[2] + dx, all[3] + dy];
    this.stage.fit(W.toBounds(model.data, wide), 18.5);
    return true;
  }
}

function boxOf(shapes, f) {
  return [...shapes.box.subarray(4 * f, 4 * f + 4)];
}
