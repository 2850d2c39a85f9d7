// Undo, redo and the history of the plan, as sentences with their time and author.

import W from "../ground.js";
import { get, wordsFor } from "../api.js";
import { Popover, note } from "../popover.js";
import { momentOf } from "./times.js";

const SHOWN = 50;

export class UndoBar {
  constructor(bench) {
    this.bench = bench;
    this.store = bench.store;
    this.bar = W.byId("bar-undo");
    this.panel = W.byId("history-panel");
    this.sign = W.el("span", { class: "saved" });
    this.back = this.button("undo", "⟲", "Control+Z", () => this.undo());
    this.again = this.button("redo", "⟳", "Control+Shift+Z", () => this.redo());
    this.open = W.el("button", { type: "button", id: "open-history", "aria-haspopup": "dialog" });
    this.bar.append(this.sign, this.back, this.again, this.open);
    this.popover = new Popover(this.open, this.panel, () => this.fill());
    this.store.on(["editing", "saving", "history"], () => this.show());
    this.store.on(["history"], () => this.popover.refresh());
    W.onLanguage(() => this.show());
  }

  button(name, mark, keys, action) {
    return W.el(
      "button",
      { type: "button", id: "edit-" + name, "aria-keyshortcuts": keys, onclick: action },
      mark
    );
  }

  show() {
    const { canRedo, canUndo, ready } = this.bench.session;
    this.bar.hidden = !this.store.get("editing");
    this.back.disabled = !ready || !canUndo;
    this.again.disabled = !ready || !canRedo;
    [
      [this.back, "edit.undo", "Ctrl+Z"],
      [this.again, "edit.redo", "Ctrl+Shift+Z"],
    ].forEach(([button, key, keys]) => {
      button.setAttribute("aria-label", W.t(key));
      button.title = `${W.t(key)} (${keys})`;
    });
    this.open.textContent = W.t("edit.history");
    this.open.title = `${W.t("edit.history.title")} (H)`;
  }

  openHistory() {
    if (this.store.get("editing")) this.popover.show();
  }

  undo() {
    this.tell(this.bench.session.undo(), "edit.undo.none");
  }

  redo() {
    this.tell(this.bench.session.redo(), "edit.redo.none");
  }

  tell(sent, otherwise) {
    if (!sent && !this.bench.session.mustWait) {
      W.byId("announce").textContent = W.t(otherwise);
    }
  }

  async fill() {
    const { model } = this.store.values;
    if (!model) return;
    if (!this.panel.firstChild) this.panel.append(note(W.t("state.loading")));
    try {
      const path = `plans/${model.plan.id}/edits`;
      const page = await get(path, { limit: SHOWN });
      if (this.store.get("model") === model) this.list(page);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      W.empty(this.panel).append(note(wordsFor(error)));
    }
  }

  list({ items, next }) {
    const focused = this.panel.contains(document.activeElement);
    W.empty(this.panel).append(
      W.el("h2", {}, W.t("edit.history.title")),
      items.length
        ? W.el("ol", { class: "history" }, items.map((item) => this.item(item)))
        : note(W.t("edit.history.none"))
    );
    if (next) this.panel.append(note(W.t("edit.history.more", { n: SHOWN })));
    this.popover.place();
    const first = this.panel.querySelector("button");
    if (focused && first) first.focus();
  }

  item(item) {
    const words = W.lang === "zh" ? item.sentence_zh : item.sentence_en;
    return W.el(
      "li",
      { class: item.undone ? "undone" : null },
      W.el(
        "button",
        { type: "button", class: "plain option", onclick: () => this.look(item) },
        W.el(
          "span",
          { class: "who" },
          W.el("span", { class: "what" }, words),
          W.el(
            "small",
            {},
            [momentOf(new Date(item.at)), item.actor, item.undone && W.t("edit.history.undone")]
              .filter(Boolean)
              .join(" · ")
          )
        )
      )
    );
  }

  /** Show on the map what an edit was about. */
  look(item) {
    const { bench } = this;
    const { cells } = item;
    // Neighbours of moved cells changed too; they are not what it was about.
    const grids = cells.length ? [] : item.grids;
    if (!bench.look(cells, grids)) return;
    const codes = grids.filter((code) => bench.session.model.byCode.has(code));
    bench.faults.point(bench.session.mesh.placesOf(cells), codes);
  }
}
