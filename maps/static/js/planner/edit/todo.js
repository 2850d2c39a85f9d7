// What is left to do: unassigned cells, parts cut off, cells that are too heavy, grids out
// of band, and edits the service proposes. Counted in the page at once; proposals follow.

import W from "../ground.js";
import { get } from "../api.js";
import { hatchCells, paintCells, paintGrid, INK } from "./painting.js";

const WAIT_MS = 500;
const SHOWN = 2;

export class Todo {
  constructor(bench) {
    this.bench = bench;
    this.store = bench.store;
    this.node = W.byId("todo");
    this.at = { unassigned: -1, parts: -1, heavy: -1 };
    this.store.on(["editing", "edition", "advice"], () => this.show());
    this.store.on(["editing", "history"], () => this.ask());
    W.onLanguage(() => this.show());
  }

  /** Ask for proposals a moment after the last edit. */
  ask() {
    window.clearTimeout(this.timer);
    if (!this.store.get("editing")) {
      this.store.set({ advice: null });
      return;
    }
    this.timer = window.setTimeout(() => this.fetch(), WAIT_MS);
  }

  async fetch() {
    const { model } = this.store.values;
    if (!model) return;
    try {
      const advice = await get(`plans/${model.plan.id}/advice`);
      if (this.store.get("model") === model) this.store.set({ advice });
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      // Proposals are a help only; whether the service is there, others tell.
    }
  }

  show() {
    const { advice, editing, model } = this.store.values;
    this.node.hidden = !editing || !model;
    if (this.node.hidden) return;
    const { mesh } = this.bench.session;
    const unassigned = mesh.unassigned;
    const parts = model.grids.map((grid) => mesh.partsOf(grid.code)).filter((p) => p.length);
    const heavy = mesh.heavy.map((cell) => mesh.placeOf.get(cell.number));
    const focused = [...this.node.querySelectorAll("button")].indexOf(document.activeElement);
    W.empty(this.node).append(
      W.el(
        "p",
        { class: "todo-row" },
        this.figure("out", model.out.length, "N", () => this.bench.act.jump(1)),
        this.figure("unassigned", unassigned.length, "U", () => this.nextUnassigned()),
        this.figure("parts", parts.length, "", () => this.next("parts", parts)),
        this.figure("heavy", heavy.length, "", () =>
          this.next("heavy", heavy.map((f) => [f]))
        )
      )
    );
    const given = (advice && advice.suggestions) || [];
    if (given.length) {
      const shown = given.slice(0, this.isOpen ? given.length : SHOWN);
      this.node.append(
        W.el("h3", {}, W.t("edit.advice"), " ", this.moreButton(given.length)),
        ...shown.map((each) => suggestionRow(this.bench, each))
      );
    } else if (advice) this.node.append(W.el("p", { class: "note" }, W.t("edit.advice.none")));
    const buttons = this.node.querySelectorAll("button");
    if (focused >= 0 && buttons.length) buttons[Math.min(focused, buttons.length - 1)].focus();
  }

  moreButton(count) {
    if (count <= SHOWN) return "";
    const turn = () => {
      this.isOpen = !this.isOpen;
      this.show();
    };
    const words = this.isOpen ? W.t("edit.advice.less") : W.t("edit.advice.all", { n: count });
    return W.el(
      "button",
      { type: "button", class: "link", "aria-expanded": String(Boolean(this.isOpen)), onclick: turn },
      words
    );
  }

  figure(name, count, key, action) {
    return W.el(
      "button",
      {
        type: "button",
        class: "link" + (count ? " bad" : ""),
        disabled: !count,
        title: W.t(`edit.todo.${name}.help`),
        onclick: action,
      },
      W.t("edit.todo." + name),
      " ",
      W.el("b", {}, W.number(count)),
      key && count ? W.el("kbd", { "aria-hidden": "true" }, key) : ""
    );
  }

  /** Go to the next cell that has no grid; around at the end. */
  nextUnassigned() {
    const { mesh } = this.bench.session;
    this.next("unassigned", mesh.unassigned.map((f) => [f]), "edit.todo.unassigned.none");
  }

  next(name, groups, otherwise = null) {
    if (!groups.length) {
      if (otherwise) W.byId("announce").textContent = W.t(otherwise);
      return;
    }
    this.at[name] = (this.at[name] + 1) % groups.length;
    const places = groups[this.at[name]];
    const { bench } = this;
    bench.look(bench.session.mesh.numbersOf(places), []);
    bench.faults.point(places, []);
  }
}

/** A proposal: pointing at it shows on the map what it is about, a click does it. */
export function suggestionRow(bench, suggestion) {
  const words = W.lang === "zh" ? suggestion.sentence_zh : suggestion.sentence_en;
  const point = (on) => bench.overlay.set("advice", on ? painterOf(bench, suggestion) : null);
  const carryOut = () => {
    if (bench.session.mustWait) return;
    point(false);
    bench.session.submit(suggestion.edit);
  };
  return W.el(
    "div",
    {
      class: "suggestion",
      onmouseenter: () => point(true),
      onmouseleave: () => point(false),
      onfocusin: () => point(true),
      onfocusout: () => point(false),
    },
    W.el("span", {}, words),
    W.el("button", { type: "button", onclick: carryOut }, W.t("edit.advice.do"))
  );
}

/** The codes of the grids an edit names. */
export function gridsOf({ grids = [], grid, to }) {
  return [...grids, grid, to].filter(Boolean);
}

function painterOf(bench, { edit }) {
  const { cells = [] } = edit;
  const grids = gridsOf(edit);
  return (ctx, model, view) => {
    const { mesh } = bench.session;
    const places = mesh.placesOf(cells);
    grids
      .map((code) => model.byCode.get(code))
      .filter(Boolean)
      .forEach((grid) => paintGrid(ctx, model, view, grid, INK.accent, 2.5));
    paintCells(ctx, model, view, places, { fill: INK.take, stroke: INK.accent });
    hatchCells(ctx, model, view, places, INK.accent);
  };
}
