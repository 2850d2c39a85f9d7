// The words beside the cursor: what both sides would hold, and why something is refused.

import W from "../ground.js";

const AWAY = 18;
const EDGE = 8;
const STAYS_MS = 5000;

export class Beside {
  constructor(stage) {
    this.node = W.byId("beside");
    this.box = stage.map.getContainer();
    stage.map.on("zoomstart", () => this.hide());
  }

  /** Show lines of words at [x, y] of the map. */
  show([x, y], lines) {
    window.clearTimeout(this.timer);
    const said = lines.filter(Boolean);
    this.node.hidden = said.length === 0;
    if (!said.length) return;
    W.empty(this.node).append(...said);
    this.size = [this.node.offsetWidth, this.node.offsetHeight];
    this.room = [this.box.clientWidth, this.box.clientHeight];
    this.move([x, y]);
  }

  /** Stand beside another spot, with the same words. */
  move([x, y]) {
    if (this.node.hidden) return;
    const [wide, tall] = this.size;
    const right = x + AWAY + wide + EDGE < this.room[0];
    const below = y + AWAY + tall + EDGE < this.room[1];
    const left = right ? x + AWAY : x - AWAY - wide;
    const top = below ? y + AWAY : y - AWAY - tall;
    this.node.style.transform =
      `translate(${Math.max(EDGE, left)}px, ${Math.max(EDGE, top)}px)`;
  }

  /** Say why something was refused; it stays a while, also for those who cannot see it. */
  refuse(spot, words) {
    this.show(spot, [W.el("p", { class: "no" }, "✗ " + words)]);
    this.until = Date.now() + 1500;
    this.timer = window.setTimeout(() => this.hide(), STAYS_MS);
    W.byId("announce").textContent = words;
  }

  /** A refusal just said may not be wiped off by the next move of the pointer. */
  get isSaying() {
    return !this.node.hidden && Date.now() < (this.until || 0);
  }

  hide() {
    window.clearTimeout(this.timer);
    this.until = 0;
    this.node.hidden = true;
  }
}

/** Return a line "003 512 → 488" for each side, coloured by the band. */
export function sideLines(model, sides) {
  return W.el(
    "p",
    { class: "sides" },
    sides.map(({ code, grid, before, after }) => sideOf(model, code, grid, before, after))
  );
}

function sideOf(model, code, grid, before, after) {
  const off = grid ? W.offBand({ ...grid, households: after }, model.low, model.high) : 0;
  const was = grid ? W.offBand({ ...grid, households: before }, model.low, model.high) : 0;
  return W.el(
    "span",
    { class: "side" },
    W.el("b", {}, grid ? grid.number : code.slice(-3)),
    " ",
    W.el("span", { class: tone(was) }, W.number(before)),
    " → ",
    W.el("span", { class: "after " + tone(off) }, mark(off) + W.number(after))
  );
}

function tone(off) {
  return off > 0 ? "above" : off < 0 ? "below" : "inside";
}

function mark(off) {
  return off > 0 ? "▲" : off < 0 ? "▼" : "";
}

/** Return one warning line. */
export function warn(words) {
  return W.el("p", { class: "no" }, words);
}

/** Return one quiet line. */
export function say(words) {
  return W.el("p", {}, words);
}
