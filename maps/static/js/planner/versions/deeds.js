// What is done to a version, each with its dialog: copied, named, sent, decided.

import W from "../ground.js";
import { get, send } from "../api.js";
import { today } from "../days.js";
import { field, openDialog } from "./dialog.js";
import { exceptions } from "./exceptions.js";
import { findings, publishDialog } from "./publish.js";
import { titleOf } from "./words.js";

const LONGEST_NAME = 60;
const LONGEST_WORDS = 2000;

const nameInput = (value) =>
  W.el("input", { type: "text", maxlength: LONGEST_NAME, value, required: true });
const wordsInput = () => W.el("textarea", { rows: 3, maxlength: LONGEST_WORDS });
const text = (words) => W.el("p", {}, words);

export class Deeds {
  /** `changed(plan, {go})` is told what was changed, and whether to show it. */
  constructor(changed) {
    this.changed = changed;
  }

  async run(name, version) {
    const done = await this[name](version);
    if (done) this.changed(done);
  }

  async copy(version) {
    const name = nameInput(W.t("copy.suggest", { day: today() }));
    const made = await openDialog({
      title: W.t("copy.title"),
      parts: [
        text(W.t("copy.text", { n: version.version })),
        field(W.t("copy.name"), name),
      ],
      verb: W.t("do.copy"),
      send: async () => {
        const { data } = await send("POST", `plans/${version.id}/drafts`, { name: name.value });
        return data;
      },
    });
    return made && { version: made, go: made.id };
  }

  async rename(version) {
    const name = nameInput(version.name);
    const done = await openDialog({
      title: W.t("rename.title"),
      parts: [field(W.t("copy.name"), name)],
      verb: W.t("do.rename"),
      send: async () =>
        (await send("PATCH", `plans/${version.id}`, { name: name.value })).data,
    });
    return done && { version: done };
  }

  async delete(version) {
    const done = await openDialog({
      title: W.t("delete.title", { name: titleOf(version) }),
      parts: [text(W.t("delete.text"))],
      verb: W.t("do.delete"),
      grave: true,
      send: () => send("DELETE", `plans/${version.id}`),
    });
    return done && { version: null, go: "" };
  }

  async submit(version) {
    const comment = wordsInput();
    const state = W.el("div", { class: "proof", role: "status" }, text(W.t("submit.proving")));
    const opened = openDialog({
      title: `${W.t("submit.title")} · ${titleOf(version)}`,
      parts: [state, field(W.t("submit.comment"), comment), text(W.t("submit.to"))],
      verb: W.t("do.submit"),
      send: async () =>
        (await send("POST", `plans/${version.id}/review`, { comment: comment.value })).data,
    });
    this.prove(version, state);
    const done = await opened;
    return done && { version: done };
  }

  /** Say what the certificate says; what it lacks keeps the plan from being sent. */
  async prove(version, state) {
    const button = state.closest("form").querySelector("[type=submit]");
    button.disabled = true;
    const show = (...parts) => W.empty(state).append(...parts);
    try {
      const proof = await get(`plans/${version.id}/certificate`);
      button.disabled = !proof.ok;
      if (!proof.ok) {
        state.classList.add("bad");
        show(text(W.t("submit.missing")), missing(proof));
      } else if (proof.verdict === "valid") show(text("✓ " + W.t("submit.ready")));
      else {
        const { figures } = proof.checks.find((check) => check.code === "bounds");
        const n = W.number(figures.explained);
        show(text("✓ " + W.t("submit.exceptions", { n })), exceptions(proof));
      }
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      // The service proves it again when it is sent.
      button.disabled = false;
      show(text(W.lang === "zh" ? error.zh : error.en));
    }
  }

  async withdraw(version) {
    const done = await openDialog({
      title: W.t("withdraw.title"),
      parts: [text(W.t("withdraw.text"))],
      verb: W.t("do.withdraw"),
      send: async () => (await send("POST", `plans/${version.id}/withdraw`)).data,
    });
    return done && { version: done };
  }

  async approve(version) {
    const detail = await get(`plans/${version.id}/version`);
    const parts = [findings(detail, { ends: false }), text(W.t("approve.text"))];
    return this.decide(version, "approve", parts, "wide");
  }

  return(version) {
    return this.decide(version, "return", []);
  }

  async decide(version, decision, parts, kind) {
    const comment = wordsInput();
    const done = await openDialog({
      kind,
      title: `${W.t(decision + ".title")} · ${titleOf(version)}`,
      parts: [...parts, field(W.t(decision + ".comment"), comment)],
      verb: W.t("do." + decision),
      send: async () => {
        if (decision === "return" && !comment.value.trim()) return { wrong: W.t("return.need") };
        const body = { decision, comment: comment.value };
        return (await send("POST", `plans/${version.id}/decision`, body)).data;
      },
    });
    return done && { version: done };
  }

  async publish(version) {
    const done = await publishDialog(version);
    return done && { version: done, go: done.id };
  }
}

/** List what a certificate lacks, a line for each check that fails. */
function missing(proof) {
  const lines = proof.checks
    .filter((check) => !check.ok)
    .map((check) => {
      const title = W.lang === "zh" ? check.title_zh : check.title_en;
      const found = W.lang === "zh" ? check.found_zh : check.found_en;
      return W.el("li", {}, W.el("b", {}, title), " ", found);
    });
  return W.el("ul", { class: "missing" }, ...lines);
}
