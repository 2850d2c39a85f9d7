// Drawing a line on the map: click by click, or in one free stroke of pen or finger.

import { takePointer } from "./pointer.js";

const FREE_PX = 6;
const STEP_PX = 5;
const BEND_PX = 2.2;
const TWICE_MS = 350;
const TWICE_PX = 8;

export class LineInput {
  /**
   * `tell` has mayBegin(spot), changed(), done(event); `snap(point)` may move a point, of a
   * free stroke only the ends. Points are [x, y] in the plan's units, so that they stay
   * where they are when the map moves.
   */
  constructor(bench, tell, snap = (point) => point) {
    this.bench = bench;
    this.tell = tell;
    this.snap = snap;
    this.clear();
    this.letGo = takePointer(bench.stage, {
      start: (spot, event) => this.press(spot, event),
      drag: (spot) => this.drag(spot),
      end: (spot, event) => this.release(spot, event),
      cancel: () => this.clear(),
      move: (spot, event) => this.hover(spot, event),
      out: () => this.hover(null, null),
    });
  }

  clear() {
    this.points = [];
    this.tip = null;
    this.free = null;
    this.pressed = null;
    this.last = null;
  }

  get isEmpty() {
    return this.points.length === 0;
  }

  /** The line as it stands, with the place the pointer would add. */
  get way() {
    return this.tip && this.points.length ? [...this.points, this.tip] : this.points;
  }

  at(spot) {
    return this.snap(this.place(spot));
  }

  place(spot) {
    const { x, y } = this.bench.stage.unitsAt(spot);
    return [x, y];
  }

  press(spot, event) {
    if (!this.tell.mayBegin(spot)) return false;
    this.pressed = spot;
    this.wasTwice = this.isTwice(spot);
    this.spot = spot;
    this.alt = event.altKey;
    return true;
  }

  isTwice(spot) {
    const { last } = this;
    if (!last || Date.now() - last.when > TWICE_MS) return false;
    return Math.hypot(spot[0] - last.spot[0], spot[1] - last.spot[1]) < TWICE_PX;
  }

  drag(spot) {
    if (!this.pressed) return;
    const [x, y] = this.pressed;
    this.spot = spot;
    if (!this.free) {
      if (Math.hypot(spot[0] - x, spot[1] - y) < FREE_PX) return;
      this.free = [this.pressed];
    }
    const [fx, fy] = this.free[this.free.length - 1];
    if (Math.hypot(spot[0] - fx, spot[1] - fy) < STEP_PX) return;
    this.free.push(spot);
    this.tip = this.at(spot);
    this.bench.overlay.redraw();
  }

  release(spot, event) {
    const { free } = this;
    if (!this.pressed) return;
    this.free = this.pressed = null;
    this.spot = spot;
    if (free) {
      const kept = simplified([...free, spot], BEND_PX);
      const last = kept.length - 1;
      this.points.push(
        ...kept.map((each, i) => (i && i < last ? this.place(each) : this.at(each)))
      );
      this.last = null;
    } else if (this.wasTwice && this.points.length > 1) {
      this.tip = null;
      this.tell.done(event);
      return;
    } else {
      this.points.push(this.at(spot));
      this.last = { spot, when: Date.now() };
    }
    this.tip = null;
    this.tell.changed();
  }

  hover(spot, event) {
    const alt = Boolean(event && event.altKey);
    this.alt = alt;
    this.spot = spot || this.spot;
    this.tip = spot && this.points.length ? this.at(spot) : null;
    this.near = spot && !this.points.length ? this.at(spot) : null;
    this.tell.changed();
  }

  back() {
    if (!this.points.length) return false;
    this.points.pop();
    this.last = null;
    this.tell.changed();
    return true;
  }
}

/** Return a free stroke with the points that matter (Douglas–Peucker). */
export function simplified(points, tolerance) {
  if (points.length < 3) return points;
  const [first] = points;
  const last = points[points.length - 1];
  let most = 0;
  let at = 0;
  for (let i = 1; i < points.length - 1; i++) {
    const away = distanceTo(points[i], first, last);
    if (away > most) {
      most = away;
      at = i;
    }
  }
  if (most <= tolerance) return [first, last];
  return [
    ...simplified(points.slice(0, at + 1), tolerance),
    ...simplified(points.slice(at), tolerance).slice(1),
  ];
}

function distanceTo(point, a, b) {
  const [x, y] = nearestOn(point, a, b);
  return Math.hypot(point[0] - x, point[1] - y);
}

/** Return the place of a stretch that is nearest to a point. */
export function nearestOn([px, py], [ax, ay], [bx, by]) {
  const dx = bx - ax;
  const dy = by - ay;
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / length)) : 0;
  return [ax + t * dx, ay + t * dy];
}
