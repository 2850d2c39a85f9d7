// The editing of one plan: what was done, what is on its way, what others did meanwhile.

import W from "../ground.js";
import { ApiError, get, send } from "../api.js";
import { me } from "../me.js";
import { fillModel, sumUp } from "../model.js";
import { isWhole, takeIn } from "./change.js";
import { Mesh } from "./mesh.js";
import { Outbox } from "./outbox.js";

const MOST_TRIES = 5;
const HISTORY = 100;

export class Session {
  /** `desk` has store and loader. Store keys of this: editing, edition, saving, kept. */
  constructor(desk) {
    this.desk = desk;
    this.store = desk.store;
    this.tag = "";
    this.rowVersion = 0;
    this.number = 0;
    this.canUndo = false;
    this.canRedo = false;
    this.savedAt = null;
    this.listeners = { refused: [], done: [] };
    this.outbox = new Outbox({
      path: () => `plans/${this.model.plan.id}`,
      tag: () => this.tag,
      done: (item, answer) => this.done(item, answer),
      refused: (item, error) => this.refused(item, error),
      stale: (items, error) => this.stale(items, error),
      changed: () => this.tellSaving(),
    });
    this.store.on(["model"], () => this.begin());
    window.addEventListener("beforeunload", (event) => {
      if (this.outbox.isEmpty && !this.store.get("kept")) return;
      event.preventDefault();
      event.returnValue = "";
    });
  }

  get model() {
    return this.store.get("model");
  }

  /** The cells and who touches whom; made when first asked for. */
  get mesh() {
    const { model } = this;
    if (!model) return null;
    if (!this.made || this.made.cells !== model.cells) this.made = new Mesh(model);
    return this.made;
  }

  on(what, tell) {
    this.listeners[what].push(tell);
  }

  /** A plan was opened: find out whether it may be edited, and from where. */
  async begin() {
    const { model } = this;
    this.made = null;
    if (model && model.plan.id === this.plan && !this.outbox.isEmpty) {
      // The same plan was loaded again: what is on its way stays so, for the version it
      // was made for.
      this.show();
      return;
    }
    this.leave();
    this.plan = model && model.plan.id;
    this.heard = 0;
    this.ready = false;
    this.savedAt = null;
    this.canUndo = this.canRedo = false;
    this.store.set({ editing: false, kept: null, saving: null });
    if (!model) return;
    if (!this.mayEdit(model)) {
      // Who only looks follows what others do all the same.
      this.rowVersion = model.plan.row_version;
      this.ready = true;
      return;
    }
    try {
      await this.agree();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return; // Without the version nothing could be stored; the banner says why.
    }
    if (this.model === model) this.store.set({ editing: true });
    this.tellSaving();
  }

  /** Another plan was opened: what could not be stored is not forgotten in silence. */
  leave() {
    const kept = this.store.get("kept");
    const lost = this.outbox.items.length + (kept ? kept.items.length : 0);
    this.outbox.clear();
    this.store.set({ told: lost ? W.t("edit.lost", { n: lost }) : null });
  }

  mayEdit({ plan }) {
    return plan.status === "draft" && me.may("edit_plan", plan.community);
  }

