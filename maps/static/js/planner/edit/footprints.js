// The footprints of the buildings of the community in hand, from the register: the plan
// itself counts buildings at a point. Loaded when a tool first needs them.

import W from "../ground.js";
import { ApiError, getAll } from "../api.js";
import { packShapes } from "../pack.js";

const BUCKET = 4000;

export class Footprints {
  constructor(store) {
    this.store = store;
    this.clear();
  }

  clear() {
    this.model = null;
    this.byCode = new Map();
    this.shapes = null;
    this.places = [];
  }

  /** Without them points must do. */
  async load() {
    const model = this.store.get("model");
    if (!model || this.model === model) return;
    this.clear();
    this.model = model;
    let features;
    try {
      features = await getAll("buildings", { under: model.plan.community });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return;
    }
    if (this.model !== model) return;
    features = features.filter((feature) => /Polygon/.test((feature.geometry || {}).type));
    this.shapes = packShapes(features, model.data.origin);
    this.index = W.buckets(this.shapes, BUCKET);
    this.byCode = new Map(features.map((feature, f) => [feature.properties.code, f]));
    const counted = new Map(model.buildings.map((building, i) => [building.code, i]));
    this.places = features.map((feature) => {
      const place = counted.get(feature.properties.code);
      return place === undefined ? -1 : place;
    });
  }

  /** Place of the counted building whose footprint holds a point, -1 for none. */
  at({ x, y }) {
    let found = -1;
    if (!this.shapes) return found;
    W.eachIn(this.index, [x, y, x, y], (f) => {
      if (found < 0 && W.contains(this.shapes, f, x, y)) found = this.places[f];
    });
    return found;
  }

  /** Places of the counted buildings that a line of [x, y] runs through. */
  under(points) {
    const found = new Set();
    if (!this.shapes) return found;
    for (let i = 1; i < points.length; i++) {
      const [ax, ay] = points[i - 1];
      const [bx, by] = points[i];
      const box = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
      W.eachIn(this.index, box, (f) => {
        if (this.places[f] >= 0 && this.meets(f, points[i - 1], points[i])) {
          found.add(this.places[f]);
        }
      });
    }
    return found;
  }

  meets(f, a, b) {
    const { shapes } = this;
    for (let p = shapes.first[f]; p < shapes.first[f + 1]; p++) {
      const from = shapes.start[p];
      const to = shapes.start[p + 1];
      for (let i = from, j = to - 1; i < to; j = i++) {
        const c = [shapes.x[j], shapes.y[j]];
        const d = [shapes.x[i], shapes.y[i]];
        if (cross(a, b, c, d)) return true;
      }
    }
    return false;
  }
}

function cross(a, b, c, d) {
  return turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
}

function turn([ax, ay], [bx, by], [cx, cy]) {
  return Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
}
