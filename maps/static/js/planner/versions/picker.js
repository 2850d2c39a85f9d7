// The versions of the community in a list, and what can be done to the one shown.

import W from "../ground.js";
import { Popover, moveByArrows, note } from "../popover.js";
import { daysOf, lastDeed, stageTag, succeeded, titleOf, whyNot } from "./words.js";

export class VersionPicker {
  constructor(bar) {
    this.bar = bar;
    this.button = W.byId("version");
    this.panel = W.byId("version-panel");
    this.popover = new Popover(this.button, this.panel, () => this.fill());
    moveByArrows(this.panel, ".version");
  }

  tell() {
    const { plan, version } = this.bar;
    this.button.hidden = !plan;
    if (!plan) return;
    const shown = version || { ...plan, name: "", stage: stageOf(plan) };
    W.empty(this.button).append(
      W.el("b", {}, W.t("ver.number", { n: shown.version })),
      shown.name ? W.el("span", { class: "name" }, shown.name) : "",
      stageTag(shown),
      W.el("span", { class: "days" }, daysOf(shown)),
      W.el("i", { class: "caret", "aria-hidden": "true" }, "▾")
    );
    const warned = version && succeeded(version);
    this.button.classList.toggle("warned", Boolean(warned));
    this.button.title = warned || (version ? titleOf(version) : "");
    this.popover.refresh();
  }

  fill() {
    const { items, fault } = this.bar;
    const parts = items ? this.listOf(items) : [note(W.t(fault ? "ver.failed" : "ver.loading"))];
    if (fault) {
      const again = () => this.bar.refresh();
      parts.push(W.el("button", { type: "button", onclick: again }, W.t("ver.retry")));
    }
    W.empty(this.panel).append(...parts);
  }

  listOf(items) {
    const title = W.t("plan.versions", { n: W.number(items.length) });
    const drafts = items.some((each) => !each.effective_from);
    const seesAll = drafts || this.bar.seesDrafts();
    return [
      W.el("h2", {}, title),
      W.el("div", { class: "version-list" }, ...items.map((each) => this.option(each))),
      seesAll ? "" : note(W.t("ver.only_published")),
      this.foot(),
    ];
  }

  option(version) {
    const here = this.bar.plan && this.bar.plan.id === version.id;
    const warned = succeeded(version);
    const facts = [
      version.base && !version.effective_from ? W.t("ver.base", { n: version.base.version }) : null,
      W.t("list.households", { n: W.number(version.households) }),
      version.out_of_band ? W.t("ver.out", { n: version.out_of_band }) : null,
      version.open_comments ? W.t("ver.remarks", { n: version.open_comments }) : null,
    ];
    const label = W.t("ver.compare.with.label", { n: version.version });
    return W.el(
      "div",
      { class: "version-row" },
      W.el(
        "button",
        {
          type: "button",
          class: "plain option version",
          "aria-current": here ? "true" : null,
          "data-first": here ? "" : null,
          onclick: () => this.choose(version),
        },
        W.el(
          "span",
          { class: "who" },
          W.el("b", {}, titleOf(version), stageTag(version)),
          W.el("small", {}, daysOf(version) || lastDeed(version)),
          W.el("small", {}, facts.filter(Boolean).join(" · ")),
          warned && W.el("small", { class: "warn" }, "! " + warned)
        )
      ),
      here
        ? ""
        : W.el(
            "button",
            {
              type: "button",
              class: "link",
              "aria-label": label,
              onclick: () => {
                this.popover.close();
                this.bar.compare(version.id);
              },
            },
            W.t("ver.compare.with")
          )
    );
  }

  /** What can be done to the version shown; what cannot says why. */
  foot() {
    const { version } = this.bar;
    if (!version) return "";
    const names = ["copy", ...(version.status === "draft" ? ["rename", "delete"] : [])];
    const buttons = names
      .map((name) => this.bar.deedButton(name, { before: () => this.popover.close() }))
      .filter(Boolean);
    const steps = version.steps && version.steps.length ? this.steps(version.steps) : "";
    const why = !buttons.length && whyNot(version, "copy");
    return W.el(
      "div",
      { class: "version-foot" },
      W.el("div", { class: "buttons" }, ...buttons),
      why ? note(why) : "",
      steps
    );
  }

  steps(steps) {
    const lines = steps.map((step) => {
      const what = W.lang === "zh" ? step.sentence_zh : step.sentence_en;
      const words = step.comment ? W.el("q", {}, step.comment) : "";
      const when = W.t("live.did", { actor: step.actor, at: this.bar.at(step.at), what });
      return W.el("li", {}, when, words);
    });
    return W.el(
      "details",
      { class: "passed" },
      W.el("summary", {}, W.t("ver.steps")),
      W.el("ol", {}, ...lines)
    );
  }

  choose(version) {
    this.popover.close();
    this.bar.show(version.id);
  }
}

/** The stage of a plan of which only its status is known. */
function stageOf(plan) {
  return { draft: "draft", review: "review", published: "in_force", archived: "ended" }[
    plan.status
  ];
}
