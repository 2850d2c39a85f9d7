// Painting without a mouse: a cell in hand that arrows move and Enter gives to the grid.

import W from "../ground.js";
import { say } from "./beside.js";
import { INK, paintCells } from "./painting.js";
import { Stroke, canPaint } from "./stroke.js";

const WAYS = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};
const SIDEWAYS = 2.5;
const ROOM_PX = 40;

export class CellCursor {
  constructor(bench) {
    this.bench = bench;
    this.place = null;
    this.keys = Object.fromEntries(
      Object.entries(WAYS).map(([key, way]) => [key, () => this.step(way)])
    );
  }

  get isOn() {
    return this.place !== null;
  }

  /** Take the next cell beside the chosen grid, in turn around it. */
  next() {
    const { bench } = this;
    const { chosen } = bench.store.values;
    if (!chosen) {
      W.byId("announce").textContent = W.t("edit.cell.begin");
      bench.hint.say(W.t("edit.cell.begin"));
      return;
    }
    const around = this.around(chosen);
    if (!around.length) return;
    const onwards = around.find(({ turn }) => this.isOn && turn > this.turn);
    bench.stage.map.getContainer().focus({ preventScroll: true });
    const { f, turn } = onwards || around[0];
    this.turn = turn;
    this.take(f);
  }

  /** Cells that touch a grid and may go to it, clockwise from the north. */
  around(grid) {
    const { mesh, model } = this.bench.session;
    const own = mesh.cellsOf(grid.code);
    const [x, y] = grid.label;
    const turnOf = (f) => {
      const [cx, cy] = mesh.spot(f);
      return (Math.atan2(cx - x, cy - y) + 2 * Math.PI) % (2 * Math.PI);
    };
    const isFree = (f) => {
      const other = model.byCode.get(mesh.code[f]);
      return mesh.code[f] !== grid.code && !(other && other.locked);
    };
    return [...new Set(own.flatMap((f) => mesh.links[f]))]
      .filter(isFree)
      .map((f) => ({ f, turn: turnOf(f) }))
      .sort((a, b) => a.turn - b.turn);
  }

  /** Go to the cell that lies nearest in a direction. */
  step([dx, dy]) {
    const { mesh } = this.bench.session;
    const [x, y] = mesh.spot(this.place);
    let best = null;
    let least = Infinity;
    for (let f = 0; f < mesh.count; f++) {
      const [cx, cy] = mesh.spot(f);
      const ahead = (cx - x) * dx + (cy - y) * dy;
      const aside = Math.abs((cx - x) * dy - (cy - y) * dx);
      const touches = mesh.links[this.place].includes(f);
      const far = (ahead + SIDEWAYS * aside) * (touches ? 0.5 : 1);
      if (f === this.place || ahead <= 0 || aside > 2 * ahead || far >= least) continue;
      least = far;
      best = f;
    }
    if (best !== null) this.take(best);
  }

  take(place) {
    this.place = place;
    this.reveal();
    this.tell();
    W.byId("announce").textContent = this.words();
    this.bench.overlay.redraw();
  }

  /** Move the map only if the cell is not to be seen. */
  reveal() {
    const { stage, session } = this.bench;
    const [x, y] = session.mesh.spot(this.place);
    const { paddingTopLeft, paddingBottomRight } = stage.padding();
    stage.map.panInside(W.toLatLng(session.model.data, x, y), {
      paddingTopLeft: paddingTopLeft.map((px) => px + ROOM_PX),
      paddingBottomRight: paddingBottomRight.map((px) => px + ROOM_PX),
      animate: false,
    });
  }

  get spot() {
    const view = this.bench.stage.view();
    const [x, y] = this.bench.session.mesh.spot(this.place);
    return [x * view.k + view.x, view.y - y * view.k];
  }

  stroke(grid) {
    const stroke = new Stroke(this.bench, grid.code);
    stroke.add([this.place]);
    return stroke;
  }

  /** Show beside the cell what giving it would make of both sides. */
  tell() {
    this.bench.beside.show(this.spot, this.lines());
  }

  lines() {
    const { mesh, model } = this.bench.session;
    const { chosen } = this.bench.store.values;
    const { number, households } = mesh.cells[this.place];
    const grid = model.byCode.get(mesh.code[this.place]);
    const given = { cell: number, n: W.number(households), grid: grid ? grid.number : "" };
    const lines = [say(W.t(grid ? "edit.cell.of" : "edit.cell.loose", given))];
    if (!chosen || grid === chosen) return lines;
    const stroke = this.stroke(chosen);
    const apart = stroke.weigh().broken.some((b) => b.code === chosen.code && !b.emptied);
    const no = stroke.isEmpty || apart;
    const go = no ? null : say(W.t("edit.cell.give", { grid: chosen.number }));
    return [...lines, ...stroke.lines(), go].filter(Boolean);
  }

  /** The same for those who listen. */
  words() {
    const said = (line) => [...line.querySelectorAll(".side")].map((side) => side.textContent);
    return this.lines()
      .flatMap((line) => (line.matches(".sides") ? said(line) : [line.textContent]))
      .join(" · ");
  }

  /** Give the cell to the chosen grid; `agreed` takes along what is cut off. */
  give(agreed) {
    const { bench, spot } = this;
    const { chosen } = bench.store.values;
    if (canPaint(bench, chosen, spot)) this.stroke(chosen).commit(spot, agreed);
  }

  /** An edit came in: cells may be others now. */
  refresh() {
    if (!this.isOn) return;
    if (this.place >= this.bench.session.mesh.count) this.leave();
    else if (!this.bench.beside.isSaying) this.tell();
  }

  leave() {
    if (!this.isOn) return false;
    this.place = null;
    this.bench.beside.hide();
    this.bench.overlay.redraw();
    return true;
  }

  paint(ctx, model, view) {
    if (!this.isOn) return;
    const look = { fill: INK.take, stroke: INK.accent, width: 3 };
    paintCells(ctx, model, view, [this.place], look);
  }
}
