// Step 4: what the numbers mean, seen on the map: the upload over the division's outline.

import W, { L } from "../ground.js";
import { get, wordsFor } from "../api.js";
import { createBase } from "../base.js";
import { crsChoices } from "./crs.js";

const DATUMS = ["wgs84", "gcj02", "bd09"];
const GOOD = 0.8;
const NEAR = 0.2;
const OUTLINE = { color: "#1d5fa8", weight: 3, fill: false, dashArray: "8 5", interactive: false };
const SHAPES = { color: "#8e1b2c", weight: 1, opacity: 0.75, fillColor: "#b2182b", fillOpacity: 0.06, interactive: false };
const HOUSES = { ...SHAPES, fillOpacity: 0.45 };

export class PlaceStep {
  constructor(wizard) {
    this.wizard = wizard;
    this.name = "place";
    this.placed = null;
    this.map = null;
  }

  /** Layers that say nothing of their coordinates need words; others may do without. */
  fault() {
    const { memo } = this.wizard;
    if (this.silent.length && !memo.get("crs")) return W.t("place.needed");
    return null;
  }

  get silent() {
    return this.wizard.wanted.filter(({ layer }) => !layer.crs || (layer.crs.declared && !layer.crs.code));
  }

  draw(stage) {
    this.leave();
    this.controls = W.el("div", { class: "card controls" });
    this.box = W.el("div", { id: "place-map", role: "region", "aria-label": W.t("place.map") });
    this.verdict = W.el("div", { class: "verdict", role: "status" });
    stage.append(
      W.el("h2", {}, W.t("place.title")),
      W.el("p", { class: "lead" }, W.t("place.lead")),
      W.el("div", { class: "place" }, this.controls, W.el("div", { class: "card map-card" }, this.box, this.verdict))
    );
    this.drawControls();
    this.openMap();
  }

  leave() {
    if (this.running) this.running.abort();
    if (this.map) this.map.remove();
    this.map = null;
  }

  drawControls() {
    const focused = document.activeElement && document.activeElement.id;
    W.empty(this.controls).append(
      this.declared(),
      this.crs(),
      this.datum(),
      this.swap(),
      this.suggestions()
    );
    const again = focused && W.byId(focused);
    if (again) again.focus();
  }

  change(changes) {
    this.wizard.memo.set(changes);
    this.drawControls();
    this.place();
  }

  /** What the files say themselves. */
  declared() {
    const names = new Map();
    this.wizard.wanted.forEach(({ layer }) => {
      const words = !layer.crs
        ? W.t("place.says_nothing")
        : layer.crs.declared
          ? `${layer.crs.name}${layer.crs.code ? " · " + layer.crs.code : ""}`
          : W.t("place.by_format", { name: layer.crs.name });
      names.set(words, [...(names.get(words) || []), layer.layer]);
    });
    return W.el(
      "div",
      { class: "declared" },
      W.el("h3", {}, W.t("place.declared")),
      W.el(
        "ul",
        {},
        [...names].map(([words, layers]) => W.el("li", {}, W.el("b", {}, words), W.el("small", {}, layers.join(W.t("wizard.comma")))))
      )
    );
  }

  crs() {
    const { memo } = this.wizard;
    const asks = this.silent.length > 0;
    const forced = memo.get("force");
    const middle = this.middle();
    const chosen = memo.get("crs") || "";
    const choices = crsChoices(middle);
    if (chosen && !choices.some((one) => one.code === chosen)) {
      choices.unshift({ code: chosen, name: chosen });
    }
    const select = W.el(
      "select",
      { id: "crs", onchange: (event) => this.change({ crs: event.target.value || null }) },
      W.el("option", { value: "", selected: !chosen }, W.t("place.choose")),
      choices.map((one) => W.el("option", { value: one.code, selected: one.code === chosen }, one.name))
    );
    const other = W.el("input", {
      id: "epsg",
      type: "text",
      inputmode: "numeric",
      maxlength: 11,
      value: chosen,
      placeholder: "EPSG:4548",
      "aria-label": W.t("place.epsg"),
      onchange: (event) => {
        const digits = event.target.value.replace(/\D/g, "");
        this.change({ crs: digits.length >= 4 ? "EPSG:" + digits : null });
      },
    });
    const box = W.el(
      "div",
      { class: "crs" },
      W.el("label", { for: "crs" }, W.t("place.crs")),
      select,
      W.el("label", { class: "epsg" }, W.t("place.epsg"), other)
    );
    if (asks) return box;
    return W.el(
      "div",
      {},
      W.el(
        "label",
        { class: "job-choice" },
        W.el("input", {
          type: "checkbox",
          id: "force",
          checked: forced,
          onchange: (event) => this.change({ force: event.target.checked, crs: event.target.checked ? memo.get("crs") : null }),
        }),
        W.el("span", {}, W.t("place.force"), W.el("small", {}, W.t("place.force.note")))
      ),
      forced ? box : ""
    );
  }

  datum() {
    const { memo } = this.wizard;
    const now = memo.get("datum") || "wgs84";
    return W.el(
      "fieldset",
      {},
      W.el("legend", {}, W.t("place.datum")),
      DATUMS.map((value) =>
        W.el(
          "label",
          { class: "job-choice" },
          W.el("input", {
            type: "radio",
            name: "datum",
            id: "datum-" + value,
            value,
            checked: value === now,
            onchange: () => this.change({ datum: value === "wgs84" ? null : value }),
          }),
          W.el("span", {}, W.t("datum." + value), W.el("small", {}, W.t(`datum.${value}.note`)))
        )
      )
    );
  }

