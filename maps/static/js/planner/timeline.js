// Time travel: look at the plans as they were, or will be, on any day.

import W from "./ground.js";
import { get, wordsFor } from "./api.js";
import { Popover, note } from "./popover.js";

export class Timeline {
  constructor(store) {
    this.store = store;
    this.button = W.byId("time");
    this.panel = W.byId("time-panel");
    this.popover = new Popover(this.button, this.panel, () => this.fill());
    this.steps = new Map();
    W.byId("time-today").addEventListener("click", () => this.go(null));
    store.on(["on"], () => this.tell());
    W.onLanguage(() => this.tell());
  }

  get day() {
    return this.store.get("on") || this.store.get("today");
  }

  tell() {
    const past = Boolean(this.store.get("on"));
    W.empty(this.button).append(
      icon(),
      W.el("b", {}, this.day),
      past ? "" : W.el("span", {}, W.t("time.today"))
    );
    this.button.classList.toggle("travelling", past);
    this.button.setAttribute("aria-label", W.t("time.label", { day: this.day }));
    W.byId("time-today").hidden = !past;
    document.documentElement.classList.toggle("travelling", past);
  }

  async fill() {
    W.empty(this.panel).append(note(W.t("state.loading")));
    try {
      this.draw(await this.days());
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      W.empty(this.panel).append(note(wordsFor(error)));
    }
  }

  /** Return the days on which plans changed below where we are, oldest first. */
  async days() {
    const at = this.store.get("at") || this.top();
    if (!at) return [];
    if (!this.steps.has(at)) {
      const { items } = await get(`divisions/${at}/dates`);
      this.steps.set(at, items.sort((a, b) => (a.date < b.date ? -1 : 1)));
    }
    return this.steps.get(at);
  }

  top() {
    const scene = this.store.get("scene");
    return scene && scene.division.properties.code;
  }

  draw(days) {
    const { day } = this;
    const input = W.el("input", { type: "date", value: day, "aria-label": W.t("time.day") });
    input.addEventListener("change", () => input.value && this.go(input.value));
    const before = [...days].reverse().find((step) => step.date < day);
    const after = days.find((step) => step.date > day);
    W.empty(this.panel).append(
      W.el("h2", {}, W.t("time.title")),
      W.el("p", { class: "note" }, W.t("time.help")),
      W.el(
        "div",
        { class: "time-line" },
        this.move("‹", W.t("time.before"), before),
        input,
        this.move("›", W.t("time.after"), after),
        W.el(
          "button",
          { type: "button", onclick: () => this.go(null), disabled: !this.store.get("on") },
          W.t("time.today")
        )
      ),
      days.length ? this.list(days) : note(W.t("time.none"))
    );
    this.popover.place();
    const first = this.panel.querySelector("[aria-current]") || input;
    first.focus();
  }

  move(sign, label, step) {
    return W.el(
      "button",
      {
        type: "button",
        "aria-label": label,
        title: label,
        disabled: !step,
        onclick: () => this.go(step.date),
      },
      sign
    );
  }

  list(days) {
    const { day } = this;
    const current = [...days].reverse().find((step) => step.date <= day);
    const most = Math.max(...days.map((step) => step.plans));
    return W.el(
      "ol",
      { class: "steps" },
      [...days].reverse().map((step) => {
        const bar = W.el("i", { class: "bar", "aria-hidden": "true" });
        bar.style.width = 4 + (52 * step.plans) / most + "px";
        return W.el(
          "li",
          {},
          W.el(
            "button",
            {
              type: "button",
              class: "plain option",
              "aria-current": step === current ? "date" : null,
              onclick: () => this.go(step.date),
            },
            W.el("b", {}, step.date),
            bar,
            W.el("small", {}, W.t("time.plans", { n: W.number(step.plans) }))
          )
        );
      })
    );
  }

  /** Show a day; null is today, whenever that is. */
  go(day) {
    const on = day === this.store.get("today") ? null : day;
    this.popover.hide();
    this.button.focus();
    this.store.set({ on, plan: null });
  }
}

function icon() {
  return W.svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, [
    W.svg("circle", { cx: 8, cy: 8, r: 6.2 }),
    W.svg("path", { d: "M8 4.4V8l2.6 1.8" }),
  ]);
}