  /** Learn version and history of the plan; what changed since it was loaded comes in. */
  async agree() {
    const { model } = this;
    const path = `plans/${model.plan.id}`;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { data, etag } = await send("GET", path);
      if (this.model !== model) return;
      if (data.row_version === model.plan.row_version) {
        this.tag = etag;
        this.rowVersion = data.row_version;
        break;
      }
      const { names, changed } = await this.desk.loader.refresh(model.parts, data);
      if (this.model !== model) return;
      Object.assign(model.plan, data);
      this.refill(names, changed);
    }
    const { items } = await get(`${path}/edits`, { limit: HISTORY });
    if (this.model !== model) return;
    if (this.mayEdit(model)) Object.assign(this, stepsLeft(items));
    this.number = items.length ? items[0].number : 0;
    this.ready = true;
    this.store.set({ history: (this.store.get("history") || 0) + 1 });
  }

  refill(names, changed) {
    fillModel(this.model, names, changed);
    this.show();
  }

  /** Show the plan as the service has it, with what is on its way laid over it. */
  show() {
    const { mesh, model } = this;
    mesh.relabel();
    model.grids.forEach((grid, i) => {
      grid.households = model.parts.grids[i].properties.households;
    });
    this.outbox.items.forEach((item) => {
      if (item.moves) this.foresee(item.moves);
    });
    sumUp(model);
    const { edition, grid } = this.store.values;
    const chosen = (grid && model.byCode.get(grid)) || null;
    this.store.set({ edition: edition + 1, chosen, hover: null });
  }

  /** Let cells change hands in the page, before the answer. */
  foresee({ cells, to }) {
    const places = new Set(this.mesh.placesOf(cells));
    this.mesh.sides(places, to).forEach(({ grid, after }) => {
      if (grid) grid.households = after;
    });
    places.forEach((f) => {
      this.mesh.code[f] = to;
    });
  }

  /** Cells whose move is on its way: places and the grids they go to. */
  get pending() {
    return this.outbox.items
      .filter((item) => item.moves)
      .map(({ moves }) => ({ places: this.mesh.placesOf(moves.cells), to: moves.to }));
  }

  /** While something is on its way that cannot be foreseen, no other edit may begin. */
  get mustWait() {
    return !this.ready || this.outbox.items.some((item) => !item.moves);
  }

  /**
   * Store an edit. `moves` ({cells, to}) shows at once what will come of it; `at` is where
   * the person stands. Returns the answer, or null where it was refused.
   */
  submit(body, { moves = null, at = null } = {}) {
    const answer = this.outbox.put({ what: "edits", body, moves, at });
    if (moves) this.show();
    return answer;
  }

  undo() {
    return this.canUndo && !this.mustWait ? this.outbox.put({ what: "undo" }) : null;
  }

  redo() {
    return this.canRedo && !this.mustWait ? this.outbox.put({ what: "redo" }) : null;
  }

  /** Ask what would come of an edit; nothing is stored. */
  async preview(body, signal) {
    const path = `plans/${this.model.plan.id}/edits`;
    const headers = { "If-Match": this.tag };
    const query = { preview: true };
    return (await send("POST", path, body, { headers, query, signal })).data;
  }

  done(item, { data, etag }) {
    const { model } = this;
    this.tag = etag;
    this.rowVersion = data.row_version;
    if (data.number) this.number = data.number;
    this.canUndo = data.can_undo;
    this.canRedo = data.can_redo;
    this.savedAt = new Date();
    model.plan.row_version = data.row_version;
    const changed = takeIn(model, data);
    this.show();
    const counted = item.body && item.body.operation === "repartition_after_counts";
    if (counted || !isWhole(model)) this.reload();
    this.listeners.done.forEach((tell) => tell(item, data, changed));
    this.store.set({ history: (this.store.get("history") || 0) + 1 });
    this.sayAloud(data);
  }

  sayAloud(data) {
    const said = W.lang === "zh" ? data.sentence_zh : data.sentence_en;
    if (said) W.byId("announce").textContent = said;
  }

  refused(item, error) {
    this.show();
    this.listeners.refused.forEach((tell) => tell(item, error));
    if (error.status === 409 || error.status === 403) this.desk.loader.load();
  }

  /** Another person was faster, or the service is broken: keep what was meant. */
  async stale(items, error) {
    this.show();
    const changes = error.problem.changes || [];
    // To undo again would take back what the other did: that is for the person to say.
    const edits = items.filter((item) => item.what === "edits");
    if (edits.length) this.store.set({ kept: { items: edits, changes, error } });
    else this.store.set({ told: W.t("edit.not_undone") });
    await this.reload();
  }

  /** Do again what was kept. */
  repeat() {
    const kept = this.store.get("kept");
    this.store.set({ kept: null });
    if (!kept) return [];
    return kept.items.map(({ at, body, moves }) => this.submit(body, { moves, at }));
  }

  /** Bring the plan up to what the service has. */
  async reload() {
    this.ready = false;
    try {
      this.model.plan.row_version = -1;
      await this.agree();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.later = window.setTimeout(() => this.reload(), 3000);
    }
    if (this.store.get("editing")) this.tellSaving();
    else this.catchUp();
  }

  /** Somebody edited the plan: an event of the service. Own edits are here already. */
  async follow({ plan, row_version: version }) {
    const { model } = this;
    if (!model || model.plan.id !== plan || version <= this.rowVersion) return false;
    this.heard = Math.max(this.heard, version);
    // With a step on its way, its answer comes first: it may be what was heard of.
    if (!this.outbox.isEmpty || !this.ready) return false;
    await this.reload();
    return true;
  }

  /** After an answer: others may have been heard of meanwhile. */
  catchUp() {
    if (this.ready && this.outbox.isEmpty && this.heard > this.rowVersion) this.reload();
  }

  tellSaving() {
    const { outbox } = this;
    this.catchUp();
    const state = outbox.isRetrying ? "retrying" : outbox.isEmpty ? "saved" : "saving";
    const count = outbox.items.length;
    this.store.set({ saving: { state, count, at: this.savedAt } });
  }
}

/**
 * Tell from the log, newest first, whether there is a step to take back or to make again:
 * a new edit forgets what was undone before it, so only the newest one counts for that.
 */
function stepsLeft(items) {
  const edits = items.filter(({ operation }) => operation !== "undo" && operation !== "redo");
  const unknown = items.length === HISTORY;
  return {
    canUndo: edits.some((item) => !item.undone) || unknown,
    canRedo: edits.length > 0 && edits[0].undone,
  };
}
