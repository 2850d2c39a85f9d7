// Whether the record is as it must be, as the service itself finds it.

import W from "../planner/ground.js";
import { get } from "../planner/api.js";
import { moment, told } from "../gate/words.js";

export class StatePart {
  constructor(box) {
    this.box = box;
    this.ready = null;
    W.onLanguage(() => this.at && this.show());
  }

  async open() {
    this.ready = await readiness();
    this.at = new Date().toISOString();
    this.origin = await get("origin").catch(() => null);
    this.show();
  }

  show() {
    const again = told("button", "state.again", { type: "button" });
    again.addEventListener("click", () => this.open());
    const facts = this.ready ? Object.entries(this.ready).filter(([name]) => name !== "ready") : [];
    const isGood = Boolean(this.ready && this.ready.ready);
    W.empty(this.box).append(
      W.el("section", { class: "panel state-part" },
        W.el("p", { class: isGood ? "verdict good" : "verdict bad", role: "status" },
          W.el("b", {}, W.t(isGood ? "state.good" : "state.bad")),
          W.el("small", {}, W.t("state.at", { time: moment(this.at) })),
          again),
        W.el("ul", { class: "facts-list" }, facts.map(([name, value]) => fact(name, value))),
        this.origin ? W.el("p", { class: "note" }, W.t(this.origin.made_up ? "state.made_up" : "state.real"), this.origin.attribution ? ` ${this.origin.attribution}` : "") : "")
    );
  }
}

async function readiness() {
  try {
    return await (await fetch("readyz")).json();
  } catch (error) {
    return null;
  }
}

function fact(name, value) {
  const key = "ready." + name;
  const known = Object.prototype.hasOwnProperty.call(W.texts, key);
  return W.el("li", { class: value ? "good" : "bad" },
    W.el("b", {}, known ? W.t(key) : name),
    W.el("small", {}, known ? W.t(key + ".why") : ""),
    W.el("span", { class: value ? "tag fine" : "tag shut" }, W.t(value ? "ready.yes" : "ready.no")));
}
