// Step 6: take it in and draw; the page may be closed meanwhile, the work goes on.

import W from "../ground.js";
import { get, send } from "../api.js";
import { me } from "../me.js";
import { DrawForm } from "../jobs/draw-form.js";
import { follow } from "../jobs/follow.js";
import { barOf, lineOf, piecesOf, tookOf } from "../jobs/words.js";
import { isOpen } from "../jobs/watch.js";

export class TakeStep {
  constructor(wizard) {
    this.wizard = wizard;
    this.name = "take";
    this.last = true;
    this.job = null;
  }

  fault() {
    return null;
  }

  busy() {
    return Boolean(this.job && isOpen(this.job));
  }

  draw(stage) {
    this.box = W.el("div", {});
    stage.append(W.el("h2", {}, W.t("take.title")), this.box);
    const kept = this.wizard.memo.get("job");
    if (this.job && this.job.id === kept) this.drawJob();
    else if (kept !== null) this.follow(kept);
    else this.drawAsk();
  }

  leave() {
    if (this.control) this.control.abort();
    this.control = null;
  }

  drawAsk() {
    const { wizard } = this;
    const { memo, upload } = wizard;
    const { report } = upload;
    const mayDraw = me.may("edit_plan", memo.get("division") || "");
    const form = W.el("div", { class: "draw-form", hidden: !memo.get("draw") || !mayDraw });
    this.form = new DrawForm(form);
    this.start = W.el("button", { type: "button", id: "take", class: "primary", onclick: () => this.send() }, startWords(memo.get("draw") && mayDraw));
    this.form.onCheck = (good) => {
      this.start.disabled = memo.get("draw") && mayDraw && !good;
    };
    const choose = (name, key, changed) =>
      W.el(
        "label",
        { class: "job-choice" },
        W.el("input", {
          type: "checkbox",
          id: "take-" + name,
          checked: memo.get(name),
          onchange: (event) => {
            memo.set({ [name]: event.target.checked });
            changed(event.target.checked);
          },
        }),
        W.el("span", {}, W.t(key), W.el("small", {}, W.t(key + ".note")))
      );
    W.empty(this.box).append(
      W.el("p", { class: "lead" }, W.t("take.lead", { n: W.number(report.communities.length), households: W.number(report.households), place: wizard.scope ? wizard.scope.name : "" })),
      W.el(
        "div",
        { class: "card take-options" },
        mayDraw
          ? choose("draw", "take.draw", (on) => {
              form.hidden = !on;
              this.start.textContent = startWords(on);
              this.form.check();
            })
          : W.el("p", { class: "note" }, W.t("take.may_not_draw")),
        form,
        choose("replace", "take.replace", () => {})
      )
    );
    wizard.own(this.start);
  }

  async send() {
    const { wizard } = this;
    const { memo, upload } = wizard;
    const draws = memo.get("draw") && !this.form.box.hidden;
    if (draws && !this.form.check()) return;
    this.start.disabled = true;
    wizard.say(null);
    try {
      const body = { choices: memo.choices(wizard.layers), draw: draws ? this.form.order() : null };
      const { data } = await send("POST", `uploads/${upload.id}/import`, body);
      memo.set({ job: data.id });
      wizard.watch.look();
      this.follow(data.id);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      wizard.refuse(error);
      this.start.disabled = false;
    }
  }

  async follow(id) {
    this.control = new AbortController();
    const { signal } = this.control;
    try {
      this.job = await get(`jobs/${id}`, {}, signal);
      this.drawJob();
      if (!isOpen(this.job)) return;
      this.job = await follow(id, {
        signal,
        onProgress: (job) => {
          this.job = job;
          this.drawJob();
        },
      });
      this.wizard.watch.look();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error.name !== "ApiError") throw error;
      if (error.status === 404) {
        this.wizard.memo.set({ job: null });
        this.drawAsk();
      } else this.wizard.refuse(error);
    }
  }

  drawJob() {
    if (this.wizard.step !== this) return;
    const { job } = this;
    const open = isOpen(job);
    const { activeElement } = document;
    const focused = this.box.contains(activeElement) || activeElement === this.start;
    this.wizard.own(null);
    W.empty(this.box).append(
      W.el(
        "div",
        { class: "card job " + job.state },
        W.el("p", { class: "state-line", role: "status" }, W.el("b", {}, W.t("jobs.state." + job.state)), " ", tookOf(job)),
        open ? barOf(job) : "",
        W.el("p", { class: "said" }, lineOf(job)),
        open ? W.el("p", { class: "note" }, W.t("take.may_leave")) : "",
        open && !job.stop_asked
          ? W.el("button", { type: "button", onclick: () => this.cancel() }, W.t("jobs.cancel"))
          : ""
      ),
      this.pieces(job),
      open ? "" : this.after(job)
    );
    if (focused) this.wizard.stage.focus();
    this.wizard.tell();
  }

  pieces(job) {
    const pieces = piecesOf(job);
    if (!pieces.length) return "";
    return W.el("ul", { class: "card pieces" }, pieces);
  }

  after(job) {
    const done = job.state === "done";
    const place = this.wizard.memo.get("division");
    return W.el(
      "div",
      { class: "do" },
      done
        ? W.el("a", { class: "button primary", href: place ? "plan?at=" + place : "plan" }, W.t("take.open"))
        : W.el("button", { type: "button", class: "primary", onclick: () => this.retry() }, W.t("jobs.again")),
      W.el("button", { type: "button", id: "another", onclick: () => this.another() }, W.t("take.another"))
    );
  }

  retry() {
    this.job = null;
    this.wizard.memo.set({ job: null });
    this.wizard.draw();
  }

  another() {
    this.job = null;
    this.wizard.upload = null;
    this.wizard.memo.forget();
    this.wizard.draw();
  }

  async cancel() {
    try {
      await send("POST", `jobs/${this.job.id}/cancel`, {});
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.wizard.refuse(error);
    }
  }
}

function startWords(draws) {
  return W.t(draws ? "take.start.draw" : "take.start");
}
