// Legend, scale bar and north arrow: only what the map shows now.

import W from "./ground.js";
import { shapeOf, toneOf } from "./places.js";

const SCALE_PX = 120;
const DEVICES = ["camera", "access_control", "face", "fire_lane"];

export class Legend {
  constructor(store, stage) {
    this.store = store;
    this.stage = stage;
    this.body = W.byId("legend-body");
    store.on(["scene", "layers"], () => this.show());
    stage.map.on("zoomend moveend", () => this.scale());
    W.onLanguage(() => this.show());
  }

  show() {
    W.empty(W.byId("north")).append(W.northArrow());
    this.scale();
    const model = this.store.get("model");
    const ground = { streets: { n: 1 }, buildings: { n: 1 } };
    const legend = W.legend({ ...(model || this.plain()), shapes: ground });
    this.places().forEach((row) => legend.append(row));
    W.empty(this.body).append(legend);
  }

  scale() {
    W.scaleBar(W.byId("scale"), this.stage.metresPerPixel(), SCALE_PX);
  }

  /** An area shows grids of every type, and both sides of the band. */
  plain() {
    return {
      theme: this.stage.plan.theme,
      total: { resident: 1, exclusive: 1, reserved: 1 },
      out: [{ off: 1 }, { off: -1 }],
      seamKind: [],
      seamNone: "none",
    };
  }

  places() {
    const model = this.store.get("model");
    const shown = (kind) => model && !this.store.get("layers").includes(kind);
    const rows = [];
    if (shown("spaces") && model.spaces.length) rows.push(["spaces", {}, "layer.spaces"]);
    if (shown("devices")) {
      DEVICES.filter((kind) => model.devices.some((item) => item.kind === kind)).forEach(
        (kind) => rows.push(["devices", { kind }, "device." + kind])
      );
    }
    return rows.map(([kind, item, key]) =>
      W.el("li", {}, picture(kind, item), W.el("span", {}, W.t(key)))
    );
  }
}

function picture(kind, item) {
  const ratio = 2;
  const canvas = W.el("canvas", { class: "key", width: 34 * ratio, height: 16 * ratio });
  canvas.setAttribute("aria-hidden", "true");
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.beginPath();
  shapeOf(kind, item)(ctx, 17, 8, kind === "spaces" ? 4 : 3.8);
  ctx.fillStyle = toneOf(kind).color;
  ctx.fill();
  return canvas;
}
