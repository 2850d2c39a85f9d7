// A plan that may not be edited says so, and how to go on.

import W from "../ground.js";
import { me } from "../me.js";
import { button } from "./hint.js";

export class ReadOnly {
  constructor(bench) {
    this.bench = bench;
    this.node = W.el("p", { class: "read-only", hidden: true });
    W.byId("tools").before(this.node);
    bench.store.on(["model", "editing", "compare"], () => this.show());
    W.onLanguage(() => this.show());
  }

  show() {
    const { compare, editing, model } = this.bench.store.values;
    const may = model && me.may("edit_plan", model.plan.community);
    const needed = may && !editing && !compare && model.plan.status !== "draft";
    this.node.hidden = !needed;
    if (!needed) return;
    const key = model.plan.status === "review" ? "edit.read_only.review" : "edit.read_only";
    const { versions } = this.bench.desk;
    const copy = versions && versions.copyToDraft;
    W.empty(this.node).append(
      W.el("span", {}, W.t(key)),
      copy ? button(W.t("edit.copy"), () => versions.copyToDraft()) : ""
    );
  }
}
