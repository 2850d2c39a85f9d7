// In the card of a grid: its type, its name, its number, its lock, and what would help it.

import W from "../ground.js";
import { gridsOf, suggestionRow } from "./todo.js";

const TYPES = ["resident", "exclusive", "reserved"];

export class CardEdit {
  constructor(bench) {
    this.bench = bench;
    this.store = bench.store;
    this.card = W.byId("card");
    this.store.on(["chosen", "editing", "edition", "advice"], () => this.show());
    W.onLanguage(() => this.show());
  }

  /** The card itself is made anew with every change; this goes below its head. */
  show() {
    const { advice, chosen, editing } = this.store.values;
    const focused = this.card.contains(document.activeElement) && document.activeElement;
    if (focused && focused.matches("input") && focused.value !== focused.defaultValue) return;
    const name = (focused && focused.name) || this.card.dataset.focus;
    this.card.querySelectorAll(".card-edit").forEach((node) => node.remove());
    if (!editing || !chosen || this.card.hidden) return;
    const facts = this.card.querySelector(".figure");
    facts.after(this.fields(chosen));
    const own = ((advice && advice.suggestions) || []).filter((each) =>
      gridsOf(each.edit).includes(chosen.code)
    );
    if (own.length) this.card.querySelector("dl").after(this.suggestions(own));
    const again = name && this.card.querySelector(`[name="${name}"]`);
    if (again) again.focus();
  }

  fields(grid) {
    const type = W.el(
      "select",
      { name: "grid-type" },
      TYPES.map((value) =>
        W.el("option", { value, selected: value === grid.type }, W.t("type." + value))
      )
    );
    type.addEventListener("change", () =>
      this.send({ operation: "change_type", grid: grid.code, type: type.value })
    );
    const name = this.input("grid-name", grid.name, (value) =>
      this.send({ operation: "rename", grid: grid.code, name: value })
    );
    const number = this.input("grid-number", grid.number, (value) => {
      const serial = Number.parseInt(value, 10);
      if (!Number.isInteger(serial)) return this.reset();
      return this.send({ operation: "renumber", serials: { [grid.code]: serial } });
    });
    number.inputMode = "numeric";
    number.size = 4;
    const turn = () =>
      this.send({ operation: grid.locked ? "unlock" : "lock", grids: [grid.code] });
    const lock = W.el(
      "button",
      {
        type: "button",
        name: "grid-lock",
        class: "lock",
        "aria-pressed": String(Boolean(grid.locked)),
        onclick: turn,
      },
      W.t(grid.locked ? "edit.unlock" : "edit.lock")
    );
    const field = (key, node, wide) =>
      W.el("label", { class: wide ? "wide" : null }, W.el("span", {}, W.t(key)), node);
    return W.el(
      "div",
      { class: "card-edit" },
      field("edit.type", type),
      lock,
      field("edit.name", name, true),
      field("edit.number", number)
    );
  }

  input(name, value, send) {
    const node = W.el("input", { name, type: "text", autocomplete: "off", value });
    const commit = () => {
      const given = node.value.trim();
      if (given && given !== value) send(given);
      else node.value = value;
    };
    node.addEventListener("change", commit);
    node.addEventListener("keydown", (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === "Enter") node.blur();
      if (event.key !== "Escape") return;
      event.stopPropagation();
      node.value = value;
      node.blur();
    });
    return node;
  }

  /** A refused value goes back to what is stored; the words stand beside the card. */
  async send(body) {
    const { chosen } = this.store.values;
    if (this.bench.session.mustWait) return this.reset();
    const box = this.card.getBoundingClientRect();
    const map = W.byId("map").getBoundingClientRect();
    const at = [box.left - map.left - 8, box.top - map.top + 96];
    const answer = await this.bench.session.submit(body, { at });
    if (!answer) return this.reset();
    const renumbered = body.operation === "renumber" && answer.removed.includes(chosen.code);
    const fresh = renumbered && answer.grids.features[0];
    if (fresh) this.bench.act.chooseCode(fresh.properties.code);
    return answer;
  }

  reset() {
    const field = this.card.contains(document.activeElement) && document.activeElement;
    if (field) field.blur();
    this.card.querySelectorAll(".card-edit input").forEach((node) => {
      node.value = node.defaultValue;
    });
    this.show();
    return null;
  }

  suggestions(own) {
    return W.el(
      "section",
      { class: "card-edit advice" },
      W.el("h3", {}, W.t("edit.advice")),
      own.slice(0, 3).map((each) => suggestionRow(this.bench, each))
    );
  }
}
