// Whether everything is stored: a quiet sign in the bar, a strip where it is not.

import W from "../ground.js";
import { wordsFor } from "../api.js";
import { timeOf } from "./times.js";
import { button } from "./hint.js";

export class Saving {
  constructor(bench) {
    this.bench = bench;
    this.store = bench.store;
    this.strip = W.byId("strip");
    this.sign = bench.undo.sign;
    this.store.on(["saving", "editing", "kept", "told"], () => this.show());
    W.onLanguage(() => this.show());
  }

  show() {
    const { editing, saving } = this.store.values;
    W.empty(this.sign);
    if (editing && saving) this.showSign(saving);
    this.showStrip();
  }

  showSign({ state, at }) {
    this.sign.className = "saved " + state;
    this.sign.textContent =
      state === "saved"
        ? at
          ? "✓ " + W.t("edit.saved.at", { time: timeOf(at) })
          : ""
        : state === "saving"
          ? W.t("edit.saving")
          : W.t("edit.unsaved");
  }

  showStrip() {
    const { kept, saving, told } = this.store.values;
    const { strip } = this;
    W.empty(strip);
    strip.className = "strip";
    if (saving && saving.state === "retrying") this.sayRetrying(saving);
    else if (kept) this.sayKept(kept);
    else if (told) this.sayTold(told);
    strip.hidden = !strip.firstChild;
  }

  sayRetrying({ count }) {
    this.strip.classList.add("warn");
    this.strip.append(
      W.el("span", {}, W.t("edit.retrying", { n: count })),
      button(W.t("banner.retry"), () => this.bench.session.outbox.hurry())
    );
  }

  /** Another person was faster: what they did, and what is kept of one's own. */
  sayKept({ items, changes, error }) {
    this.strip.classList.add("warn");
    const said = changes.slice(0, 3).reverse().map(sentenceOf).filter(Boolean);
    const why = said.length ? said : [wordsFor(error)];
    this.strip.append(
      W.el(
        "div",
        {},
        why.map((words) => W.el("p", {}, words)),
        W.el("p", { class: "own" }, W.t("edit.kept", { n: items.length }))
      ),
      button(W.t("edit.kept.again"), () => this.bench.session.repeat(), { primary: true }),
      button(W.t("edit.kept.drop"), () => this.store.set({ kept: null }))
    );
  }

  sayTold(words) {
    this.strip.append(
      W.el("span", {}, words),
      W.el(
        "button",
        {
          type: "button",
          class: "plain cross",
          "aria-label": W.t("card.close"),
          onclick: () => this.store.set({ told: null }),
        },
        "×"
      )
    );
  }
}

/** Say what somebody did: "10:42 Wang: …". */
export function sentenceOf({ at, actor, sentence_zh: zh, sentence_en: en }) {
  const what = W.lang === "zh" ? zh : en;
  if (!what) return "";
  return W.t("edit.did", { time: timeOf(new Date(at)), who: actor || "", what });
}
