// What was done, by whom, when: to read, to filter, to take along.

import W from "../planner/ground.js";
import { address, getAll } from "../planner/api.js";
import { me } from "../planner/me.js";
import { moment, told } from "../gate/words.js";
import { Table } from "./table.js";

const OFFSET = "+08:00";
const KINDS = ["login", "account", "write", "export", "refusal"];

export class AuditPart {
  constructor(box) {
    this.box = box;
    this.table = new Table("audit", {
      label: "admin.audit",
      none: "audit.none",
      columns: [
        ["audit.at", (item) => moment(item.at)],
        ["audit.who", who],
        ["audit.what", (item) => (W.lang === "zh" ? item.sentence_zh : item.sentence_en)],
        ["audit.outcome", outcome],
        ["audit.from", (item) => item.address || "–"],
      ],
    });
    box.append(W.el("section", { class: "panel wide-part" }, this.tools(), this.table.node));
  }

  async open(asked) {
    if (!this.filled) await this.fill();
    if (asked.has("account")) this.account.value = asked.get("account");
    await this.search();
  }

  tools() {
    const select = (key, any) =>
      W.el("select", { "data-t-label": key, "aria-label": W.t(key) }, told("option", any, { value: "" }));
    const day = (key) => W.el("input", { type: "date", "data-t-label": key, "aria-label": W.t(key), "data-t-title": key, title: W.t(key) });
    this.account = select("audit.who", "audit.who.any");
    this.kind = select("audit.kind", "audit.kind.any");
    this.kind.append(...KINDS.map((kind) => told("option", "audit.kind." + kind, { value: kind })));
    this.since = day("audit.since");
    this.until = day("audit.until");
    this.csv = told("a", "audit.csv", { class: "button", href: "#", download: "audit.csv" });
    const all = [this.account, this.kind, this.since, this.until];
    all.forEach((each) => each.addEventListener("change", () => this.search()));
    return W.el("div", { class: "bar" }, this.account, this.kind,
      W.el("span", { class: "days" }, this.since, W.el("i", { "aria-hidden": "true" }, "–"), this.until), this.csv);
  }

  /** The people there are to choose from. */
  async fill() {
    this.filled = true;
    const people = me.may("manage_accounts") ? await getAll("accounts") : [];
    this.account.append(
      ...people.map((each) => W.el("option", { value: each.id }, `${each.display} (${each.name})`))
    );
    this.account.hidden = !people.length;
  }

  search() {
    const query = {
      account: this.account.value,
      kind: this.kind.value,
      since: this.since.value && `${this.since.value}T00:00:00${OFFSET}`,
      until: this.until.value && `${this.until.value}T23:59:59${OFFSET}`,
    };
    this.csv.href = address("audit", { ...query, format: "csv", lang: W.lang });
    return this.table.load(query);
  }
}

/** Who it was; what has neither an account nor an address came from the machine itself. */
function who(item) {
  if (item.account === null && !item.address) return W.t("audit.console");
  return item.display || W.t("audit.nobody");
}

function outcome(item) {
  const kind = { done: "fine", refused: "shut", failed: "waiting" }[item.outcome];
  return W.el("span", { class: "tag " + kind }, W.t("audit." + item.outcome));
}
