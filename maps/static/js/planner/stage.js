// The Leaflet map of the page: where it looks, how it moves, what is under the pointer.

import W, { L } from "./ground.js";
import { createBase } from "./base.js";
import { PlanLayer } from "./plan-layer.js";
import { UNIT } from "./pack.js";

const DEEPEST = 20;
const CLOSE = 18.5;
const SIDE = 16;

export class Stage {
  constructor(store, page) {
    const calm = W.isCalm();
    this.store = store;
    this.map = L.map("map", {
      center: [36, 105],
      zoom: 5,
      zoomSnap: 0,
      wheelPxPerZoomLevel: 90,
      minZoom: 4,
      maxZoom: 21,
      boxZoom: false,
      zoomControl: false,
      attributionControl: false,
      zoomAnimation: !calm,
      inertia: !calm,
      maxBounds: [
        [-85, -180],
        [85, 180],
      ],
    });
    this.base = createBase(this.map, page);
    this.plan = new PlanLayer(this.map, store, page.theme);
    this.pending = null;
    this.follow();
  }

  /** Keep the base map and the address in step. */
  follow() {
    const { store, map } = this;
    // In a task of its own, after the map has gone where the scene is: tiles of where it
    // was before would be asked for in vain.
    store.on(["scene", "on", "layers"], () => {
      window.clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => this.updateBase(), 0);
    });
    map.on("zoomanim", () => {
      this.zooming = true;
    });
    map.on("zoomend", () => {
      this.zooming = false;
      window.setTimeout(() => this.pending && this.pending(), 0);
    });
    map.on("moveend", () => {
      const { lat, lng } = map.getCenter();
      const view = [map.getZoom().toFixed(2), lat.toFixed(5), lng.toFixed(5)];
      store.set({ view: view.join("/") });
    });
  }

  updateBase() {
    const { store } = this;
    const scene = store.get("scene");
    this.base.update({
      on: store.get("on") || "",
      at: scene && scene.model ? scene.division.properties.code : null,
      hidden: store.get("layers"),
    });
  }

  /** Look where an address says; tell whether it said anything. */
  restore(view) {
    if (!view) return false;
    const [zoom, lat, lng] = view.split("/").map(Number);
    this.map.setView([lat, lng], Math.min(21, Math.max(4, zoom)), { animate: false });
    return true;
  }

  /** Room that the panels take from the map, as Leaflet padding. */
  padding() {
    const map = this.map.getContainer().getBoundingClientRect();
    const edge = (selector, side) => {
      const boxes = [...document.querySelectorAll(selector)]
        .filter((node) => node.offsetParent !== null && !node.matches(".folded"))
        .map((node) => node.getBoundingClientRect());
      const taken = boxes.map((box) =>
        side === "left" ? box.right - map.left : map.right - box.left
      );
      return Math.max(0, ...taken) + SIDE;
    };
    return {
      paddingTopLeft: [edge(".left > .panel", "left"), 28],
      paddingBottomRight: [edge(".right > .panel", "right"), 64],
    };
  }

  /** Show some bounds; while the map still zooms, right after. The last wish counts. */
  fit(bounds, most = DEEPEST, animate = true) {
    if (this.zooming) {
      this.pending = () => this.fit(bounds, most, animate);
      return;
    }
    this.pending = null;
    const options = { ...this.padding(), maxZoom: most, animate: animate && !W.isCalm() };
    const around = L.point(options.paddingTopLeft).add(options.paddingBottomRight);
    const zoom = Math.min(most, this.map.getBoundsZoom(bounds, false, around));
    // Leaflet starts a zoom one frame later; a second call in between would lose.
    this.zooming = options.animate && zoom !== this.map.getZoom();
    this.map.fitBounds(bounds, options);
  }

  fitBox([west, south, east, north], animate = true) {
    this.fit(L.latLngBounds([south, west], [north, east]), DEEPEST, animate);
  }

  fitGrid(grid) {
    const model = this.store.get("model");
    const box = model.shapes.grids.box.subarray(4 * grid.id, 4 * grid.id + 4);
    const x = (box[2] - box[0]) * 0.4;
    const y = (box[3] - box[1]) * 0.4;
    const wide = [box[0] - x, box[1] - y, box[2] + x, box[3] + y];
    this.fit(W.toBounds(model.data, wide), CLOSE);
  }

  fitAll(animate = true) {
    const scene = this.store.get("scene");
    if (!scene) return;
    const { bbox } = scene.division.properties;
    if (scene.model) {
      const { data } = scene.model;
      this.fit(W.toBounds(data, data.bounds), DEEPEST, animate);
    } else if (bbox) this.fitBox(bbox, animate);
  }

  /** Show a spot of the plan, in its units, with some ground around it. */
  fitSpot({ x, y }, metres = 60) {
    const reach = metres / UNIT;
    const { data } = this.store.get("model");
    this.fit(W.toBounds(data, [x - reach, y - reach, x + reach, y + reach]), CLOSE);
  }

  /** Return the spot of a position in the units of the plan. */
  spotOf(latlng) {
    return W.fromLatLng(this.store.get("model").data, latlng);
  }

  /** Return the spot of [x, y] of the map in the units of the plan. */
  unitsAt([x, y]) {
    return this.spotOf(this.map.containerPointToLatLng([x, y]));
  }

  view() {
    return W.viewOf(this.map, this.store.get("model") || NOWHERE, [1, 1], [0, 0]);
  }

  /** Ground metres of a pixel in the middle of the map. */
  metresPerPixel() {
    const { lat } = this.map.getCenter();
    const around = 2 * Math.PI * 6378137 * Math.cos((lat * Math.PI) / 180);
    return around / (256 * Math.pow(2, this.map.getZoom()));
  }
}

const NOWHERE = { data: { origin: [0, 0], unit: UNIT } };
