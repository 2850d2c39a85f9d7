// Step 2: what was found in the file, what each layer is, and how its text reads.

import W from "../ground.js";
import { send } from "../api.js";
import { follow } from "../jobs/follow.js";
import { isAdrift, placePicker, placesOf } from "./place-columns.js";

const ENCODINGS = ["utf-8", "gb18030", "big5"];

export class LayersStep {
  constructor(wizard) {
    this.wizard = wizard;
    this.name = "layers";
    this.shown = -1;
    this.reading = false;
  }

  fault() {
    const { layers, wanted } = this.wizard;
    if (wanted.length) return null;
    return W.t(layers.some(isAdrift) ? "places.needed" : "layers.none_wanted");
  }

  busy() {
    return this.reading;
  }

  draw(stage) {
    const { layers, upload } = this.wizard;
    if (!layers[this.shown]) this.shown = firstShown(layers);
    this.sample = W.el("div", { class: "card sample" });
    stage.append(
      W.el("h2", {}, W.t("layers.title", { name: upload.name, n: W.number(layers.length) })),
      W.el("p", { class: "lead" }, W.t("layers.lead")),
      this.broken(),
      this.table(),
      this.encoding(),
      this.sample
    );
    this.drawSample();
  }

  broken() {
    const { broken } = this.wizard.upload.inspection;
    if (!broken.length) return "";
    return W.el(
      "ul",
      { class: "card warnings" },
      broken.map((one) => W.el("li", {}, W.lang === "zh" ? one.zh : one.en))
    );
  }

  table() {
    const head = ["layers.layer", "layers.shape", "layers.rows", "layers.role"];
    return W.el(
      "table",
      { class: "card layers" },
      W.el("thead", {}, W.el("tr", {}, head.map((key) => W.el("th", { scope: "col", class: key === "layers.rows" ? "number" : "" }, W.t(key))))),
      W.el("tbody", {}, this.wizard.layers.map((layer, i) => this.row(layer, i)))
    );
  }

  row(layer, i) {
    const { memo } = this.wizard;
    const role = memo.role(layer, i);
    const words = W.t("role." + (role || "none"));
    const select = W.el(
      "select",
      {
        "aria-label": W.t("layers.role.of", { name: layer.layer }),
        "data-layer": i,
        onchange: (event) => {
          memo.set({
            roles: { ...memo.get("roles"), [i]: event.target.value },
            columns: { ...memo.get("columns"), [i]: {} },
          });
          this.redraw(i);
        },
      },
      ["", ...layer.roles].map((value) =>
        W.el("option", { value, selected: value === role }, W.t("role." + (value || "none")))
      )
    );
    const name = W.el(
      "button",
      { type: "button", class: "link", "aria-pressed": String(i === this.shown), onclick: () => this.show(i) },
      layer.layer
    );
    const faults = layer.broken_rows ? W.t("layers.broken", { n: W.number(layer.broken_rows) }) : "";
    return W.el(
      "tr",
      { class: role ? "" : "left-out", title: words },
      W.el("th", { scope: "row" }, name, W.el("small", {}, layer.file)),
      W.el("td", {}, isAdrift(layer) ? W.el("small", { class: "wrong" }, W.t("places.lacking")) : shapeWords(layer.geometry)),
      W.el("td", { class: "number" }, W.number(layer.rows), faults ? W.el("small", { class: "wrong" }, faults) : ""),
      W.el("td", {}, select)
    );
  }

  redraw(i) {
    this.shown = i;
    this.wizard.draw();
    const select = document.querySelector(`select[data-layer="${i}"]`);
    if (select) select.focus();
  }

  show(i) {
    this.shown = i;
    document.querySelectorAll(".layers [aria-pressed]").forEach((button, at) => {
      button.setAttribute("aria-pressed", String(at === i));
    });
    this.drawSample();
  }

