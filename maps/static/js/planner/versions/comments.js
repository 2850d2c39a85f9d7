// Remarks on the plan shown: a list at the side, and pins on the map.

import W, { L } from "../ground.js";
import { get, send, wordsFor } from "../api.js";
import { at, serial } from "./words.js";

const PIN = 26;

export class Comments {
  constructor(bar) {
    this.bar = bar;
    this.desk = bar.desk;
    this.store = bar.store;
    this.items = null;
    this.fault = null;
    this.all = false;
    this.spot = null;
    this.pins = new Map();
    this.panel = W.el("section", { id: "comments", class: "panel", hidden: true, "aria-labelledby": "comments-title" });
    document.querySelector(".right").prepend(this.panel);
    this.store.on(["scene"], () => this.follow());
    this.store.on(["compare"], () => this.drawPins());
    this.store.on(["grid"], () => this.tellAbout());
    this.build();
    W.onLanguage(() => this.fill());
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  build() {
    this.title = W.el("h2", { id: "comments-title" });
    this.list = W.el("ol", { class: "remarks" });
    this.filter = W.el("div", { class: "tabs", role: "group" });
    this.words = W.el("textarea", { rows: 2, maxlength: 2000 });
    this.about = W.el("div", { class: "about" });
    this.alert = W.el("p", { class: "fault", role: "alert", hidden: true });
    this.sendButton = W.el("button", { type: "submit", class: "primary" });
    this.placeButton = W.el("button", { type: "button", onclick: () => this.choosePlace() });
    this.cross = W.el("button", { type: "button", class: "plain cross", onclick: () => this.close() }, "×");
    const form = W.el(
      "form",
      { novalidate: true },
      this.words,
      this.about,
      this.alert,
      W.el("footer", {}, this.placeButton, this.sendButton)
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.panel.append(
      W.el("header", {}, this.title, this.cross),
      W.el("div", { class: "body" }, this.filter, this.list, form)
    );
  }

  button() {
    const { version } = this.bar;
    const open = this.items
      ? this.items.filter((each) => !each.resolved_at).length
      : version
        ? version.open_comments
        : 0;
    return W.el(
      "button",
      {
        type: "button",
        "aria-pressed": String(this.isOpen),
        onclick: () => (this.isOpen ? this.close() : this.open()),
      },
      W.t("do.comments"),
      open ? W.el("span", { class: "count" }, W.number(open)) : ""
    );
  }

  tell() {
    this.panel.setAttribute("aria-label", W.t("rem.title"));
  }

  follow() {
    const { plan } = this.bar;
    const id = plan ? plan.id : null;
    if (id === this.plan) return;
    this.plan = id;
    this.items = null;
    this.place(null);
    if (!id || !this.bar.seesDrafts()) {
      this.panel.hidden = true;
      this.drawPins();
      return;
    }
    this.load();
  }

  async load() {
    const { plan } = this;
    if (!plan) return;
    try {
      const { items } = await get(`plans/${plan}/comments`);
      if (plan !== this.plan) return;
      this.items = items;
      this.fault = null;
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.fault = error;
    }
    this.fill();
    this.bar.tell();
  }

  open() {
    this.panel.hidden = false;
    this.store.set({ comments: true });
    this.fill();
    this.bar.tell();
    this.words.focus();
  }

  close() {
    this.panel.hidden = true;
    this.stopPlacing();
    this.store.set({ comments: false });
    this.bar.tell();
  }

  fill() {
    const items = this.items || [];
    const open = items.filter((each) => !each.resolved_at);
    this.title.textContent = W.t("rem.title");
    this.cross.setAttribute("aria-label", W.t("do.close"));
    this.words.placeholder = W.t("rem.hint");
    this.words.setAttribute("aria-label", W.t("rem.write"));
    this.sendButton.textContent = W.t("rem.send");
    this.placeButton.textContent = W.t(this.placing ? "rem.placing" : "rem.place");
    W.empty(this.filter).append(
      this.tab(false, W.t("rem.open", { n: open.length })),
      this.tab(true, W.t("rem.all", { n: items.length }))
    );
    const shown = this.all ? items : open;
    W.empty(this.list).append(
      ...(shown.length ? shown.map((each) => this.row(each)) : [this.blank(items)])
    );
    this.tellAbout();
    this.drawPins();
  }

  tab(all, words) {
    const pick = () => {
      this.all = all;
      this.fill();
    };
    const pressed = String(this.all === all);
    return W.el("button", { type: "button", "aria-pressed": pressed, onclick: pick }, words);
  }

  blank(items) {
    if (this.fault) return W.el("li", { class: "note" }, wordsFor(this.fault));
    if (!this.items) return W.el("li", { class: "note" }, W.t("rem.loading"));
    return W.el("li", { class: "note" }, W.t(items.length ? "rem.none_open" : "rem.none"));
  }

  row(remark) {
    const number = this.items.indexOf(remark) + 1;
    const done = Boolean(remark.resolved_at);
    const where = remark.grid
      ? W.t("rem.grid", { number: serial(remark.grid) })
      : remark.lon === null
        ? null
        : W.t("rem.where");
    const find = () => this.find(remark);
    return W.el(
      "li",
      { class: done ? "done" : "", "data-remark": remark.id },
      W.el(
        "header",
        {},
        W.el("i", { class: "pin", "aria-hidden": "true" }, number),
        W.el("b", {}, remark.actor),
        W.el("small", {}, at(remark.at)),
        where ? W.el("button", { type: "button", class: "link", onclick: find }, where) : ""
      ),
      W.el("p", {}, remark.body),
      W.el(
        "footer",
        {},
        done
          ? W.el(
              "small",
              {},
              W.t("rem.resolved", { actor: remark.resolved_by, at: at(remark.resolved_at) })
            )
          : "",
        W.el(
          "button",
          { type: "button", class: "link", onclick: () => this.resolve(remark, !done) },
          W.t(done ? "rem.reopen" : "rem.resolve")
        )
      )
    );
  }

  async resolve(remark, resolved) {
    await this.ask(() => send("PATCH", `plans/${this.plan}/comments/${remark.id}`, { resolved }));
    this.list.querySelector(`[data-remark="${remark.id}"] button`)?.focus();
  }

  async send() {
    if (!this.words.value.trim()) {
      this.tellFault(W.t("rem.empty"));
      this.words.focus();
      return;
    }
    const body = { body: this.words.value, grid: this.store.get("grid") };
    if (this.spot) Object.assign(body, { lon: this.spot.lng, lat: this.spot.lat });
    this.sendButton.disabled = true;
    const sent = await this.ask(() => send("POST", `plans/${this.plan}/comments`, body));
    this.sendButton.disabled = false;
    if (!sent) return;
    this.words.value = "";
    this.place(null);
    this.list.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  /** Ask the service for something, then read the remarks again; tell what it refused. */
  async ask(deed) {
    this.tellFault("");
    try {
      await deed();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.tellFault(wordsFor(error));
      return false;
    }
    await this.load();
    return true;
  }

  tellFault(words) {
    this.alert.textContent = words;
    this.alert.hidden = !words;
  }

  /** Say what a new remark will be about: the chosen grid, a chosen place. */
  tellAbout() {
    const grid = this.store.get("grid");
    const parts = [];
    if (grid) parts.push(W.el("span", {}, W.t("rem.about", { number: serial(grid) })));
    if (this.spot) {
      const drop = () => this.place(null);
      parts.push(
        W.el("span", {}, W.t("rem.placed")),
        W.el("button", { type: "button", class: "link", onclick: drop }, W.t("rem.unplace"))
      );
    }
    W.empty(this.about).append(...parts);
  }

  /** Let a click on the map say where; Escape leaves it. */
  choosePlace() {
    if (this.placing) {
      this.stopPlacing();
      return;
    }
    const map = this.desk.stage.map.getContainer();
    this.placing = {
      click: (event) => {
        event.stopPropagation();
        event.preventDefault();
        const box = map.getBoundingClientRect();
        const point = L.point(event.clientX - box.left, event.clientY - box.top);
        this.place(this.desk.stage.map.containerPointToLatLng(point));
        this.stopPlacing();
        this.words.focus();
      },
      key: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.stopPlacing();
      },
    };
    map.addEventListener("click", this.placing.click, true);
    document.addEventListener("keydown", this.placing.key, true);
    document.body.classList.add("placing");
    this.fill();
  }

  stopPlacing() {
    if (!this.placing) return;
    const map = this.desk.stage.map.getContainer();
    map.removeEventListener("click", this.placing.click, true);
    document.removeEventListener("keydown", this.placing.key, true);
    document.body.classList.remove("placing");
    this.placing = null;
    this.fill();
  }

  place(spot) {
    this.spot = spot;
    this.tellAbout();
    this.drawPins();
  }

  /** Show a remark: its place on the map, and its grid. */
  find(remark) {
    const model = this.store.get("model");
    const grid = remark.grid && model && model.byCode.get(remark.grid);
    if (remark.lon !== null) {
      this.desk.stage.map.panTo([remark.lat, remark.lon], { animate: !W.isCalm() });
    } else if (grid) this.desk.choose(grid);
  }

  drawPins() {
    const wanted = this.isOpen && this.items ? this.items.filter((each) => each.lon !== null) : [];
    const { map } = this.desk.stage;
    this.pins.forEach((pin) => pin.remove());
    this.pins.clear();
    wanted
      .filter((each) => this.all || !each.resolved_at)
      .forEach((each) => {
        const number = this.items.indexOf(each) + 1;
        this.pins.set(each.id, this.pin([each.lat, each.lon], number, each).addTo(map));
      });
    if (this.spot) this.pins.set(0, this.pin(this.spot, "+", null).addTo(map));
  }

  pin(place, label, remark) {
    const done = remark && remark.resolved_at;
    const icon = L.divIcon({
      className: "remark-pin" + (done ? " done" : ""),
      html: W.el("i", {}, String(label)),
      iconSize: [PIN, PIN],
      iconAnchor: [PIN / 2, PIN],
    });
    const title = remark ? `${W.t("rem.pin", { n: label })} · ${remark.actor}` : "";
    const marker = L.marker(place, { icon, title, alt: title, keyboard: Boolean(remark) });
    if (remark) marker.on("click keypress", () => this.point(remark));
    return marker;
  }

  /** Lead from a pin to its remark. */
  point(remark) {
    const row = this.list.querySelector(`[data-remark="${remark.id}"]`);
    if (!row) return;
    this.list.querySelectorAll(".pointed").forEach((each) => each.classList.remove("pointed"));
    row.classList.add("pointed");
    row.scrollIntoView({ block: "nearest" });
  }
}
