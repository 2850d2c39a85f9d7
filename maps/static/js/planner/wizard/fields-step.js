// Step 3: which column says what; guessed, and changed where the guess is wrong.

import W from "../ground.js";
import { sampleTable } from "./layers-step.js";

const NEEDED = { communities: ["code"], devices: ["code"], gates: ["compound"] };
/** As a planner would look for them. */
const ORDER = (
  "code name id households floors units use compound address height cases party_members " +
  "estimated class kind type tunnel bridge area_m2 origin in_use network"
).split(" ");
const WISHED = {
  communities: ["name"],
  buildings: ["households"],
  streets: ["class"],
  barriers: ["kind"],
  sites: ["kind"],
  landuse: ["kind"],
};

export class FieldsStep {
  constructor(wizard) {
    this.wizard = wizard;
    this.name = "fields";
    this.shown = null;
  }

  fault() {
    const outline = this.wizard.memo.get("outline");
    if (outline && this.mayOutline && !isWhole(outline)) return W.t("outline.needed");
    const lacking = this.wizard.wanted.find((one) => this.lacks(one, NEEDED).length);
    if (!lacking) return null;
    const [field] = this.lacks(lacking, NEEDED);
    return W.t("fields.needed", { layer: lacking.layer.layer, field: fieldName(lacking.role, field) });
  }

  /** Without boundaries in the file, buildings alone may make one community. */
  get mayOutline() {
    const roles = this.wizard.wanted.map((one) => one.role);
    return roles.includes("buildings") && !roles.includes("communities");
  }

  lacks({ layer, i, role }, table) {
    return (table[role] || []).filter((field) => !this.wizard.memo.column(layer, i, field));
  }

  draw(stage) {
    const { wanted } = this.wizard;
    if (!wanted.some((one) => one.i === this.shown)) this.shown = wanted[0].i;
    const one = wanted.find((each) => each.i === this.shown);
    stage.append(
      W.el("h2", {}, W.t("fields.title")),
      W.el("p", { class: "lead" }, W.t("fields.lead")),
      this.tabs(wanted),
      W.el(
        "div",
        { class: "fields", role: "tabpanel", "aria-labelledby": "tab" + one.i },
        this.form(one),
        W.el("div", { class: "card sample" }, W.el("h3", {}, W.t("layers.sample", { name: one.layer.layer })), sampleTable(one.layer, this.marked(one)))
      )
    );
    if (this.mayOutline) stage.insertBefore(this.outline(), stage.children[2]);
  }

  /** Ask where the buildings belong: communities of the record, or one around them. */
  outline() {
    const { memo } = this.wizard;
    const now = memo.get("outline");
    const pick = (value, key, chosen) =>
      W.el(
        "label",
        { class: "job-choice" },
        W.el("input", {
          type: "radio",
          name: "outline",
          id: "outline-" + key,
          checked: chosen,
          onchange: () => {
            memo.set({ outline: value });
            this.wizard.draw();
            W.byId("outline-" + key).focus();
          },
        }),
        W.el("span", {}, W.t("outline." + key), W.el("small", {}, W.t(`outline.${key}.note`)))
      );
    const field = (name, options) =>
      W.el(
        "label",
        {},
        W.t("outline.field." + name),
        W.el("input", {
          type: "text",
          name,
          value: now[name],
          oninput: (event) => {
            memo.set({ outline: { ...memo.get("outline"), [name]: event.target.value.trim() } });
          },
          ...options,
        })
      );
    const code = memo.get("division") || "";
    return W.el(
      "fieldset",
      { class: "card outline" },
      W.el("legend", { class: "unseen" }, W.t("outline.title")),
      W.el("h3", {}, W.t("outline.title")),
      pick(null, "record", !now),
      pick(now || { code: code.length === 12 ? code : code.padEnd(9, "0").slice(0, 9), name: "" }, "hull", Boolean(now)),
      now ? W.el("div", { class: "pairs" }, field("code", { inputmode: "numeric", maxlength: 12 }), field("name", { maxlength: 100 })) : ""
    );
  }

