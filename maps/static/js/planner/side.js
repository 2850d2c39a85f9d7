// The panel on the left: where we are, its figures, and the list that belongs to it.

import W from "./ground.js";
import { wordsFor } from "./api.js";
import { AreaList, gridCount } from "./area-list.js";
import { GridList } from "./grid-list.js";
import { me } from "./me.js";

export class Side {
  constructor(store, act) {
    this.store = store;
    this.act = act;
    this.heading = W.byId("list-title");
    this.sum = W.byId("list-households");
    this.figures = W.byId("list-figures");
    this.parts = {
      grids: W.byId("grids"),
      area: W.byId("area"),
      blank: W.byId("blank"),
    };
    this.gridList = new GridList(this.parts.grids, store, act);
    this.areaList = new AreaList(this.parts.area, store, act);
    store.on(["scene", "status"], () => this.show());
    store.on(["edition"], () => this.update());
    W.onLanguage(() => this.show());
  }

  /** Show only what a figure counted. */
  narrow(filter) {
    const scene = this.store.get("scene");
    this.act.unfold("list");
    if (scene.model) this.gridList.narrow(filter);
    else this.areaList.narrow(filter);
  }

  show() {
    const scene = this.store.get("scene");
    const status = this.store.get("status");
    W.byId("list").classList.toggle("loading", status === "loading");
    W.byId("list").setAttribute("aria-busy", String(status === "loading"));
    if (!scene) {
      this.showOnly("blank");
      this.sayBlank(status);
    } else if (scene.model) this.showGrids(scene);
    else if (scene.kind === "area" && scene.communities.length) this.showArea(scene);
    else this.showNothing(scene);
  }

  showOnly(name) {
    Object.entries(this.parts).forEach(([key, part]) => {
      part.hidden = key !== name;
    });
  }

  head(key, count, households) {
    W.empty(this.heading).append(W.t(key) + " ", W.el("span", {}, W.number(count)));
    this.sum.textContent = W.t("list.households", { n: W.number(households) });
  }

  /** An edit changed some grids. */
  update() {
    const scene = this.store.get("scene");
    if (!scene || !scene.model) return;
    this.sumGrids(scene);
    this.gridList.update();
  }

  showGrids(scene) {
    this.showOnly("grids");
    this.sumGrids(scene);
    this.gridList.show(scene.model);
  }

  sumGrids(scene) {
    const { total } = scene.model;
    this.head("list.title", total.n, total.households);
    this.drawFigures([
      ...["resident", "exclusive", "reserved"].map((type) =>
        this.figure("type." + type + ".short", total[type], () => this.narrow({ type }))
      ),
      ...["devices", "spaces"].map((kind) =>
        this.figure("register." + kind, scene.model[kind].length, () =>
          this.act.list(kind, null)
        )
      ),
    ]);
  }

  showArea(scene) {
    const { plans, communities } = scene;
    this.showOnly("area");
    const sum = (pick) => plans.reduce((total, plan) => total + pick(plan), 0);
    this.head("area.title", communities.length, sum((plan) => plan.households));
    const out = sum((plan) => plan.out_of_band);
    this.drawFigures([
      this.figure("area.planned", plans.length, () => this.narrow({})),
      this.figure("list.title", sum(gridCount), () => this.narrow({})),
      this.figure("filter.out", out, () => this.narrow({ out: true })),
    ]);
    this.areaList.show(scene);
  }

  /** A community without a plan that day, or an area without communities. */
  showNothing(scene) {
    this.showOnly("blank");
    const { name } = scene.division.properties;
    const community = scene.kind === "community";
    W.empty(this.heading).append(W.t(community ? "list.title" : "area.title"));
    this.sum.textContent = "";
    this.drawFigures([]);
    const later = community && scene.plans.length > 0;
    const key = !community ? "blank.area" : later ? "blank.that_day" : "blank.plan";
    W.empty(this.parts.blank).append(
      W.el("h3", {}, W.t(key + ".title")),
      W.el("p", {}, W.t(key + ".text", { name, day: this.store.get("on") || "" }))
    );
    this.offerWork(scene, later);
    if (later) {
      this.parts.blank.append(
        ...scene.plans.map((plan) =>
          W.el(
            "button",
            { type: "button", onclick: () => this.store.set({ plan: String(plan.id) }) },
            W.t("blank.open", { n: plan.version, status: W.t("status." + plan.status) })
          )
        )
      );
    }
  }

  /** Where there is nothing yet, lead to what brings it, for those who may. */
  offerWork({ kind, division }, later) {
    const { code } = division.properties;
    const offers = [
      kind === "community" && !later && me.may("edit_plan", code) && ["draw-here", "draw.open"],
      kind !== "community" && me.may("import", code) && ["open-import", "jobs.import"],
    ];
    this.parts.blank.append(
      ...offers
        .filter(Boolean)
        .map(([id, key]) =>
          W.el("button", { type: "button", class: "primary", onclick: () => W.byId(id).click() }, W.t(key))
        )
    );
  }

  sayBlank(status) {
    W.empty(this.heading).append(W.t("area.title"));
    this.sum.textContent = "";
    this.drawFigures([]);
    const fault = status === "failed" && this.store.get("fault");
    const said = fault ? wordsFor(fault) : W.t("state.loading");
    W.empty(this.parts.blank).append(W.el("p", { class: "note" }, said));
    if (status !== "failed") {
      for (let i = 0; i < 6; i++) this.parts.blank.append(W.el("div", { class: "bone" }));
    }
  }

  figure(key, count, open) {
    return W.el(
      "button",
      { type: "button", class: "link", disabled: !count, onclick: open },
      W.t(key),
      " ",
      W.el("b", {}, W.number(count))
    );
  }

  drawFigures(figures) {
    W.empty(this.figures).append(...figures);
    this.figures.hidden = figures.length === 0;
  }
}