  /** Text formats may be read in another encoding, when what shows is no Chinese. */
  encoding() {
    const found = [...new Set(this.wizard.layers.map((one) => one.encoding).filter(Boolean))];
    if (!found.length) return "";
    const now = this.wizard.upload.inspection.encoding || "";
    const select = W.el(
      "select",
      { id: "encoding", disabled: this.reading, onchange: (event) => this.reread({ encoding: event.target.value || null }) },
      W.el("option", { value: "", selected: !now }, W.t("layers.encoding.auto", { name: found.map(encodingName).join(", ") })),
      ENCODINGS.map((value) => W.el("option", { value, selected: value === now }, encodingName(value)))
    );
    return W.el(
      "p",
      { class: "encoding" },
      W.el("label", { for: "encoding" }, W.t("layers.encoding")),
      select,
      W.el("span", { class: "note" }, W.t(this.reading ? "send.looking" : "layers.encoding.note"))
    );
  }

  /** Have it read again, in another encoding or with other columns of coordinates. */
  async reread(changes) {
    const { wizard } = this;
    const id = wizard.upload.id;
    const asked = { encoding: wizard.memo.get("encoding"), places: placesOf(wizard.layers), ...changes };
    this.reading = true;
    wizard.draw();
    try {
      const { data } = await send("POST", `uploads/${id}/inspection`, asked);
      const ended = await follow(data.id);
      if (ended.state === "done") {
        wizard.memo.set({ encoding: asked.encoding, columns: {} });
        await wizard.load(id);
        wizard.guessPosition();
      } else wizard.say(W.lang === "zh" ? ended.error_zh : ended.error_en);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      wizard.refuse(error);
    } finally {
      this.reading = false;
      wizard.draw();
    }
  }

  drawSample() {
    const layer = this.wizard.layers[this.shown];
    W.empty(this.sample).append(
      W.el("h3", {}, W.t("layers.sample", { name: layer.layer })),
      layer.places ? placePicker(layer, this.reading, (x, y) => this.placeBy(layer, x, y)) : "",
      sampleTable(layer, {})
    );
  }

  placeBy({ file, layer }, x, y) {
    const others = placesOf(this.wizard.layers).filter((one) => one.file !== file || one.layer !== layer);
    this.reread({ places: [...others, { file, layer, x, y }] });
  }
}

/** What waits for an answer is shown first, else the buildings. */
function firstShown(layers) {
  const adrift = layers.findIndex(isAdrift);
  return Math.max(0, adrift >= 0 ? adrift : layers.findIndex((one) => one.role === "buildings"));
}

/** The first rows of a layer; `marked` names the columns that are read, by field. */
export function sampleTable(layer, marked) {
  const by = new Map(Object.entries(marked).map(([field, column]) => [column, field]));
  const names = layer.columns.map((one) => one.name);
  if (!names.length) return W.el("p", { class: "note" }, W.t("layers.no_columns"));
  return W.el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": W.t("layers.sample", { name: layer.layer }) },
    W.el(
      "table",
      {},
      W.el(
        "thead",
        {},
        W.el("tr", {}, names.map((name) => W.el("th", { scope: "col", class: by.has(name) ? "read" : "" }, name, by.has(name) ? W.el("small", {}, by.get(name)) : "")))
      ),
      W.el(
        "tbody",
        {},
        layer.sample.map((row) =>
          W.el("tr", {}, row.map((value, i) => W.el("td", { class: by.has(names[i]) ? "read" : "" }, value)))
        )
      )
    )
  );
}

export function shapeWords(geometry) {
  return ["points", "lines", "polygons", "none"]
    .filter((word) => geometry[word])
    .map((word) => W.t("shape." + word, { n: W.number(geometry[word]) }))
    .join(W.t("wizard.comma"));
}

function encodingName(value) {
  return { "utf-8": "UTF-8", gb18030: "GBK / GB18030", big5: "Big5", "utf-16": "UTF-16" }[value] || value;
}