  tabs(wanted) {
    const box = W.el(
      "div",
      { class: "tabs", role: "tablist", "aria-label": W.t("fields.layers") },
      wanted.map((one) => {
        const here = one.i === this.shown;
        const lacking = this.lacks(one, NEEDED).length > 0;
        return W.el(
          "button",
          {
            type: "button",
            role: "tab",
            id: "tab" + one.i,
            tabindex: here ? 0 : -1,
            "aria-selected": String(here),
            class: lacking ? "lacking" : "",
            onclick: () => this.show(one.i),
          },
          one.layer.layer,
          W.el("small", {}, W.t("role." + one.role)),
          lacking ? W.el("i", { "aria-hidden": "true" }, "!") : ""
        );
      })
    );
    box.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const at = wanted.findIndex((one) => one.i === this.shown);
      this.show(wanted[(at + by + wanted.length) % wanted.length].i);
    });
    return box;
  }

  show(i) {
    this.shown = i;
    this.wizard.draw();
    W.byId("tab" + i).focus();
  }

  marked({ layer, i, role }) {
    const found = {};
    Object.keys(layer.guesses[role]).forEach((field) => {
      const column = this.wizard.memo.column(layer, i, field);
      if (column) found[fieldName(role, field)] = column;
    });
    return found;
  }

  form(one) {
    const fields = Object.keys(one.layer.guesses[one.role]);
    fields.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
    return W.el(
      "table",
      { class: "card mapping" },
      W.el(
        "thead",
        {},
        W.el("tr", {}, ["fields.field", "fields.column", "fields.examples"].map((key) => W.el("th", { scope: "col" }, W.t(key))))
      ),
      W.el("tbody", {}, fields.map((field) => this.row(one, field)))
    );
  }

  row(one, field) {
    const { layer, i, role } = one;
    const { memo } = this.wizard;
    const column = memo.column(layer, i, field);
    const guessed = layer.guesses[role][field];
    const found = layer.columns.find((each) => each.name === column);
    const needed = (NEEDED[role] || []).includes(field);
    const wished = (WISHED[role] || []).includes(field);
    const id = `field-${i}-${field}`;
    const select = W.el(
      "select",
      { id, onchange: (event) => this.choose(one, field, event.target.value) },
      W.el("option", { value: "", selected: !column }, W.t("fields.none")),
      layer.columns.map((each) => W.el("option", { value: each.name, selected: each.name === column }, each.name))
    );
    const mark = needed ? W.el("i", { class: "needed" }, W.t("fields.must")) : "";
    const lack = !column && (needed || wished) ? W.t(`fields.lack.${role}.${field}`) : "";
    return W.el(
      "tr",
      { class: !column && needed ? "wrong-row" : "" },
      W.el("th", { scope: "row" }, W.el("label", { for: id }, fieldName(role, field)), mark),
      W.el("td", { class: "pick" }, select, column && column === guessed ? W.el("small", {}, W.t("fields.guessed")) : ""),
      W.el("td", { class: "examples" }, found ? found.examples.join(W.t("wizard.comma")) : lack)
    );
  }

  choose({ layer, i, role }, field, value) {
    const { memo } = this.wizard;
    const columns = { ...(memo.get("columns")[i] || {}) };
    const column = value || null;
    if (column === layer.guesses[role][field]) delete columns[field];
    else columns[field] = column;
    memo.set({ columns: { ...memo.get("columns"), [i]: columns } });
    this.wizard.draw();
    W.byId(`field-${i}-${field}`).focus();
  }
}

function isWhole({ code, name }) {
  return /^\d{12}$/.test(code) && name.length > 0;
}

function fieldName(role, field) {
  const own = `field.${role}.${field}`;
  return W.t(own in W.texts ? own : "field." + field);
}
