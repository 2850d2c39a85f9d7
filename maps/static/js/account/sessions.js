// Where somebody is signed in, and how to end it elsewhere.

import W from "../planner/ground.js";
import { get, send } from "../planner/api.js";
import { toast } from "../gate/office.js";
import { faultWords, moment, told } from "../gate/words.js";

export class SessionsPart {
  constructor(box) {
    this.box = box;
    this.items = null;
    W.onLanguage(() => this.items && this.show());
  }

  async load() {
    try {
      this.items = (await get("sessions")).items;
      this.show();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      W.empty(this.box).append(W.el("p", { class: "fault" }, faultWords(error)));
    }
  }

  show() {
    const others = this.items.filter((item) => !item.current).length;
    const all = told("button", "sessions.end_others", { type: "button", id: "end-others" });
    all.disabled = !others;
    all.addEventListener("click", () => this.endOthers());
    W.empty(this.box).append(
      W.el("ul", { class: "lines" }, this.items.map((item) => this.line(item))),
      W.el("p", { class: "buttons" }, all)
    );
  }

  line(item) {
    const end = told("button", "sessions.end", { type: "button", class: "link" });
    end.addEventListener("click", () => this.end(item));
    return W.el("li", {},
      W.el("span", { class: "grow" },
        W.el("b", {}, agentName(item.agent)),
        W.el("small", {}, W.t("sessions.line", { address: item.address || "–", began: moment(item.began), seen: moment(item.seen) }))),
      item.current ? told("span", "sessions.this", { class: "tag" }) : end);
  }

  async end(item) {
    await this.doIt(() => send("DELETE", `sessions/${item.id}`));
  }

  async endOthers() {
    await this.doIt(() => send("DELETE", "sessions"));
  }

  async doIt(act) {
    try {
      await act();
      toast(W.t("sessions.ended"));
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(faultWords(error));
    }
    await this.load();
  }
}

const BROWSERS = [
  ["Edge", /Edg\/(\d+)/],
  ["Firefox", /Firefox\/(\d+)/],
  ["Chrome", /(?:Chrome|Chromium|HeadlessChrome)\/(\d+)/],
  ["Safari", /Version\/(\d+).*Safari/],
];
const SYSTEMS = [
  ["Windows", /Windows/],
  ["Android", /Android/],
  ["iOS", /iPhone|iPad/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
];

/** Say which browser on which system, from what it calls itself. */
function agentName(agent) {
  const browser = BROWSERS.find(([, pattern]) => pattern.test(agent));
  const system = SYSTEMS.find(([, pattern]) => pattern.test(agent));
  const name = browser && `${browser[0]} ${browser[1].exec(agent)[1]}`;
  return [name, system && system[0]].filter(Boolean).join(" · ") || agent || W.t("sessions.unknown");
}
