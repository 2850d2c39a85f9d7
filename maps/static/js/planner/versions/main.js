// Versions in the bar of the plan: which one is shown, what can be done to it.

import W from "../ground.js";
import { get } from "../api.js";
import { me } from "../me.js";
import { Comments } from "./comments.js";
import { Compare } from "./compare.js";
import { Deeds } from "./deeds.js";
import { Live } from "./live.js";
import { VersionPicker } from "./picker.js";
import { at, whyNot } from "./words.js";

/** What stands in the bar at each stage, the usual deed last. */
const BY_STAGE = {
  draft: ["submit", "publish"],
  returned: ["submit", "publish"],
  review: ["withdraw", "return", "approve"],
  approved: ["withdraw", "return", "publish"],
  scheduled: ["copy"],
  in_force: ["copy"],
  ended: ["copy"],
};
/** Deeds that lead on; the last one that can be done stands out. */
const FORWARD = ["copy", "submit", "approve", "publish"];
const CONCERNED = ["edit_plan", "review_plan", "publish_plan"];

export class VersionBar {
  constructor(desk) {
    this.desk = desk;
    this.store = desk.store;
    this.items = null;
    this.detail = null;
    this.fault = null;
    this.picker = new VersionPicker(this);
    this.actions = W.byId("bar-actions");
    this.deeds = new Deeds((done) => this.changed(done));
    this.comparing = new Compare(this);
    this.comments = new Comments(this);
    this.live = new Live(this);
    this.at = at;
    this.store.on(["scene"], () => this.follow());
    W.onLanguage(() => this.tell());
  }

  get plan() {
    const scene = this.store.get("scene");
    return (scene && scene.plan) || null;
  }

  /** The version shown with what is known of it, null until it is. */
  get version() {
    const { plan, items, detail } = this;
    if (!plan || !items) return null;
    const found = items.find((each) => each.id === plan.id);
    if (!found) return null;
    return detail && detail.id === found.id ? { ...found, steps: detail.steps } : found;
  }

  get community() {
    const scene = this.store.get("scene");
    return scene && scene.kind === "community" ? scene.division.properties.code : null;
  }

  seesDrafts() {
    return me.may("read_drafts", this.community);
  }

  follow() {
    if (this.community !== this.known) {
      this.known = this.community;
      this.items = this.detail = null;
    }
    this.tell();
    if (this.community) this.refresh();
  }

  /** Ask again for the versions and for the way of the one shown. */
  async refresh() {
    const { community, plan } = this;
    if (!community) return;
    if (this.asking) this.asking.abort();
    const asking = new AbortController();
    this.asking = asking;
    try {
      const [found, detail] = await Promise.all([
        get(`divisions/${community}/versions`, {}, asking.signal),
        plan ? get(`plans/${plan.id}/version`, {}, asking.signal) : null,
      ]);
      if (this.asking !== asking) return;
      this.items = found.items;
      this.detail = detail;
      this.fault = null;
    } catch (error) {
      if (error.name === "AbortError" || this.asking !== asking) return;
      if (error.name !== "ApiError") throw error;
      this.fault = error;
    }
    this.store.set({ versions: this.items });
    this.tell();
  }

  tell() {
    this.picker.tell();
    W.empty(this.actions).append(...this.buttons());
    this.comments.tell();
    this.comparing.tell();
  }

  buttons() {
    if (!this.plan) return [];
    const { version } = this;
    const common = [
      button("do.check", () => this.check()),
      button("do.compare", () => this.comparing.toggle(), {
        "aria-pressed": String(this.comparing.isOpen),
      }),
    ];
    if (this.seesDrafts()) common.push(this.comments.button());
    if (!version) return common;
    const concerned = CONCERNED.some((each) => me.may(each, this.community));
    const names = concerned ? BY_STAGE[version.stage] : [];
    const deeds = names.map((name) => this.deedButton(name, { last: names }));
    return [...common, ...deeds.filter(Boolean)];
  }

  /**
   * Return the button of a deed. One that cannot be done now says why; one that this
   * person may never do is left out.
   */
  deedButton(name, { last = [], before = null } = {}) {
    const { version } = this;
    const why = whyNot(version, name);
    if (why && !this.mayEver(name)) return null;
    const usual = last.filter((each) => FORWARD.includes(each) && !whyNot(version, each)).pop();
    const node = button("do." + name, () => {
      if (why) this.say(why);
      else {
        if (before) before();
        this.deeds.run(name, this.version);
      }
    });
    node.dataset.deed = name;
    if (name === usual) node.classList.add("primary");
    if (why) {
      node.setAttribute("aria-disabled", "true");
      node.title = why;
      node.setAttribute("aria-description", why);
    }
    return node;
  }

  mayEver(name) {
    const needed = { approve: "review_plan", return: "review_plan", publish: "publish_plan" };
    return me.may(needed[name] || "edit_plan", this.community);
  }

  say(words) {
    this.live.toasts.show(words);
  }

  check() {
    const open = W.byId("open-certificate");
    if (!open.hidden) open.click();
    else this.desk.act.unfold("checks");
  }

  compare(before) {
    this.comparing.open({ before });
  }

  /** For the hint below a plan that may not be edited. */
  copyToDraft() {
    if (this.version) this.deeds.run("copy", this.version);
  }

  show(plan) {
    const scene = this.store.get("scene");
    const inForce = scene.inForce && scene.inForce.id === plan;
    this.store.set({ plan: inForce ? null : String(plan), grid: null });
  }

  /** Something was done to a version: show what it is now. */
  changed({ go }) {
    const shown = this.store.get("plan");
    if (go === "") this.store.set({ plan: null, grid: null });
    else if (go && String(go) !== shown) this.store.set({ plan: String(go), on: null, grid: null });
    else this.desk.loader.load();
  }
}

function button(key, onclick, attributes = {}) {
  return W.el("button", { type: "button", onclick, ...attributes }, W.t(key));
}
