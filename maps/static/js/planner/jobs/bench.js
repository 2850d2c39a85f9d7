// Long work on the planner's page: tasks in the top bar, drawing where it is looked for.

import W from "../ground.js";
import { me } from "../me.js";
import { DrawDialog } from "./draw-dialog.js";
import { Tasks } from "./tasks.js";
import { Watch } from "./watch.js";

export class LongWork {
  constructor(store, reload) {
    this.store = store;
    this.reload = reload;
    this.watch = new Watch();
    this.tasks = new Tasks(W.byId("tasks"), W.byId("tasks-panel"), this.watch);
    this.dialog = new DrawDialog(W.byId("draw-dialog"), this.tasks, this.watch);
    this.watch.whenEnded((job) => this.arrive(job));
    store.on(["scene"], () => this.show());
    W.onLanguage(() => this.show());
    W.byId("draw-here").addEventListener("click", () => this.open());
    this.watch.look();
  }

  get division() {
    const scene = this.store.get("scene");
    return scene && scene.division.properties;
  }

  /** Offer what may be done where we are. */
  show() {
    const division = this.division;
    const at = division && division.code;
    const into = W.byId("open-import");
    into.hidden = !me.may("import", at || null);
    into.setAttribute("href", at ? "import?at=" + at : "import");
    const draw = W.byId("draw-here");
    draw.hidden = !at || !me.may("edit_plan", at);
    const scene = this.store.get("scene");
    const again = scene && scene.kind === "community" && scene.plans.length > 0;
    draw.textContent = W.t(again ? "draw.open.again" : "draw.open");
  }

  open() {
    if (this.division && this.division.code) this.dialog.open(this.division);
  }

  /** Show what a job has made, if it lies where we are looking. */
  arrive(job) {
    const at = this.division && this.division.code;
    const near = !at || job.division.startsWith(at) || at.startsWith(job.division);
    // Whoever is editing just now finds the new draft in the list of versions.
    if (near && !this.store.get("editing") && ["draw", "import"].includes(job.kind)) this.reload();
  }
}
