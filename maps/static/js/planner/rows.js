// A long list of equal rows: only those in view are in the page. Keys as in a listbox.

import W from "./ground.js";

const SPARE = 6;

/**
 * `look` has: height of a row, row(item) → element, open(item), hover(item or null),
 * canOpen(item), keyOf(item).
 */
export class Rows {
  constructor(box, look) {
    this.box = box;
    this.look = look;
    this.sky = W.el("div", { class: "sky", role: "presentation" });
    this.items = [];
    this.nodes = new Map(); // of the rows in the page, by their place
    this.active = -1;
    this.marked = null;
    this.lit = null;
    W.empty(box).appendChild(this.sky);
    this.bind();
  }

  bind() {
    const { box } = this;
    box.addEventListener("scroll", () => this.draw());
    box.addEventListener("click", (event) => this.openAt(this.indexUnder(event)));
    box.addEventListener("mousemove", (event) => {
      const item = this.items[this.indexUnder(event)];
      this.hover(item && this.look.canOpen(item) ? item : null);
    });
    box.addEventListener("mouseleave", () => this.hover(null));
    box.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.look.height) - 1);
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
    const end = this.items.length;
    if (event.key in moves) this.step(moves[event.key]);
    else if (event.key === "Home") this.step(-end);
    else if (event.key === "End") this.step(end);
    else if (event.key === "Enter" || event.key === " ") this.openAt(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  indexUnder(event) {
    const top = this.sky.getBoundingClientRect().top;
    return Math.floor((event.clientY - top) / this.look.height);
  }

  openAt(i) {
    const item = this.items[i];
    if (!item || !this.look.canOpen(item)) return;
    this.active = i;
    this.look.open(item);
  }

  hover(item) {
    if (item === this.hovered) return;
    this.hovered = item;
    if (this.look.hover) this.look.hover(item);
  }

  /** Move the active row, over those that cannot be opened. */
  step(by) {
    const last = this.items.length - 1;
    let i = Math.max(0, Math.min(last, this.active + by));
    const way = by > 0 ? 1 : -1;
    while (this.items[i] && !this.look.canOpen(this.items[i])) i += way;
    if (!this.items[i]) return;
    this.active = i;
    this.reveal();
    this.hover(this.items[i]);
  }

  setItems(items) {
    this.items = items;
    this.active = this.marked ? items.indexOf(this.marked) : -1;
    this.sky.style.height = items.length * this.look.height + "px";
    this.nodes.clear();
    W.empty(this.sky);
    this.box.scrollTop = 0;
    this.draw();
  }

  /** Put changed items in place of the former; rows whose sign is the same stay. */
  update(items, signOf) {
    const { keyOf } = this.look;
    const marked = this.marked && keyOf(this.marked);
    const same = items.length === this.items.length;
    this.items = items;
    this.marked = items.find((item) => keyOf(item) === marked) || null;
    this.active = this.marked
      ? items.indexOf(this.marked)
      : Math.min(this.active, items.length - 1);
    this.nodes.forEach((node, i) => {
      if (same && node.dataset.sign === signOf(items[i])) return;
      node.remove();
      this.nodes.delete(i);
    });
    this.sky.style.height = items.length * this.look.height + "px";
    this.draw();
  }

  /** Show which item is chosen and bring its row into view. */
  mark(item) {
    this.marked = item;
    this.active = item ? this.items.indexOf(item) : -1;
    if (this.active >= 0) this.reveal();
    else this.draw();
  }

  /** Show which item the map points at. */
  light(item) {
    if (this.lit === item) return;
    this.lit = item;
    this.draw();
  }

  reveal() {
    const { height } = this.look;
    const top = this.active * height;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    const under = top + height - this.box.clientHeight;
    if (under > this.box.scrollTop) this.box.scrollTop = under;
    this.draw();
  }

  draw() {
    const { height } = this.look;
    const from = Math.max(0, Math.floor(this.box.scrollTop / height) - SPARE);
    const seen = Math.ceil((this.box.clientHeight || 600) / height) + 2 * SPARE;
    const to = Math.min(this.items.length, from + seen);
    this.nodes.forEach((node, i) => {
      if (i >= from && i < to) return;
      node.remove();
      this.nodes.delete(i);
    });
    let next = this.sky.firstChild;
    for (let i = from; i < to; i++) {
      const node = this.nodeAt(i);
      if (node === next) next = next.nextSibling;
      else this.sky.insertBefore(node, next);
    }
    const shown = this.active >= from && this.active < to;
    if (shown) this.box.setAttribute("aria-activedescendant", this.idOf(this.active));
    else this.box.removeAttribute("aria-activedescendant");
  }

  idOf(i) {
    return `${this.box.id}-${i}`;
  }

  /** The node of a row stays while it is in view: a click is lost on one that goes
   * between press and release. */
  nodeAt(i) {
    const item = this.items[i];
    if (!this.nodes.has(i)) this.nodes.set(i, this.node(item, i));
    const node = this.nodes.get(i);
    node.setAttribute("aria-selected", String(item === this.marked));
    node.classList.toggle("active", i === this.active);
    node.classList.toggle("lit", item === this.lit);
    return node;
  }

  node(item, i) {
    const node = this.look.row(item);
    node.id = this.idOf(i);
    node.style.top = i * this.look.height + "px";
    node.style.height = this.look.height + "px";
    node.setAttribute("role", "option");
    node.setAttribute("aria-setsize", this.items.length);
    node.setAttribute("aria-posinset", i + 1);
    if (!this.look.canOpen(item)) node.setAttribute("aria-disabled", "true");
    return node;
  }
}
