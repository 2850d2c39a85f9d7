// What concerns the whole plan: all locks, new numbers, drawing anew. What would change
// is shown before it is done.

import W from "../ground.js";
import { Popover, moveByArrows } from "../popover.js";
import { button } from "./hint.js";
import { wordsFor } from "../api.js";
import { paintFuture, readFuture } from "./painting.js";

const ALL = [
  { name: "lock_all", body: { operation: "lock" } },
  { name: "unlock_all", body: { operation: "unlock" } },
  { name: "renumber_all", body: { operation: "renumber" }, looks: true },
  { name: "redraw", body: { operation: "redraw_around_locks" }, looks: true },
  { name: "recount", body: { operation: "repartition_after_counts" }, looks: true },
];

export class More {
  constructor(bench) {
    this.bench = bench;
    this.button = W.el("button", { type: "button", id: "open-more", "aria-haspopup": "dialog" });
    this.panel = W.byId("more-panel");
    this.popover = new Popover(this.button, this.panel, () => this.fill());
    moveByArrows(this.panel, ".option");
    W.onLanguage(() => {
      this.button.textContent = W.t("edit.more") + " ▾";
    });
    bench.store.on(["model", "editing"], () => this.drop());
  }

  fill() {
    W.empty(this.panel).append(
      W.el("h2", {}, W.t("edit.more.title")),
      ...ALL.map((each) =>
        W.el(
          "button",
          { type: "button", class: "plain option", onclick: () => this.begin(each) },
          W.el(
            "span",
            { class: "who" },
            W.el("span", {}, W.t(`edit.more.${each.name}`)),
            W.el("small", {}, W.t(`edit.more.${each.name}.help`))
          )
        )
      )
    );
  }

  begin({ name, body, looks }) {
    this.popover.close();
    if (this.bench.session.mustWait) return;
    if (looks) this.look(name, body);
    else this.bench.session.submit(body);
  }

  /** Show what would come of it, and ask. */
  async look(name, body) {
    const { bench } = this;
    const { session, store } = bench;
    const { model } = session;
    const title = W.t(`edit.more.${name}`);
    this.ask(W.t("edit.more.asking", { what: title }), []);
    let answer;
    try {
      answer = await session.preview(body);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.drop();
      bench.faults.tell(error);
      return;
    }
    if (store.get("model") !== model || this.node.hidden) return;
    const future = readFuture(model, answer);
    bench.stage.fitAll();
    bench.overlay.set("more", (ctx, now, view) => paintFuture(ctx, now, view, future, bench.footprints));
    const said = W.lang === "zh" ? answer.sentence_zh : answer.sentence_en;
    this.ask(said || title, [
      button(W.t("edit.more.do"), () => this.commit(body), { primary: true }),
      button(W.t("edit.more.drop"), () => this.drop()),
    ]);
    this.node.querySelector("button").focus();
  }

  ask(words, buttons) {
    if (!this.node) {
      this.node = W.el("div", { class: "ask", role: "group" });
      W.byId("hint").before(this.node);
      this.node.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.drop();
      });
    }
    this.node.hidden = false;
    W.empty(this.node).append(W.el("span", {}, words), ...buttons);
  }

  commit(body) {
    this.drop();
    this.bench.session.submit(body);
  }

  drop() {
    if (this.node) this.node.hidden = true;
    this.bench.overlay.set("more", null);
  }
}
