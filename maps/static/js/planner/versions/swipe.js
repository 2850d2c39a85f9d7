// Swipe: the old plan left of a line that a person drags over the map, the new one right.

import W, { L } from "../ground.js";
import { ApiError, get, getAll } from "../api.js";
import { buildModel } from "../model.js";

const STEP = 2;
const LEAP = 10;
/** Per cent of the map's width that the line keeps from its edges. */
const EDGE = 1;
const OLD_PANES = { "old-fills": 151, "old-borders": 421 };
const NEW_PANES = ["fills", "borders"];

export class Swipe {
  /** `changed()` is called when the swipe starts, ends or fails. */
  constructor(desk, changed) {
    this.map = desk.stage.map;
    this.store = desk.store;
    this.theme = desk.stage.plan.theme;
    this.changed = changed;
    this.isOn = false;
    this.fault = null;
    this.canvases = [];
    this.share = 50;
    Object.entries(OLD_PANES).forEach(([name, level]) => {
      const pane = this.map.createPane(name);
      pane.style.zIndex = level;
      pane.style.pointerEvents = "none";
    });
    this.line = this.build();
    this.clip = () => this.cut();
    W.onLanguage(() => this.tell());
  }

  build() {
    this.names = ["old", "new"].map((side) => W.el("span", { class: side }));
    const line = W.el(
      "div",
      {
        id: "swipe",
        hidden: true,
        tabindex: "0",
        role: "separator",
        "aria-orientation": "vertical",
        "aria-valuemin": String(EDGE),
        "aria-valuemax": String(100 - EDGE),
      },
      ...this.names,
      W.el("i", { "aria-hidden": "true" }, "⇔")
    );
    line.addEventListener("keydown", (event) => this.onKey(event));
    line.addEventListener("pointerdown", (event) => this.onPress(event));
    line.addEventListener("pointermove", (event) => this.onDrag(event));
    ["pointerup", "pointercancel"].forEach((name) =>
      line.addEventListener(name, () => line.classList.remove("held"))
    );
    L.DomEvent.disableClickPropagation(line);
    this.map.getContainer().append(line);
    return line;
  }

  /** Start with the plan of a number as the old one. */
  async start(before) {
    this.stop();
    this.isOn = true;
    this.before = before;
    this.changed();
    try {
      const [plan, grids, seams] = await Promise.all([
        get(`plans/${before}`),
        getAll(`plans/${before}/grids`),
        getAll(`plans/${before}/seams`),
      ]);
      if (this.before !== before) return;
      const { division } = this.store.get("model").parts;
      const none = { cells: [], buildings: [], devices: [], spaces: [] };
      this.show(buildModel({ ...none, division, grids, seams }, plan, this.theme));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (this.before !== before) return;
      this.stop();
      this.fault = error;
    }
    this.changed();
  }

  show(model) {
    const paint = {
      "old-fills": (ctx, view) => W.paintFills(ctx, model, view),
      "old-borders": (ctx, view) => {
        W.paintBorders(ctx, model, view);
        W.paintLabels(ctx, model, view, W.viewBox(view));
      },
    };
    this.canvases = Object.keys(OLD_PANES).map((pane) =>
      new W.CanvasLayer({ pane, model, draw: paint[pane] }).addTo(this.map)
    );
    this.map.on("move zoom viewreset resize", this.clip);
    this.line.hidden = false;
    this.share = this.middle();
    this.tell();
    this.cut();
  }

  stop() {
    this.isOn = false;
    this.before = this.fault = null;
    this.canvases.forEach((canvas) => canvas.remove());
    this.canvases = [];
    this.map.off("move zoom viewreset resize", this.clip);
    this.line.hidden = true;
    [...NEW_PANES, ...Object.keys(OLD_PANES)].forEach((name) => {
      this.map.getPane(name).style.clipPath = "";
    });
  }

  /** Return the middle of what the panels leave free, in per cent of the map. */
  middle() {
    const map = this.map.getContainer().getBoundingClientRect();
    const edge = (selector) => document.querySelector(selector).getBoundingClientRect();
    const free = [edge("main .left").right, edge("main .right").left];
    return Math.round((100 * ((free[0] + free[1]) / 2 - map.left)) / map.width);
  }

  tell() {
    const words = [W.t("cmp.before"), W.t("cmp.after")];
    this.names.forEach((name, i) => {
      name.textContent = words[i];
    });
    this.line.setAttribute("aria-label", W.t("cmp.swipe.line"));
    this.line.title = W.t("cmp.swipe.help");
    this.line.setAttribute("aria-valuenow", String(Math.round(this.share)));
    this.line.setAttribute(
      "aria-valuetext",
      W.t("cmp.swipe.value", { n: W.number(Math.round(this.share)) })
    );
  }

  move(share) {
    this.share = Math.min(100 - EDGE, Math.max(EDGE, share));
    this.tell();
    this.cut();
  }

  /** Cut the panes at the line: a style for each, so that nothing is drawn anew. */
  cut() {
    const size = this.map.getSize();
    const at = (size.x * this.share) / 100;
    this.line.style.left = at + "px";
    // Panes have no size of their own and hang in the corner of the map's pane.
    const corner = this.map.containerPointToLayerPoint([0, 0]);
    const x = corner.x + at;
    const far = 4 * (size.x + size.y);
    const [top, bottom] = [corner.y - far, corner.y + far];
    const part = (left, right) =>
      `polygon(${left}px ${top}px, ${right}px ${top}px, ${right}px ${bottom}px, ${left}px ${bottom}px)`;
    Object.keys(OLD_PANES).forEach((name) => {
      this.map.getPane(name).style.clipPath = part(x - far, x);
    });
    NEW_PANES.forEach((name) => {
      this.map.getPane(name).style.clipPath = part(x, x + far);
    });
  }

  onKey(event) {
    const step = event.shiftKey ? LEAP : STEP;
    const to = {
      ArrowLeft: this.share - step,
      ArrowRight: this.share + step,
      Home: EDGE,
      End: 100 - EDGE,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(to);
  }

  onPress(event) {
    if (event.button > 0) return;
    event.preventDefault();
    this.line.focus({ preventScroll: true });
    this.line.setPointerCapture(event.pointerId);
    this.line.classList.add("held");
  }

  onDrag(event) {
    if (!this.line.classList.contains("held")) return;
    const map = this.map.getContainer().getBoundingClientRect();
    this.move((100 * (event.clientX - map.left)) / map.width);
  }
}
