// Proves the plan again, a while after the last edit: what stands there is of before.

import W from "../ground.js";
import { get } from "../api.js";

const WAIT_MS = 1500;

export class Proving {
  constructor(bench) {
    this.bench = bench;
    this.store = bench.store;
    this.panel = W.byId("checks");
    bench.session.on("done", () => this.later());
    this.store.on(["proof", "model"], () => this.panel.classList.remove("of-before"));
  }

  later() {
    this.panel.classList.add("of-before");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.prove(), WAIT_MS);
  }

  async prove() {
    const { model } = this.store.values;
    if (!model) return;
    const version = this.bench.session.rowVersion;
    try {
      const proof = await get(`plans/${model.plan.id}/certificate`);
      const current = this.store.get("model") === model;
      if (current && version === this.bench.session.rowVersion) this.store.set({ proof });
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.store.set({ proofFault: error });
    }
  }
}
