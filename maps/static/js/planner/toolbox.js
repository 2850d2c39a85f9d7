// The tools: each is a file with a name, a key and start(); one is in hand at a time.

import W from "./ground.js";
import { measure } from "./tools/measure.js";
import { select } from "./tools/select.js";

const TOOLS = [select, measure];

export class Toolbox {
  /** `desk` is what every tool may use: store, stage, act. */
  constructor(desk) {
    this.desk = desk;
    this.bar = W.byId("tools");
    this.inHand = null;
    W.onLanguage(() => this.draw());
    this.take(TOOLS[0]);
  }

  take(tool) {
    if (this.inHand === tool) return;
    if (this.putDown) this.putDown();
    this.inHand = tool;
    this.putDown = tool.start(this.desk);
    this.draw();
  }

  draw() {
    const focused = this.bar.contains(document.activeElement);
    W.empty(this.bar).append(
      ...TOOLS.map((tool) =>
        W.el(
          "button",
          {
            type: "button",
            "aria-pressed": String(tool === this.inHand),
            title: W.t(`tool.${tool.name}.help`),
            onclick: () => this.take(tool),
          },
          W.t("tool." + tool.name),
          " ",
          W.el("kbd", {}, tool.key.toUpperCase())
        )
      )
    );
    this.bar.setAttribute("aria-label", W.t("tool.bar"));
    if (focused) this.bar.querySelector('[aria-pressed="true"]').focus();
  }

  /** Return key → action, for the shortcuts of the page. */
  get keys() {
    return Object.fromEntries(TOOLS.map((tool) => [tool.key, () => this.take(tool)]));
  }
}
