// Two versions side by side: which seams go and come, who moves, what goes into what.

import W from "../ground.js";
import { get, wordsFor } from "../api.js";
import { CompareLayer } from "./compare-layer.js";
import { Legacy } from "./legacy.js";
import { Swipe } from "./swipe.js";
import { crosswalkTable, downloads, figures, movesTable } from "./tables.js";
import { titleOf } from "./words.js";

const TABS = ["moves", "crosswalk", "legacy"];

export class Compare {
  constructor(bar) {
    this.bar = bar;
    this.store = bar.store;
    this.before = null;
    this.matching = "";
    this.tab = "moves";
    this.found = this.crosswalk = this.fault = null;
    this.panel = W.el("section", {
      id: "compare",
      class: "panel",
      hidden: true,
      "aria-labelledby": "compare-title",
    });
    document.querySelector(".right").prepend(this.panel);
    this.layer = new CompareLayer(bar.desk.stage.map, this.store);
    this.legacy = new Legacy(this);
    this.swipe = new Swipe(bar.desk, () => this.swiped());
    this.store.on(["scene"], () => this.follow());
    this.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    W.onLanguage(() => this.fill());
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  get after() {
    return this.bar.plan;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open({});
  }

  /** Open with an earlier plan, by default the one that the plan shown would succeed. */
  open({ before = null }) {
    this.before = before || this.usual();
    this.mustFit = true;
    this.panel.hidden = false;
    document.body.classList.add("comparing");
    this.bar.tell();
    this.load();
    this.panel.querySelector("select, button")?.focus();
  }

  close() {
    this.panel.hidden = true;
    document.body.classList.remove("comparing");
    this.found = null;
    this.legacy.leave();
    this.swipe.stop();
    this.store.set({ compare: null, swipe: false });
    this.bar.tell();
  }

  usual() {
    const { version, items } = this.bar;
    if (!version) return null;
    const scene = this.store.get("scene");
    const others = (items || []).filter((each) => each.id !== version.id);
    const known = (id) => others.find((each) => each.id === id);
    const inForce = scene.inForce && known(scene.inForce.id);
    const older = others.find((each) => each.version < version.version);
    const found = (version.base && known(version.base.id)) || inForce || older || others[0];
    return found ? found.id : null;
  }

  follow() {
    if (!this.isOpen) return;
    if (this.bar.community !== this.community) {
      this.close();
      return;
    }
    if (this.after && this.before === this.after.id) this.before = null;
    this.load();
  }

  tell() {
    if (!this.isOpen) return;
    if (!this.before) {
      this.before = this.usual();
      if (this.before) this.load();
    }
    this.fill();
  }

  async load() {
    this.community = this.bar.community;
    const { before, after } = this;
    this.found = this.crosswalk = this.fault = null;
    this.store.set({ compare: { before, after: after && after.id, found: null } });
    if (this.swipe.isOn && this.swipe.before !== before) this.swipe.start(before);
    this.fill();
    if (!before || !after) return;
    const asked = `plans/${before}/compare/${after.id}`;
    this.asked = asked + this.matching;
    const mine = this.asked;
    try {
      const [found, crosswalk] = await Promise.all([
        get(asked, { matching: this.matching }),
        get(asked + "/crosswalk"),
      ]);
      if (this.asked !== mine || !this.isOpen) return;
      this.found = found;
      this.crosswalk = crosswalk.items;
      this.store.set({ compare: { before, after: after.id, found } });
      // Once, so that the table does not hide what it tells of.
      if (this.mustFit) this.bar.desk.stage.fitAll();
      this.mustFit = false;
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      if (this.asked !== mine) return;
      this.fault = error;
    }
    this.fill();
  }

  fill() {
    if (!this.isOpen) return;
    const cross = W.el(
      "button",
      {
        type: "button",
        class: "plain cross",
        "aria-label": W.t("do.close"),
        onclick: () => this.close(),
      },
      "×"
    );
    const head = W.el("header", {}, W.el("h2", { id: "compare-title" }, W.t("cmp.title")), cross);
    const kept = this.panel.querySelector(".table-box");
    const scrolled = kept ? kept.scrollTop : 0;
    W.empty(this.panel).append(head, W.el("div", { class: "body" }, ...this.body()));
    const box = this.panel.querySelector(".table-box");
    if (box) box.scrollTop = scrolled;
  }

  body() {
    const items = this.bar.items || [];
    if (!this.bar.items) return [W.el("p", { class: "note" }, W.t("ver.loading"))];
    if (items.length < 2 && this.tab !== "legacy") {
      return [this.tabs(), W.el("p", { class: "note" }, W.t("cmp.one"))];
    }
    const parts = [this.tabs(), this.choice(items)];
    if (this.tab === "legacy") return [...parts, ...this.legacy.body()];
    if (this.fault) return [...parts, W.el("p", { class: "fault" }, wordsFor(this.fault))];
    if (!this.found) return [...parts, W.el("p", { class: "note" }, W.t("cmp.running"))];
    const act = this.bar.desk;
    const look = (row) => this.look(row);
    return [
      ...parts,
      figures(this.found),
      this.tab === "moves" ? movesTable(this.found, look) : crosswalkTable(this.crosswalk, act),
      this.downloads(),
    ];
  }

  choice(items) {
    const select = (key, chosen, change, without) => {
      const options = items
        .filter((each) => each.id !== without)
        .map((each) =>
          W.el(
            "option",
            { value: each.id, selected: each.id === chosen },
            `${titleOf(each)} · ${W.t("stage." + each.stage)}`
          )
        );
      const node = W.el("select", {}, ...options);
      node.addEventListener("change", () => change(Number(node.value)));
      return W.el("label", {}, W.el("span", {}, W.t(key)), node);
    };
    const after = this.after ? this.after.id : null;
    const setBefore = (id) => {
      this.before = id;
      this.load();
    };
    const setAfter = (id) => {
      if (id === this.before) this.before = after;
      this.bar.show(id);
    };
    const swap = () => {
      const was = this.before;
      this.before = after;
      this.bar.show(was);
    };
    if (this.tab === "legacy") {
      return W.el("div", { class: "choice" }, select("cmp.after", after, setAfter, null));
    }
    return W.el(
      "div",
      { class: "choice" },
      select("cmp.before", this.before, setBefore, after),
      W.el(
        "button",
        { type: "button", class: "plain", "aria-label": W.t("cmp.swap"), title: W.t("cmp.swap"), onclick: swap },
        "⇅"
      ),
      select("cmp.after", after, setAfter, null),
      this.how(),
      this.swipeButton()
    );
  }

  swipeButton() {
    const { fault, isOn } = this.swipe;
    const node = W.el(
      "button",
      {
        type: "button",
        class: "swipe",
        "aria-pressed": String(isOn),
        title: W.t("cmp.swipe.help"),
        onclick: () => {
          if (this.swipe.isOn) this.swipe.stop();
          else this.swipe.start(this.before);
          this.swiped();
        },
      },
      W.t("cmp.swipe")
    );
    return fault ? W.el("div", {}, node, W.el("p", { class: "fault" }, wordsFor(fault))) : node;
  }

  swiped() {
    this.store.set({ swipe: this.swipe.isOn });
    const focused = this.panel.contains(document.activeElement);
    this.fill();
    if (focused) this.panel.querySelector(".choice .swipe")?.focus();
  }

  how() {
    const now = this.found ? this.found.matching : this.matching;
    const option = (how) =>
      W.el(
        "button",
        {
          type: "button",
          "aria-pressed": String(now === how),
          onclick: () => {
            this.matching = how;
            this.load();
          },
        },
        W.t("cmp.by." + how)
      );
    return W.el(
      "div",
      { class: "how", role: "group", "aria-label": W.t("cmp.by"), title: W.t("cmp.by.help") },
      W.el("span", {}, W.t("cmp.by")),
      option("code"),
      option("share")
    );
  }

  tabs() {
    const tab = (name) =>
      W.el(
        "button",
        {
          type: "button",
          "aria-pressed": String(this.tab === name),
          onclick: () => {
            this.tab = name;
            if (name === "legacy") this.swipe.stop();
            this.store.set({ swipe: this.swipe.isOn });
            if (name === "legacy") this.legacy.enter();
            else this.legacy.leave();
            this.fill();
            this.panel.querySelector(`.tabs [aria-pressed="true"]`).focus();
          },
        },
        W.t("cmp.tab." + name)
      );
    return W.el("div", { class: "tabs", role: "group" }, ...TABS.map(tab));
  }

  downloads() {
    const { before, after } = this.found;
    const path = `api/v1/plans/${before}/compare/${after}`;
    const whole = this.tab === "moves" ? path : path + "/crosswalk";
    const how = this.tab === "moves" && this.matching ? `&matching=${this.matching}` : "";
    return downloads((form) => `${whole}?format=${form}${how}`);
  }

  /** Show on the map what a row is about. */
  look({ former, grid }) {
    this.layer.show(former, grid);
    const box = this.layer.boxOf(former, grid);
    const { stage } = this.bar.desk;
    const { data } = this.store.get("model");
    if (box) stage.fit(W.toBounds(data, box), 18);
  }
}
