// A list that comes page by page: loading, rows, more, nothing there, a failure.

import W from "../planner/ground.js";
import { get } from "../planner/api.js";
import { faultWords, told } from "../gate/words.js";

const PAGE = 50;

export class Table {
  /** `columns` are [key, cell(item)]; `open(item)` makes a row a button; `none` is a key. */
  constructor(path, { columns, none, open = null, label }) {
    this.path = path;
    this.columns = columns;
    this.none = none;
    this.open = open;
    this.items = [];
    this.next = null;
    this.chosen = null;
    this.body = W.el("tbody");
    this.foot = W.el("div", { class: "table-foot", "aria-live": "polite" });
    const heads = columns.map(([key]) => told("th", key, { scope: "col" }));
    this.node = W.el(
      "div",
      { class: "table", role: "region", tabindex: "0", "data-t-label": label, "aria-label": W.t(label) },
      W.el("table", {}, W.el("thead", {}, W.el("tr", {}, heads)), this.body),
      this.foot
    );
    W.onLanguage(() => this.show());
    window.addEventListener("wangge:signed-in", () => {
      if (this.status === "failed") this.more();
    });
  }

  /** Ask for the first page of a question. */
  async load(query) {
    this.query = query;
    this.items = [];
    this.next = null;
    await this.more();
  }

  async more() {
    const run = (this.run = {});
    this.status = "loading";
    this.show();
    try {
      const page = await get(this.path, { ...this.query, limit: PAGE, after: this.next });
      if (this.run !== run) return;
      this.items.push(...page.items);
      this.next = page.next;
      this.status = "ready";
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      if (this.run !== run) return;
      this.status = "failed";
      this.fault = error;
    }
    this.show();
  }

  /** Put a changed item in the place of what was shown of it. */
  replace(item) {
    const at = this.items.findIndex((each) => each.id === item.id);
    if (at >= 0) this.items[at] = item;
    else this.items.unshift(item);
    this.show();
  }

  choose(id) {
    this.chosen = id;
    [...this.body.rows].forEach((row) => {
      if (row.dataset.id === String(id)) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    });
  }

  show() {
    W.empty(this.body).append(...this.items.map((item) => this.row(item)));
    W.empty(this.foot).append(...this.below());
  }

  row(item) {
    const cells = this.columns.map(([key, cell], i) => {
      const inside = cell(item);
      const content =
        i === 0 && this.open
          ? W.el("button", { type: "button", class: "plain", onclick: () => this.open(item) }, inside)
          : inside;
      return W.el(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null, class: key.replace(/\./g, "-") }, content);
    });
    const row = W.el("tr", { "data-id": item.id, "aria-current": item.id === this.chosen ? "true" : null }, cells);
    if (this.open) {
      row.addEventListener("click", (event) => {
        if (!event.target.closest("button")) this.open(item);
      });
    }
    return row;
  }

  below() {
    if (this.status === "loading") return [told("p", "state.loading", { class: "note" })];
    if (this.status === "failed") {
      const again = told("button", "banner.retry", { type: "button" });
      again.addEventListener("click", () => this.more());
      return [W.el("p", { class: "fault" }, faultWords(this.fault)), again];
    }
    if (!this.items.length) return [told("p", this.none, { class: "nothing-yet" })];
    const count = W.el("p", { class: "note" }, W.t("table.count", { n: W.number(this.items.length) }));
    if (!this.next) return [count];
    const more = told("button", "table.more", { type: "button" });
    more.addEventListener("click", () => this.more());
    return [count, more];
  }
}