  swap() {
    return W.el(
      "label",
      { class: "job-choice" },
      W.el("input", {
        type: "checkbox",
        id: "swap",
        checked: this.wizard.memo.get("swap"),
        onchange: (event) => this.change({ swap: event.target.checked }),
      }),
      W.el("span", {}, W.t("place.swap"), W.el("small", {}, W.t("place.swap.note")))
    );
  }

  suggestions() {
    const found = this.wizard.upload.inspection.suggestions;
    if (!found.length) return W.el("p", { class: "note" }, W.t(this.outline === null ? "place.no_outline" : "place.no_suggestion"));
    return W.el(
      "div",
      { class: "suggestions" },
      W.el("h3", {}, W.t("place.suggestions")),
      found.map((one, i) => {
        const words = [one.name];
        if (one.datum !== "wgs84") words.push(W.t("datum." + one.datum));
        if (one.swap) words.push(W.t("place.swap"));
        return W.el(
          "button",
          {
            type: "button",
            id: "suggestion" + i,
            class: "suggestion",
            "aria-pressed": String(this.isChosen(one)),
            onclick: () => this.choose(one),
          },
          W.el("span", {}, words.join(" · ")),
          W.el("b", {}, W.t("place.inside", { share: W.percent(one.inside) }))
        );
      })
    );
  }

  isChosen(one) {
    const { memo } = this.wizard;
    const crs = memo.get("crs") || (this.silent.length ? null : this.commonCrs());
    return crs === one.crs && (memo.get("datum") || "wgs84") === one.datum && memo.get("swap") === one.swap;
  }

  commonCrs() {
    const { wanted } = this.wizard;
    const codes = new Set(wanted.map(({ layer }) => (layer.crs && layer.crs.code) || "EPSG:4326"));
    return codes.size === 1 ? [...codes][0] : null;
  }

  choose(one) {
    const same = !this.silent.length && this.commonCrs() === one.crs;
    this.change({
      crs: same ? null : one.crs,
      force: !same && !this.silent.length,
      datum: one.datum === "wgs84" ? null : one.datum,
      swap: one.swap,
    });
  }

  /** Longitude of the middle of where it goes. */
  middle() {
    return this.bounds ? this.bounds.getCenter().lng : null;
  }

  async openMap() {
    const calm = W.isCalm();
    const map = L.map(this.box, { zoomSnap: 0, attributionControl: false, minZoom: 3, maxZoom: 20, zoomAnimation: !calm, fadeAnimation: !calm });
    map.setView([36, 105], 4, { animate: false });
    this.map = map;
    createBase(map, this.wizard.page).update({ on: "", at: null, hidden: [] });
    L.control.scale({ imperial: false }).addTo(map);
    const code = this.wizard.memo.get("division");
    this.outline = null;
    this.bounds = null;
    try {
      if (code) {
        const feature = await get(`divisions/${code}`);
        if (this.map !== map) return;
        if (feature.geometry) {
          this.outline = L.geoJSON(feature, { style: OUTLINE }).addTo(map);
          this.bounds = this.outline.getBounds();
        }
      }
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.wizard.refuse(error);
    }
    this.drawControls();
    await this.place();
  }

  /** Ask where it lies under the words chosen, and show it jump there. */
  async place() {
    if (this.running) this.running.abort();
    const running = new AbortController();
    this.running = running;
    const { memo, upload } = this.wizard;
    const wanted = new Set(this.wizard.wanted.map((one) => one.i));
    try {
      const query = { crs: memo.get("crs"), datum: memo.get("datum"), swap: memo.get("swap") || null, force: memo.get("force") || null };
      const placed = await get(`uploads/${upload.id}/place`, query, running.signal);
      if (this.running !== running || !this.map) return;
      if (this.shapes) this.shapes.remove();
      const features = placed.features.filter((one) => wanted.has(one.id));
      this.shapes = L.geoJSON({ type: "FeatureCollection", features }, {
        style: ({ id }) => (memo.role(this.wizard.layers[id], id) === "buildings" ? HOUSES : SHAPES),
        pointToLayer: (_, latlng) => L.circleMarker(latlng, { ...HOUSES, radius: 2 }),
      }).addTo(this.map);
      this.look(placed);
      this.judge(placed);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error.name !== "ApiError") throw error;
      W.empty(this.verdict).append(W.el("p", { class: "bad" }, wordsFor(error)));
    }
  }

  look(placed) {
    const bounds = L.latLngBounds([]);
    if (this.bounds) bounds.extend(this.bounds);
    // One stray point must not shrink all the rest to a dot.
    const mostlyHere = this.bounds && placed.inside > NEAR;
    if (placed.bbox && !mostlyHere) {
      const [west, south, east, north] = placed.bbox;
      bounds.extend([south, west]).extend([north, east]);
    }
    if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [24, 24], maxZoom: 18, animate: !W.isCalm() });
  }

  judge({ inside, away_m: away, bbox }) {
    const scope = this.wizard.scope;
    const place = scope ? scope.name : "";
    let words = W.t("place.nothing_to_compare");
    let good = null;
    if (!bbox) {
      words = W.t("place.off_earth");
      good = false;
    } else if (inside !== null) {
      good = inside >= GOOD;
      words =
        inside > 0
          ? W.t("place.share", { share: W.percent(inside), place })
          : W.t("place.away", { place, far: W.metres(away) });
    }
    const cls = good === null ? "" : good ? "good" : "bad";
    W.empty(this.verdict).append(
      W.el("p", { class: cls }, good === null ? "" : good ? "✓ " : "✗ ", words),
      W.el("p", { class: "note key" }, W.el("i", { class: "outline" }), W.t("place.key.outline"), W.el("i", { class: "shapes" }), W.t("place.key.shapes"))
    );
  }
}
