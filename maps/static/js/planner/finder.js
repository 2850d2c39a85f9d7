// Search by name, address, code or the initials of pinyin. A combobox: the list below
// is walked by arrows; while an input method composes, keys are its own.

import W from "./ground.js";
import { get, wordsFor } from "./api.js";

const WAIT_MS = 160;
const LIMIT = 40;
const OF_A_KIND = 6;
const KINDS = [
  "division", "grid", "compound", "building", "site", "street", "space", "device",
];

export class Finder {
  constructor(act) {
    this.act = act;
    this.input = W.byId("finder");
    this.list = W.byId("finder-list");
    this.items = [];
    this.active = -1;
    this.input.addEventListener("input", (event) => {
      if (!event.isComposing) this.later();
    });
    this.input.addEventListener("compositionend", () => this.later());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("focus", () => this.items.length && this.open());
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest(".finder")) this.close();
    });
    this.input.addEventListener("blur", () => window.setTimeout(() => this.closeIfLeft(), 0));
    W.onLanguage(() => this.say());
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  closeIfLeft() {
    if (!this.list.parentNode.contains(document.activeElement)) this.close();
  }

  later() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    const words = this.input.value.trim();
    if (this.running) this.running.abort();
    if (!words) {
      this.items = [];
      this.close();
      return;
    }
    const running = new AbortController();
    this.running = running;
    this.fault = null;
    try {
      const { items } = await get("search", { q: words, limit: LIMIT }, running.signal);
      this.items = grouped(items);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error.name !== "ApiError") throw error;
      this.fault = error;
      this.items = [];
    }
    this.active = this.items.length ? 0 : -1;
    this.open();
  }

  open() {
    this.say();
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  say() {
    W.empty(this.list);
    if (!this.items.length) {
      const said = this.fault ? wordsFor(this.fault) : W.t("finder.none");
      this.list.append(
        W.el("p", { class: "note", role: "option", "aria-disabled": "true" }, said)
      );
      return;
    }
    let kind = "";
    this.items.forEach((item, i) => {
      if (item.kind !== kind) {
        kind = item.kind;
        this.list.append(W.el("h2", { role: "presentation" }, W.t("kind." + kind)));
      }
      this.list.append(this.option(item, i));
    });
    this.mark(this.active);
  }

  option(item, i) {
    return W.el(
      "div",
      {
        id: "found-" + i,
        class: "option",
        role: "option",
        "data-kind": item.kind,
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => this.choose(item),
        onmousemove: () => this.active !== i && this.mark(i),
      },
      W.el("span", {}, item.name),
      W.el("small", {}, detailOf(item))
    );
  }

  mark(i) {
    this.active = i;
    this.list.querySelectorAll(".option").forEach((node) => {
      const here = node.id === "found-" + i;
      node.setAttribute("aria-selected", String(here));
      if (here) node.scrollIntoView({ block: "nearest" });
    });
    if (i >= 0) this.input.setAttribute("aria-activedescendant", "found-" + i);
  }

  onKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const last = this.items.length - 1;
    if (event.key === "ArrowDown") {
      if (this.list.hidden) this.open();
      else this.mark(this.active >= last ? 0 : this.active + 1);
    } else if (event.key === "ArrowUp") this.mark(this.active <= 0 ? last : this.active - 1);
    else if (event.key === "Enter") {
      if (this.items[this.active]) this.choose(this.items[this.active]);
    } else if (event.key === "Escape") {
      if (this.list.hidden) this.input.blur();
      this.close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(item) {
    this.close();
    this.input.value = item.name;
    this.input.blur();
    this.act.show(item);
  }
}

/** Put results of one kind together, kinds in the order of their best result. */
function grouped(items) {
  const order = [...new Set(items.map((item) => item.kind))];
  const known = (kind) => (KINDS.includes(kind) ? 0 : 1);
  order.sort((a, b) => known(a) - known(b) || order.indexOf(a) - order.indexOf(b));
  const most = order.length > 1 ? OF_A_KIND : LIMIT;
  return order.flatMap((kind) =>
    items.filter((item) => item.kind === kind).slice(0, most)
  );
}

function detailOf(item) {
  const words = [item.detail, item.kind === "division" ? "" : item.community_name];
  return words.filter(Boolean).join(" · ");
}
