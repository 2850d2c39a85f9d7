// Where a role holds: the whole record, or a district, a street, a community.

import W from "../planner/ground.js";
import { getAll } from "../planner/api.js";
import { me } from "../planner/me.js";
import { told } from "../gate/words.js";

const LEVELS = ["city", "district", "street", "community"];

/** Selects, one below the other; the division chosen last is what counts. */
export class ScopePicker {
  constructor() {
    this.node = W.el("div", { class: "scope" });
    this.chain = [];
  }

  /** Ask for the divisions at the top; nobody gives away more than they have. */
  async load() {
    this.whole = me.grants.some(
      (grant) => !grant.division && grant.permissions.includes("manage_accounts")
    );
    const top = await topOnes();
    this.chain = [];
    W.empty(this.node).append(this.select(top, 0));
    this.read();
    return this;
  }

  /** The code of the chosen division; "" is the whole record. */
  get value() {
    const chosen = this.chain.filter(Boolean);
    return chosen.length ? chosen[chosen.length - 1] : "";
  }

  select(items, depth) {
    const every = depth === 0 && !this.whole ? null : told("option", depth ? "scope.whole" : "scope.all", { value: "" });
    const select = W.el(
      "select",
      { "aria-label": W.t("scope.level", { level: W.t("level." + items[0].level) }) },
      every,
      items.map((item) => W.el("option", { value: item.code }, item.name))
    );
    select.addEventListener("change", () => this.change(select, items, depth));
    return select;
  }

  read() {
    const first = this.node.querySelector("select");
    this.chain = first && first.value ? [first.value] : [];
  }

  async change(select, items, depth) {
    this.chain = [...this.chain.slice(0, depth), select.value];
    while (select.nextSibling) select.nextSibling.remove();
    const chosen = items.find((item) => item.code === select.value);
    if (!chosen || chosen.level === "community") return;
    const below = await getAll("divisions", { parent: chosen.code });
    // Somebody may have chosen again meanwhile.
    if (select.isConnected && select.value === chosen.code && !select.nextSibling && below.length) {
      this.node.append(this.select(below, depth + 1));
    }
  }
}

/** Return the highest divisions that may be seen. */
async function topOnes() {
  for (const level of LEVELS) {
    const found = await getAll("divisions", { level });
    if (found.length) return found;
  }
  return [];
}
