// "Draw this community / street": what will happen, how, and off it goes.

import W from "../ground.js";
import { getAll, send, wordsFor } from "../api.js";
import { DrawForm } from "./draw-form.js";

export class DrawDialog {
  constructor(dialog, tasks, watch) {
    this.dialog = dialog;
    this.tasks = tasks;
    this.watch = watch;
    this.build();
    W.onLanguage(() => this.tell());
  }

  build() {
    this.title = W.el("h2", { id: "draw-title" });
    this.about = W.el("p", { class: "about" });
    this.refused = W.el("p", { class: "wrong", role: "alert", hidden: true });
    const box = W.el("div", { class: "draw-form" });
    this.form = new DrawForm(box);
    this.start = W.el("button", { type: "submit", class: "primary" });
    this.stop = W.el("button", { type: "button", onclick: () => this.dialog.close() });
    this.cross = W.el(
      "button",
      { type: "button", class: "plain cross", onclick: () => this.dialog.close() },
      "×"
    );
    this.form.onCheck = (good) => {
      this.start.disabled = !good || !this.count;
    };
    const form = W.el(
      "form",
      { method: "dialog" },
      this.about,
      box,
      this.refused,
      W.el("footer", {}, this.stop, this.start)
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.dialog.append(W.el("header", {}, this.title, this.cross), form);
  }

  tell() {
    this.title.textContent = W.t("draw.title");
    this.start.textContent = W.t("draw.start");
    this.stop.textContent = W.t("draw.cancel");
    this.cross.setAttribute("aria-label", W.t("jobs.close"));
    if (!this.division) return;
    const { name, level } = this.division;
    const n = this.count;
    this.about.textContent =
      level === "community"
        ? W.t("draw.community", { name })
        : n === 0
          ? W.t("draw.empty", { name })
          : W.t("draw.area", { name, n: W.number(n || 0) });
  }

  /** Open for a division {code, name, level}. */
  async open(division) {
    this.division = division;
    this.count = division.level === "community" ? 1 : null;
    this.refused.hidden = true;
    this.tell();
    this.form.check();
    this.dialog.showModal();
    this.start.focus();
    if (this.count !== null) return;
    try {
      const below = await getAll("divisions", { under: division.code, level: "community" });
      this.count = below.length;
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.refuse(error);
    }
    this.tell();
    this.form.check();
  }

  refuse(error) {
    this.refused.hidden = false;
    this.refused.textContent = W.t("draw.refused", { why: wordsFor(error) });
  }

  async send() {
    if (!this.form.check()) return;
    this.start.disabled = true;
    try {
      const order = { kind: "draw", division: this.division.code, ...this.form.order() };
      await send("POST", "jobs", order);
      this.dialog.close();
      W.byId("announce").textContent = W.t("draw.started");
      await this.watch.look();
      this.tasks.open();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.refuse(error);
    } finally {
      this.form.check();
    }
  }
}
