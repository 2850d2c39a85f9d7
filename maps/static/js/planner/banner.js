// One quiet line when the service is away or refused something, with a way on.

import W from "./ground.js";
import { wordsFor } from "./api.js";

export class Banner {
  constructor(store, retry) {
    this.store = store;
    this.node = W.byId("banner");
    this.retry = retry;
    store.on(["status", "fault"], () => this.show());
    W.onLanguage(() => this.show());
    window.addEventListener("online", () => {
      if (store.get("fault")) retry();
    });
  }

  show() {
    const fault = this.store.get("fault");
    const status = this.store.get("status");
    if (status === "loading") return;
    this.node.hidden = !fault;
    W.empty(this.node);
    if (!fault) return;
    this.node.append(
      W.el("span", {}, wordsFor(fault)),
      W.el("button", { type: "button", onclick: this.retry }, W.t("banner.retry"))
    );
    if (!fault.isOutage) {
      const home = () => this.store.set({ at: null, plan: null, grid: null });
      this.node.append(W.el("button", { type: "button", onclick: home }, W.t("banner.home")));
    }
  }
}
