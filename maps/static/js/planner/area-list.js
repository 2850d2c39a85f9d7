// The list of an area's communities with their figures; a click goes in.

import W from "./ground.js";
import { fillChips } from "./chips.js";
import { Rows } from "./rows.js";

const HEIGHT = 44;

const SORTS = {
  code: null,
  off: (a, b) => b.out - a.out || b.households - a.households,
  households: (a, b) => b.households - a.households,
};

export class AreaList {
  constructor(body, store, act) {
    this.store = store;
    this.act = act;
    this.filter = { words: "", out: false, sort: "code" };
    this.build(body);
  }

  build(body) {
    this.chips = W.el("div", { class: "chips", role: "group" });
    this.words = W.el("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    this.words.addEventListener("input", (event) => {
      if (event.isComposing) return;
      this.filter.words = this.words.value;
      this.refresh();
    });
    this.words.addEventListener("compositionend", () => {
      this.filter.words = this.words.value;
      this.refresh();
    });
    this.sort = W.el(
      "select",
      { name: "sort" },
      Object.keys(SORTS).map((value) => W.el("option", { value }))
    );
    this.sort.addEventListener("change", () => {
      this.filter.sort = this.sort.value;
      this.refresh();
    });
    this.box = W.el("div", { id: "area-rows", class: "rows", role: "listbox", tabindex: 0 });
    this.nothing = W.el("p", { class: "rows-empty", hidden: true });
    const tools = W.el("div", { class: "tools" }, this.words, this.sort);
    body.append(this.chips, tools, this.box, this.nothing);
    this.rows = new Rows(this.box, {
      height: HEIGHT,
      row: (row) => (row.heading ? headingRow(row) : communityRow(row)),
      open: (row) => this.act.goTo(row.code),
      canOpen: () => true,
    });
  }

  show(scene) {
    if (scene !== this.scene) {
      this.scene = scene;
      this.all = communitiesOf(scene);
      this.filter.words = this.words.value = "";
      this.filter.out = false;
    }
    [...this.sort.options].forEach((option) => {
      option.textContent = W.t("sort." + option.value);
    });
    this.sort.setAttribute("aria-label", W.t("list.sort"));
    this.words.setAttribute("aria-label", W.t("area.filter"));
    this.words.setAttribute("placeholder", W.t("area.filter"));
    this.box.setAttribute("aria-label", W.t("area.list"));
    this.chips.setAttribute("aria-label", W.t("list.filter"));
    this.refresh();
  }

  narrow(filter) {
    this.filter = { ...this.filter, words: "", out: false, ...filter };
    this.words.value = "";
    this.refresh();
    this.box.focus();
  }

  refresh() {
    const { out, sort } = this.filter;
    const words = this.filter.words.trim().toLowerCase();
    const found = this.all.filter(
      (row) =>
        (!out || row.out > 0) &&
        (!words || row.name.toLowerCase().includes(words) || row.code.includes(words))
    );
    if (SORTS[sort]) found.sort(SORTS[sort]);
    this.drawChips();
    this.rows.setItems(sort === "code" ? withHeadings(found, this.scene) : found);
    this.box.hidden = !found.length;
    this.nothing.hidden = found.length > 0;
    this.nothing.textContent = W.t(this.all.length ? "area.none" : "area.empty");
  }

  drawChips() {
    const choices = [
      { out: false, key: "filter.all", count: this.all.length },
      { out: true, key: "area.out", count: this.all.filter((row) => row.out > 0).length },
    ];
    fillChips(this.chips, choices, this.filter, () => this.refresh());
  }
}

/** Join divisions with the plans in force there. */
function communitiesOf(scene) {
  const plans = new Map(scene.plans.map((plan) => [plan.community, plan]));
  return scene.communities
    .map(({ code, name, parent }) => {
      const plan = plans.get(code);
      return {
        code,
        name,
        parent,
        planned: Boolean(plan),
        grids: plan ? gridCount(plan) : 0,
        households: plan ? plan.households : 0,
        out: plan ? plan.out_of_band : 0,
      };
    })
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}

export function gridCount(plan) {
  return Object.values(plan.grids).reduce((sum, count) => sum + count, 0);
}

/** Put a heading with sums before the communities of each street. */
function withHeadings(rows, scene) {
  const names = new Map((scene.streets || []).map((each) => [each.code, each.name]));
  if (names.size < 2) return rows;
  const found = [];
  let heading = null;
  rows.forEach((row) => {
    if (!heading || heading.code !== row.parent) {
      heading = { heading: true, code: row.parent, name: names.get(row.parent) || "" };
      Object.assign(heading, { n: 0, households: 0, out: 0 });
      found.push(heading);
    }
    heading.n += 1;
    heading.households += row.households;
    heading.out += row.out;
    found.push(row);
  });
  return found;
}

function headingRow(row) {
  return W.el(
    "div",
    { class: "row heading" },
    W.el("span", { class: "name" }, row.name || row.code),
    W.el(
      "span",
      { class: "count" },
      W.t("area.heading", { n: W.number(row.n), households: W.number(row.households) })
    )
  );
}

function communityRow(row) {
  const detail = row.planned
    ? W.t("area.row", { n: W.number(row.grids), households: W.number(row.households) })
    : W.t("area.unplanned");
  const out = row.out
    ? W.el("span", { class: "badge-out" }, W.t("area.row.out", { n: W.number(row.out) }))
    : row.planned && W.el("span", { class: "badge-in", "aria-label": W.t("card.inside") }, "✓");
  return W.el(
    "div",
    { class: "row area" + (row.planned ? "" : " blank"), "data-code": row.code },
    W.el(
      "span",
      { class: "who" },
      W.el("b", {}, row.name),
      W.el("small", {}, detail)
    ),
    out
  );
}
