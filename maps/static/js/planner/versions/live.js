// What others do to the plan shown: who is here, what they just did, as it happens.

import W from "../ground.js";
import { address, get } from "../api.js";
import { Toasts } from "./toasts.js";
import { at, initials } from "./words.js";

const HIDDEN_MS = 60000;
const AGAIN_MS = 5000;
const EDITING_MS = 60000;
const REFRESH_MS = 1200;
const FACES = 4;

export class Live {
  constructor(bar) {
    this.bar = bar;
    this.store = bar.store;
    this.toasts = new Toasts();
    this.people = [];
    this.box = W.el("div", { class: "people", role: "group", hidden: true });
    W.byId("bar-plan").append(this.box);
    this.store.on(["scene"], () => this.follow());
    document.addEventListener("visibilitychange", () => this.rest());
    window.addEventListener("wangge:signed-in", () => this.open());
    window.addEventListener("pagehide", () => this.close());
    W.onLanguage(() => this.tell());
  }

  follow() {
    const { plan } = this.bar;
    const id = plan && this.bar.seesDrafts() ? plan.id : null;
    if (id === this.plan) return;
    this.close();
    this.plan = id;
    this.last = null;
    this.people = [];
    this.tell();
    if (id) this.open();
  }

  /** A page nobody looks at lets go of its connection: a browser has few for a server. */
  rest() {
    window.clearTimeout(this.resting);
    if (document.visibilityState === "hidden") {
      this.resting = window.setTimeout(() => this.close(), HIDDEN_MS);
    } else if (this.plan && !this.source) this.open();
  }

  open() {
    this.close();
    if (!this.plan) return;
    const source = new EventSource(address(`plans/${this.plan}/events`, { after: this.last }));
    this.source = source;
    const on = (kind, tell) =>
      source.addEventListener(kind, (event) => {
        if (this.source !== source) return;
        if (event.lastEventId) this.last = Number(event.lastEventId);
        tell(JSON.parse(event.data));
      });
    on("hello", (state) => this.hello(state));
    on("people", ({ people }) => this.meet(people));
    on("edit", (done) => this.edited(done));
    on("step", (done) => this.stepped(done));
    on("comment", (done) => this.remarked(done));
    on("resolved", (done) => this.remarked(done));
    on("reload", () => this.bar.desk.loader.load());
    on("gone", () => this.gone());
    source.addEventListener("error", () => this.lost(source));
  }

  close() {
    window.clearTimeout(this.later);
    if (this.source) this.source.close();
    this.source = null;
  }

  /** The browser asks again by itself, unless the service refused. */
  lost(source) {
    if (this.source !== source) return;
    this.box.classList.add("away");
    this.tell();
    if (source.readyState !== EventSource.CLOSED) return;
    this.source = null;
    this.later = window.setTimeout(() => this.again(), AGAIN_MS);
  }

  /** Ask for something small first: it says who was signed out, and lets them in. */
  async again() {
    try {
      await get(`plans/${this.plan}/version`);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      if (error.status === 404) this.gone();
      else if (error.isOutage) this.later = window.setTimeout(() => this.again(), AGAIN_MS);
      return;
    }
    this.open();
  }

  /** Catch up with what happened between loading the plan and listening to it. */
  hello(state) {
    this.box.classList.remove("away");
    const { plan } = this.bar;
    if (!plan || plan.id !== state.plan) return;
    if (plan.status !== state.status) this.bar.desk.loader.load();
    else if (plan.row_version < state.row_version) {
      this.apply({ number: state.edit, row_version: state.row_version, actor: "", mine: true });
    }
  }

  meet(people) {
    const now = Date.now();
    this.people = people
      .filter((each) => !each.mine)
      .map((each) => ({ ...each, until: each.editing ? now + EDITING_MS : 0 }));
    this.tell();
  }

  edited(done) {
    if (!done.mine) {
      this.seen(done);
      this.toast(done);
    }
    this.apply(done);
  }

  apply({ number, row_version, actor, mine }) {
    const { desk } = this.bar;
    if (desk.applyRemote) desk.applyRemote({ plan: this.plan, number, row_version, actor, mine });
    else if (!mine) desk.loader.load();
    this.refreshSoon();
  }

  /** Households and who edited last, once a burst of edits is over. */
  refreshSoon() {
    window.clearTimeout(this.refreshing);
    this.refreshing = window.setTimeout(() => this.bar.refresh(), REFRESH_MS);
  }

  stepped(done) {
    if (done.mine) {
      this.bar.refresh();
      return;
    }
    this.toast(done);
    if (done.step === "renamed") this.bar.refresh();
    else this.bar.desk.loader.load();
  }

  remarked(done) {
    this.bar.comments.load();
    this.bar.refresh();
    if (!done.mine) this.toast(done);
  }

  gone() {
    this.close();
    this.toasts.show(W.t("live.gone"));
    this.plan = null;
    this.store.set({ plan: null, grid: null });
  }

  toast(done) {
    const what = W.lang === "zh" ? done.sentence_zh : done.sentence_en;
    this.toasts.show(W.t("live.did", { actor: done.actor, at: at(done.at), what }));
  }

  /** Somebody just edited: mark them for a while. */
  seen(done) {
    const until = Date.now() + EDITING_MS;
    this.people = this.people.map((each) =>
      each.name === done.actor ? { ...each, until } : each
    );
    this.tell();
  }

  tell() {
    window.clearTimeout(this.fading);
    const now = Date.now();
    const names = this.people.map((each) =>
      each.until > now ? W.t("live.editing", { name: each.name }) : each.name
    );
    this.box.hidden = !names.length;
    const said = W.t("live.here", { names: names.join(W.t("ver.join")) });
    this.box.title = this.box.classList.contains("away") ? W.t("live.away") : said;
    this.box.setAttribute("aria-label", said);
    const faces = this.people.slice(0, FACES).map((each) =>
      W.el(
        "i",
        {
          class: each.until > now ? "face editing" : "face",
          "data-tint": hueOf(each.name),
          "aria-hidden": "true",
        },
        initials(each.name)
      )
    );
    const more = this.people.length - FACES;
    if (more > 0) faces.push(W.el("i", { class: "face more", "aria-hidden": "true" }, "+" + more));
    W.empty(this.box).append(...faces);
    const next = Math.min(...this.people.map((each) => each.until).filter((t) => t > now));
    if (Number.isFinite(next)) this.fading = window.setTimeout(() => this.tell(), next - now + 50);
  }
}

/** One of six tints for a name, always the same. */
function hueOf(name) {
  return [...name].reduce((sum, each) => (sum * 31 + each.codePointAt(0)) % 997, 7) % 6;
}
