// Choose a place, step by step: district › street › community. One column a level.

import W from "./ground.js";
import { getAll, wordsFor } from "./api.js";
import { Popover, note } from "./popover.js";

const BELOW = { all: "district", city: "district", district: "street", street: "community" };

export class Picker {
  constructor(store, act) {
    this.store = store;
    this.act = act;
    this.known = new Map();
    this.button = W.byId("picker");
    this.popover = new Popover(this.button, W.byId("picker-panel"), () => this.open());
    this.panel = W.byId("picker-panel");
    this.panel.addEventListener("keydown", (event) => this.onKey(event));
    store.on(["scene"], () => this.tell());
    W.onLanguage(() => this.tell());
  }

  /** Write where we are on the button. */
  tell() {
    const scene = this.store.get("scene");
    const path = scene ? [...scene.division.properties.ancestors, scene.division.properties] : [];
    const names = path.filter((each) => each.name).map((each) => each.name);
    W.empty(this.button);
    if (!names.length) names.push(W.t("picker.all"));
    names.slice(-3).forEach((name, i, shown) => {
      if (i) this.button.append(W.el("i", { "aria-hidden": "true" }, "›"));
      this.button.append(W.el(i === shown.length - 1 ? "b" : "span", {}, name));
    });
    this.button.append(W.el("i", { class: "caret", "aria-hidden": "true" }, "▾"));
    this.button.setAttribute("aria-label", W.t("picker.label", { place: names.join(" › ") }));
  }

  async open() {
    const scene = this.store.get("scene");
    const here = scene ? scene.division.properties : null;
    this.chain = here ? [...here.ancestors, here].filter((each) => each.code) : [];
    W.empty(this.panel).append(note(W.t("state.loading")));
    try {
      await this.draw();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      W.empty(this.panel).append(note(wordsFor(error)));
    }
  }

  /** Return the divisions below one, or those at the top. */
  async below(division) {
    const key = division ? division.code : "";
    if (!this.known.has(key)) {
      this.known.set(key, division ? await childrenOf(division) : await topOnes());
    }
    return this.known.get(key);
  }

  async draw() {
    const columns = [await this.below(null)];
    for (const division of this.chain) {
      if (division.level === "community") break;
      columns.push(await this.below(division));
    }
    const shown = columns.filter((items) => items.length);
    W.empty(this.panel).append(
      W.el(
        "button",
        { type: "button", class: "plain everything", onclick: () => this.choose("") },
        W.t("picker.everything")
      ),
      W.el("div", { class: "columns" }, shown.map((items, i) => this.column(items, i)))
    );
    const last = this.panel.querySelectorAll(".column");
    const column = last[last.length - 1];
    if (!column) return;
    const focus = column.querySelector("[aria-current]") || column.querySelector("button");
    this.popover.place();
    if (focus) focus.focus();
  }

  column(items, i) {
    const chosen = this.chain[this.depthOf(items)];
    return W.el(
      "div",
      { class: "column", role: "group", "aria-label": W.t("level." + items[0].level) },
      W.el("h2", {}, W.t("level." + items[0].level)),
      W.el(
        "div",
        { class: "options", "data-column": i },
        items.map((item) => this.option(item, chosen))
      )
    );
  }

  depthOf(items) {
    return this.chain.findIndex((each) => each.level === items[0].level);
  }

  option(item, chosen) {
    const here = chosen && chosen.code === item.code;
    const leaf = item.level === "community";
    const count = leaf ? (item.planned ? "" : W.t("area.unplanned")) : W.number(item.communities);
    return W.el(
      "button",
      {
        type: "button",
        class: "plain option",
        "data-code": item.code,
        "aria-current": here ? "true" : null,
        onclick: () => (leaf ? this.choose(item.code) : this.enter(item)),
        ondblclick: () => this.choose(item.code),
      },
      W.el("span", {}, item.name),
      W.el("small", {}, count, leaf ? "" : " ›")
    );
  }

  /** Open the next column, and show the area on the map. */
  async enter(item) {
    const depth = this.chain.findIndex((each) => each.level === item.level);
    this.chain = [...(depth < 0 ? this.chain : this.chain.slice(0, depth)), item];
    this.act.goTo(item.code);
    await this.draw();
  }

  choose(code) {
    this.popover.close();
    this.act.goTo(code || null);
  }

  onKey(event) {
    const option = event.target.closest(".option");
    if (!option) return;
    const column = option.closest(".options");
    const options = [...column.children];
    const now = options.indexOf(option);
    const columns = [...this.panel.querySelectorAll(".options")];
    const beside = (by) => {
      const other = columns[columns.indexOf(column) + by];
      return other && (other.querySelector("[aria-current]") || other.firstChild);
    };
    const to = {
      ArrowDown: options[now + 1],
      ArrowUp: options[now - 1],
      Home: options[0],
      End: options[options.length - 1],
      ArrowLeft: beside(-1),
      ArrowRight: beside(1),
    };
    if (!(event.key in to)) return;
    event.preventDefault();
    if (to[event.key]) to[event.key].focus();
    else if (event.key === "ArrowRight") option.click();
  }
}

async function childrenOf(division) {
  const below = await getAll("divisions", { parent: division.code });
  return below.length || !BELOW[division.level]
    ? below
    : getAll("divisions", { under: division.code, level: BELOW[division.level] });
}

async function topOnes() {
  for (const level of ["city", "district", "street", "community"]) {
    const found = await getAll("divisions", { level });
    if (found.length) return found;
  }
  return [];
}
