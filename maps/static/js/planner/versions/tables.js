// The tables of a comparison: who moves from where to where, what goes into what.

import W from "../ground.js";
import { serial } from "./words.js";

/** The figures above the tables. */
export function figures(found) {
  const { households, households_moved: moved } = found;
  const share = W.percent(households ? moved / households : null, 1);
  const list = (key, codes) =>
    codes.length
      ? W.el("span", {}, " · ", W.t(key), " ", codes.map(serial).join(W.t("ver.join")))
      : "";
  return W.el(
    "div",
    { class: "figures" },
    W.el("p", { class: "large" }, W.el("b", {}, W.number(moved)), " ", W.t("cmp.moved")),
    W.el(
      "p",
      { class: "note" },
      W.t("cmp.of", { households: W.number(households), share }),
      " · ",
      W.t("cmp.grids", { before: found.grids_before, after: found.grids_after }),
      list("cmp.added", found.added),
      list("cmp.gone", found.gone)
    ),
    legend()
  );
}

function legend() {
  const keys = ["old", "new", "kept", "moved"];
  return W.el(
    "ul",
    { class: "compare-key" },
    ...keys.map((name) =>
      W.el("li", {}, W.el("i", { class: "key-" + name, "aria-hidden": "true" }), W.t("cmp.key." + name))
    )
  );
}

function table(heads, rows, foot = null) {
  return W.el(
    "div",
    { class: "table-box", tabindex: 0 },
    W.el(
      "table",
      {},
      W.el(
        "thead",
        {},
        W.el("tr", {}, ...heads.map(([key, number]) => W.el("th", { scope: "col", class: number ? "number" : null }, W.t(key))))
      ),
      W.el("tbody", {}, ...rows),
      foot ? W.el("tfoot", {}, foot) : ""
    )
  );
}

const shareOf = (percent) => W.number(percent, 1) + " %";

/** A share of ground, where there is nobody to count. */
const nobody = (share) => W.el("span", { title: W.t("cmp.nobody") }, "(" + share + ")");

const cell = (words, number = true) => W.el("td", { class: number ? "number" : null }, words);

/** Who moves, most households first; a row shows its ground on the map. */
export function movesTable(found, look) {
  if (!found.moves.length) return W.el("p", { class: "note" }, W.t("cmp.same"));
  const heads = [
    ["cmp.from", false],
    ["cmp.to", false],
    ["cmp.households", true],
    ["cmp.buildings", true],
    ["cmp.devices", true],
    ["cmp.area", true],
  ];
  const rows = found.moves.map((row) => {
    const from = serial(row.former);
    const to = serial(row.grid);
    const label = W.t("cmp.show", { from, to });
    return W.el(
      "tr",
      {},
      cell(W.el("button", { type: "button", class: "link", "aria-label": label, title: label, onclick: () => look(row) }, from), false),
      cell("→ " + to, false),
      cell(W.number(row.households)),
      cell(W.number(row.buildings)),
      cell(W.number(row.devices)),
      cell(W.hectares(row.area_m2))
    );
  });
  const sum = (name) => found.moves.reduce((total, row) => total + row[name], 0);
  const foot = W.el(
    "tr",
    {},
    W.el("th", { scope: "row", colspan: 2 }, W.t("cmp.total")),
    cell(W.number(sum("households"))),
    cell(W.number(sum("buildings"))),
    cell(W.number(sum("devices"))),
    cell(W.hectares(sum("area_m2")))
  );
  return table(heads, rows, foot);
}

/** Which grids each grid goes into, with the shares that add up to 100. */
export function crosswalkTable(items, { byName = false } = {}) {
  const heads = [
    ["cmp.from", false],
    ["cmp.to", false],
    ["cmp.households", true],
    ["cmp.share", true],
    ["cmp.area", true],
  ];
  const rows = items.map((row, i) => {
    const first = i === 0 || items[i - 1].legacy !== row.legacy;
    const name = byName ? row.name || row.legacy : serial(row.legacy);
    const percent = row.household_percent === null ? row.area_percent : row.household_percent;
    const share = shareOf(percent);
    return W.el(
      "tr",
      { class: first ? "first" : null },
      W.el("td", { title: row.legacy }, first ? name : ""),
      cell("→ " + serial(row.grid), false),
      cell(W.number(row.households)),
      cell(row.household_percent === null ? nobody(share) : share),
      cell(W.hectares(row.area_m2))
    );
  });
  return table(heads, rows);
}

/** What becomes of each old grid of another system. */
export function heirsTable(grids) {
  const heads = [
    ["cmp.tab.legacy", false],
    ["leg.into", false],
    ["cmp.households", true],
    ["cmp.share", true],
    ["leg.scattered", true],
  ];
  const rows = grids.map((row) =>
    W.el(
      "tr",
      {},
      W.el("td", { title: row.legacy }, row.name || row.legacy),
      cell(row.into ? "→ " + serial(row.into) : "–", false),
      cell(W.number(row.households)),
      cell(row.households ? shareOf(row.share) : nobody(shareOf(row.share))),
      cell(row.displaced ? W.number(row.displaced) : "–")
    )
  );
  return table(heads, rows);
}

/** Links to a table in the forms people ask for. */
export function downloads(where) {
  return W.el(
    "p",
    { class: "downloads" },
    W.t("cmp.download") + W.colon(),
    ...["xlsx", "csv"].map((form) =>
      W.el("a", { href: where(form), download: true }, W.t("cmp." + form))
    )
  );
}
