// The walk from a file to a drawn plan: which step we are on, and what it may lead to.

import W from "../ground.js";
import { get, wordsFor } from "../api.js";
import { isOpen } from "../jobs/watch.js";
import { Memo } from "./memo.js";
import { SendStep } from "./send-step.js";
import { LayersStep } from "./layers-step.js";
import { FieldsStep } from "./fields-step.js";
import { PlaceStep } from "./place-step.js";
import { CheckStep } from "./check-step.js";
import { TakeStep } from "./take-step.js";
import { readScopes } from "./scopes.js";

/** What matters most stands first. */
export const ROLES = [
  "communities",
  "buildings",
  "streets",
  "barriers",
  "compounds",
  "gates",
  "sites",
  "landuse",
  "spaces",
  "devices",
];
const STEPS = [SendStep, LayersStep, FieldsStep, PlaceStep, CheckStep, TakeStep];

export class Wizard {
  constructor(page, watch) {
    this.page = page;
    this.watch = watch;
    this.memo = new Memo();
    this.owned = null;
    this.upload = null;
    this.stage = W.byId("stage");
    this.fault = W.byId("fault");
    this.steps = STEPS.map((Step) => new Step(this));
    this.on = W.byId("step-on");
    this.back = W.byId("step-back");
    this.on.addEventListener("click", () => this.forward());
    this.back.addEventListener("click", () => this.go(this.at - 1));
    document.querySelectorAll("[data-step]").forEach((button) => {
      button.addEventListener("click", () => this.go(Number(button.dataset.step)));
    });
    this.memo.on(() => this.tell());
  }

  get at() {
    return this.memo.get("step");
  }

  get step() {
    return this.steps[this.at];
  }

  get layers() {
    return (this.upload && this.upload.inspection && this.upload.inspection.layers) || [];
  }

  /** Layers that are to be taken in, with their place among all. */
  get wanted() {
    return this.layers
      .map((layer, i) => ({ layer, i, role: this.memo.role(layer, i) }))
      .filter((one) => one.role)
      .sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role));
  }

  get scope() {
    const code = this.memo.get("division");
    return this.scopes.find((one) => one.code === code) || null;
  }

  /** Take up where we were, if the file is still there. */
  async begin() {
    const asked = new URLSearchParams(location.search).get("at");
    try {
      this.scopes = await readScopes(asked);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.scopes = [];
      this.refuse(error);
    }
    if (!this.scope || (asked && this.memo.get("upload") === null)) {
      const first = this.scopes.find((one) => one.code === asked) || this.scopes[0];
      this.memo.set({ division: first ? first.code : null });
    }
    const kept = this.memo.get("upload");
    if (kept !== null) await this.load(kept);
    if (!this.upload) this.memo.forget();
    W.onLanguage(() => this.draw());
  }

  /** Ask what is known of an upload; one that has expired is forgotten. */
  async load(id) {
    try {
      this.upload = await get(`uploads/${id}`);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.upload = null;
      if (error.status !== 404) this.refuse(error);
    }
    return this.upload;
  }

  /** Begin with the position that suits best, where files say nothing of theirs. */
  guessPosition() {
    const { layers, suggestions } = this.upload.inspection;
    const silent = layers.some((one) => !one.crs && one.sketch);
    if (!silent || !suggestions.length || this.memo.get("crs")) return;
    const { crs, swap } = suggestions[0];
    this.memo.set({ crs, swap });
  }

  refuse(error) {
    this.say(error ? wordsFor(error) : null);
  }

  say(words) {
    this.fault.hidden = !words;
    this.fault.textContent = words || "";
  }

  /** The farthest step that what is known allows. */
  get farthest() {
    if (!this.upload || !this.upload.inspection) return 0;
    for (let i = 1; i < this.steps.length; i++) {
      if (this.steps[i].fault()) return i;
    }
    return this.steps.length - 1;
  }

  go(step) {
    if (step < 0 || step > this.farthest || step === this.at) return;
    if (this.step.leave) this.step.leave();
    this.say(null);
    this.memo.set({ step });
    this.draw();
    this.stage.focus();
    window.scrollTo(0, 0);
  }

  forward() {
    if (this.step.act) this.step.act();
    else this.go(this.at + 1);
  }

  draw() {
    if (this.at > this.farthest) this.memo.set({ step: this.farthest });
    document.title = W.t("wizard.title");
    this.stage.className = "step-" + this.step.name;
    W.empty(this.stage);
    this.own(null);
    this.step.draw(this.stage);
    this.tell();
  }

  /** Put the step's own main button where the others have "next", always in view. */
  own(button) {
    if (this.owned) this.owned.remove();
    this.owned = button;
    if (button) this.on.after(button);
  }

  /** Bring the stepper and the two buttons in line with what is known. */
  tell() {
    if (!this.scopes) return;
    const { at, farthest } = this;
    const busy = this.step.busy && this.step.busy();
    document.querySelectorAll("[data-step]").forEach((button) => {
      const n = Number(button.dataset.step);
      button.disabled = n > farthest || busy;
      button.classList.toggle("passed", n < at);
      if (n === at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    const scope = this.scope;
    W.byId("into").textContent = scope ? W.t("wizard.into", { place: scope.path }) : "";
    const code = scope && scope.code;
    W.byId("back-to-plan").setAttribute("href", code ? "plan?at=" + code : "plan");
    const fault = this.step.fault();
    this.back.hidden = at === 0;
    this.back.disabled = Boolean(busy);
    this.on.hidden = Boolean(this.step.last);
    this.on.disabled = Boolean(fault || busy);
    W.byId("step-note").textContent = (at > 0 && fault && fault !== true && fault) || "";
  }

  /** Tell whether a job of ours is still at work. */
  isOpen(job) {
    return Boolean(job) && isOpen(job);
  }
}
