// Old grids of other systems over the plan: brought, shown, held against the new ones.

import W from "../ground.js";
import { get, send, wordsFor } from "../api.js";
import { me } from "../me.js";
import { openDialog } from "./dialog.js";
import { crosswalkTable, downloads, heirsTable } from "./tables.js";

const MOST_BYTES = 20 * 1024 * 1024;

export class Legacy {
  constructor(compare) {
    this.compare = compare;
    this.store = compare.store;
    this.layers = this.layer = this.found = this.fault = null;
    this.busy = false;
    this.store.on(["scene"], () => {
      if (this.isIn) this.enter();
    });
  }

  get community() {
    return this.compare.bar.community;
  }

  async enter() {
    this.isIn = true;
    if (this.known !== this.community) this.layers = this.layer = this.found = null;
    this.known = this.community;
    await this.guard(async () => {
      const { items } = await get(`divisions/${this.community}/legacy`);
      this.layers = items;
      const still = items.find((each) => this.layer && each.id === this.layer.id);
      await this.choose(still || items[0] || null);
    });
  }

  leave() {
    this.isIn = false;
    this.store.set({ oldGrids: null });
  }

  async choose(layer) {
    this.layer = layer;
    this.found = null;
    this.compare.fill();
    const { plan } = this.compare.bar;
    if (!layer || !plan) {
      this.store.set({ oldGrids: null });
      return;
    }
    const [grids, found] = await Promise.all([
      get(`legacy/${layer.id}`),
      get(`plans/${plan.id}/legacy/${layer.id}`),
    ]);
    if (this.layer !== layer || !this.isIn) return;
    this.found = found;
    this.store.set({ oldGrids: grids.features });
  }

  /** Do something with the service and show how it went. */
  async guard(deed) {
    this.fault = null;
    this.busy = true;
    this.compare.fill();
    try {
      await deed();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.fault = wordsFor(error);
    }
    this.busy = false;
    this.compare.fill();
  }

  body() {
    const parts = [this.choice()];
    if (this.fault) parts.push(W.el("p", { class: "fault", role: "alert" }, this.fault));
    if (this.layers && !this.layers.length) {
      parts.push(W.el("p", { class: "note" }, W.t("leg.none")));
    } else if (!this.found) {
      if (!this.fault) parts.push(W.el("p", { class: "note" }, W.t("cmp.running")));
    } else parts.push(...this.results());
    return parts;
  }

  choice() {
    const may = me.may("import", this.community);
    const parts = [];
    if (this.layers && this.layers.length) {
      const options = this.layers.map((each) =>
        W.el("option", { value: each.id, selected: this.layer && each.id === this.layer.id }, `${each.name} (${each.grids})`)
      );
      const select = W.el("select", { "aria-label": W.t("leg.layer") }, ...options);
      select.addEventListener("change", () => {
        const layer = this.layers.find((each) => each.id === Number(select.value));
        this.guard(() => this.choose(layer));
      });
      parts.push(select);
      if (may) {
        const label = W.t("leg.remove");
        const remove = () => this.remove();
        parts.push(W.el("button", { type: "button", class: "plain cross", "aria-label": label, title: label, onclick: remove }, "×"));
      }
    }
    if (may) parts.push(this.adder());
    return W.el("div", { class: "legacy-choice" }, ...parts);
  }

  adder() {
    const input = W.el("input", { type: "file", class: "unseen", accept: ".geojson,.json,application/geo+json", tabindex: -1 });
    input.addEventListener("change", () => input.files.length && this.add(input.files[0]));
    const words = W.t(this.busy ? "leg.adding" : "leg.add");
    const open = () => input.click();
    return W.el("span", {}, input, W.el("button", { type: "button", disabled: this.busy, onclick: open }, words));
  }

  async add(file) {
    if (file.size > MOST_BYTES) {
      this.fault = W.t("leg.large");
      this.compare.fill();
      return;
    }
    let document = null;
    try {
      document = JSON.parse(await file.text());
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    if (!document || typeof document !== "object" || Array.isArray(document)) {
      this.fault = W.t("leg.broken");
      this.compare.fill();
      return;
    }
    const name = file.name.replace(/\.(geo)?json$/i, "").slice(0, 60) || file.name;
    await this.guard(async () => {
      const query = { name, source: file.name.slice(0, 200) };
      const { data } = await send("POST", `divisions/${this.community}/legacy`, document, { query });
      this.layers = [data, ...(this.layers || [])];
      await this.choose(data);
    });
  }

  async remove() {
    const { layer } = this;
    const gone = await openDialog({
      title: W.t("leg.remove.title", { name: layer.name }),
      parts: [W.el("p", {}, W.t("leg.remove.text"))],
      verb: W.t("leg.remove"),
      grave: true,
      send: () => send("DELETE", `legacy/${layer.id}`),
    });
    if (!gone) return;
    this.layer = this.found = null;
    await this.enter();
  }

  results() {
    const { found, layer } = this;
    const share = found.displaced_percent === null ? "–" : W.number(found.displaced_percent, 1) + " %";
    const path = `api/v1/plans/${found.plan}/legacy/${layer.id}`;
    return [
      W.el(
        "div",
        { class: "figures", title: W.t("leg.displaced.help") },
        W.el("p", { class: "large" }, W.el("b", {}, W.number(found.displaced)), " ", W.t("leg.displaced")),
        W.el("p", { class: "note" }, W.t("leg.of", { households: W.number(found.households), share })),
        W.el(
          "ul",
          { class: "compare-key" },
          W.el("li", {}, W.el("i", { class: "key-legacy", "aria-hidden": "true" }), W.t("cmp.key.legacy")),
          W.el("li", {}, W.el("i", { class: "key-new", "aria-hidden": "true" }), W.t("leg.key.new"))
        )
      ),
      heirsTable(found.grids),
      W.el(
        "details",
        {},
        W.el("summary", {}, W.t("cmp.tab.crosswalk")),
        crosswalkTable(found.rows, { byName: true })
      ),
      downloads((form) => `${path}?format=${form}`),
    ];
  }
}
