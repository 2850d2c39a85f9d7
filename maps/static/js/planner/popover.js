// A button that opens a small panel below it; Escape and a click elsewhere close it.

import W from "./ground.js";

const GAP = 6;
const EDGE = 8;

const open = new Set();

export class Popover {
  /** `fill(panel)` is called every time before it opens. */
  constructor(button, panel, fill) {
    this.button = button;
    this.panel = panel;
    this.fill = fill;
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-controls", panel.id);
    button.addEventListener("click", () => (this.isOpen ? this.close() : this.show()));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
    document.addEventListener("pointerdown", (event) => {
      const inside = panel.contains(event.target) || button.contains(event.target);
      if (this.isOpen && !inside) this.hide();
    });
    panel.addEventListener("focusout", (event) => {
      const to = event.relatedTarget;
      if (to && !panel.contains(to) && to !== button) this.hide();
    });
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  show() {
    open.forEach((other) => other.hide());
    open.add(this);
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.fill(this.panel);
    this.place();
    const first =
      this.panel.querySelector("[data-first]") ||
      this.panel.querySelector("button, input, [tabindex='0']");
    if (first) first.focus();
  }

  /** Stand below the button, or above where there is no room, inside the window. */
  place() {
    const box = this.button.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.panel;
    const left = Math.max(EDGE, Math.min(box.left, window.innerWidth - offsetWidth - EDGE));
    const fits = box.bottom + GAP + offsetHeight + EDGE <= window.innerHeight;
    const above = Math.max(EDGE, box.top - GAP - offsetHeight);
    const below = box.top < window.innerHeight / 2 || fits;
    this.panel.style.left = left + "px";
    this.panel.style.top = (below ? box.bottom + GAP : above) + "px";
  }

  /** Fill again what is shown. */
  refresh() {
    if (this.isOpen) this.fill(this.panel);
  }

  hide() {
    open.delete(this);
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  close() {
    this.hide();
    this.button.focus();
  }
}

/** Let arrows, Home and End move the focus among the items of a menu. */
export function moveByArrows(box, selector) {
  box.addEventListener("keydown", (event) => {
    const items = [...box.querySelectorAll(selector)];
    const now = items.indexOf(document.activeElement);
    const to = {
      ArrowDown: Math.min(items.length - 1, now + 1),
      ArrowUp: Math.max(0, now - 1),
      Home: 0,
      End: items.length - 1,
    }[event.key];
    if (to === undefined || !items.length) return;
    event.preventDefault();
    items[to].focus();
  });
}

/** Return a line that says one thing: loading, nothing there, a failure. */
export function note(text) {
  return W.el("p", { class: "note" }, text);
}
