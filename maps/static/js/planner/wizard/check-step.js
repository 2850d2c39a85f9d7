// Step 5: every row is read as chosen; what is wrong is listed, to be mended or left out.

import W from "../ground.js";
import { address, get, send, wordsFor } from "../api.js";
import { follow } from "../jobs/follow.js";
import { isOpen } from "../jobs/watch.js";

const ROLES = ["buildings", "streets", "barriers", "compounds", "gates", "sites", "spaces", "devices"];
const ROWS = 100;
const ORDER = ["refused", "blanked", "repaired", "note"];

export class CheckStep {
  constructor(wizard) {
    this.wizard = wizard;
    this.name = "check";
    this.running = null;
    this.fail = null;
    this.code = null;
  }

  fault() {
    return this.isCurrent ? null : W.t("check.not_yet");
  }

  /** Whether the report is of what is chosen now. */
  get isCurrent() {
    const { upload, memo, layers } = this.wizard;
    if (!upload || !upload.report) return false;
    return same(upload.choices, memo.choices(layers));
  }

  /** What is chosen now, as a word to compare. */
  get wanted() {
    const { upload, memo, layers } = this.wizard;
    return upload.id + sorted(memo.choices(layers));
  }

  draw(stage) {
    this.box = W.el("div", {});
    stage.append(W.el("h2", {}, W.t("check.title")), this.box);
    if (this.isCurrent) this.drawReport();
    else if (this.fail && this.failed === this.wanted) this.drawFailure();
    else if (this.running) this.drawProgress(this.running);
    else this.check();
  }

  leave() {
    if (this.control) this.control.abort();
    const job = this.running;
    this.running = null;
    if (job && isOpen(job)) send("POST", `jobs/${job.id}/cancel`, {}).catch(() => {});
  }

  async check() {
    const { wizard } = this;
    const control = new AbortController();
    this.control = control;
    this.fail = null;
    this.failed = this.wanted;
    this.code = null;
    this.drawProgress(null);
    try {
      const choices = wizard.memo.choices(wizard.layers);
      const { data } = await send("POST", `uploads/${wizard.upload.id}/check`, { choices });
      this.running = data;
      const ended = await follow(data.id, {
        signal: control.signal,
        onProgress: (job) => {
          this.running = job;
          this.drawProgress(job);
        },
      });
      this.running = null;
      if (ended.state === "done") await wizard.load(wizard.upload.id);
      else this.fail = (W.lang === "zh" ? ended.error_zh : ended.error_en) || W.t("jobs.state." + ended.state);
    } catch (error) {
      this.running = null;
      if (error.name === "AbortError") return;
      if (error.name !== "ApiError") throw error;
      this.fail = wordsFor(error);
    }
    if (wizard.step === this) wizard.draw();
  }

  drawProgress(job) {
    const words = job && (W.lang === "zh" ? job.message_zh : job.message_en);
    const share = job ? job.progress : 0;
    W.empty(this.box).append(
      W.el(
        "div",
        { class: "card waiting" },
        W.el("p", { role: "status" }, words || W.t("check.running")),
        W.el("div", { class: "bar-of-job" }, W.el("progress", { max: 1, value: share, "aria-label": W.t("check.running") }), W.el("span", {}, Math.round(share * 100) + " %"))
      )
    );
  }

  drawFailure() {
    W.empty(this.box).append(
      W.el(
        "div",
        { class: "card failure", role: "alert" },
        W.el("h3", {}, W.t("check.failed")),
        W.el("p", {}, this.fail),
        W.el("p", { class: "note" }, W.t("check.failed.note")),
        W.el("button", { type: "button", onclick: () => this.again() }, W.t("check.again"))
      )
    );
  }

  again() {
    this.fail = null;
    this.check();
  }

  drawReport() {
    const { report, id } = this.wizard.upload;
    const { remarks } = report;
    const total = Object.values(remarks).reduce((sum, n) => sum + n, 0);
    W.empty(this.box).append(
      this.verdict(remarks),
      this.tiles(report),
      this.communities(report),
      total ? this.remarks(report, id, total) : ""
    );
    this.loadRows();
  }

  verdict({ refused, blanked }) {
    const bad = refused + blanked;
    const words = refused
      ? W.t("check.refused", { n: W.number(refused) })
      : W.t(blanked ? "check.blanked" : "check.clean", { n: W.number(blanked) });
    return W.el("p", { class: "verdict-line " + (refused ? "bad" : bad ? "warn" : "good") }, refused || bad ? "! " : "✓ ", words);
  }

  tiles(report) {
    const tiles = [
      ["check.communities", report.communities.length],
      ["check.households", report.households],
      ...ROLES.filter((role) => role in report.tables).map((role) => ["role." + role, report.tables[role]]),
    ];
    const estimated = report.estimated
      ? W.el("p", { class: "note" }, W.t("check.estimated", { n: W.number(report.estimated) }))
      : "";
    return W.el(
      "div",
      {},
      W.el("dl", { class: "tiles" }, tiles.map(([key, n]) => W.el("div", { class: "card" }, W.el("dt", {}, W.t(key)), W.el("dd", {}, W.number(n))))),
      estimated
    );
  }

  communities(report) {
    const fresh = report.communities.filter((one) => !one.known).length;
    const words = W.t("check.communities.line", {
      n: W.number(report.communities.length),
      fresh: W.number(fresh),
    });
    return W.el(
      "details",
      { class: "card" },
      W.el("summary", {}, words),
      W.el(
        "ul",
        { class: "places" },
        report.communities.slice(0, 300).map((one) =>
          W.el(
            "li",
            {},
            W.el("b", {}, one.name || one.code),
            W.el("small", {}, `${one.code} · ${W.t("check.buildings", { n: W.number(one.buildings) })}`),
            one.known ? "" : W.el("span", { class: "tag" }, W.t("check.new"))
          )
        )
      )
    );
  }

  remarks(report, id, total) {
    const chip = (code, words, n) =>
      W.el(
        "button",
        {
          type: "button",
          "aria-pressed": String(this.code === code),
          onclick: () => {
            this.code = code;
            this.drawReport();
          },
        },
        words + " ",
        W.el("b", {}, W.number(n))
      );
    const kinds = [...report.kinds].sort((a, b) => ORDER.indexOf(kindOf(a)) - ORDER.indexOf(kindOf(b)) || b.count - a.count);
    this.rows = W.el("tbody", {});
    this.rest = W.el("p", { class: "note" });
    return W.el(
      "section",
      { class: "card remarks", "aria-labelledby": "remarks-title" },
      W.el(
        "header",
        {},
        W.el("h3", { id: "remarks-title" }, W.t("check.remarks", { n: W.number(total) })),
        W.el(
          "a",
          { class: "button", id: "remarks-csv", download: "", href: address(`uploads/${id}/remarks.csv`, { lang: W.lang }) },
          W.t("check.download")
        )
      ),
      W.el(
        "div",
        { class: "chips", role: "group", "aria-label": W.t("check.filter") },
        chip(null, W.t("filter.all"), total),
        kinds.map((one) => chip(one.code, kindWords(one.code), one.count))
      ),
      W.el(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": W.t("check.remarks", { n: W.number(total) }) },
        W.el(
          "table",
          {},
          W.el("thead", {}, W.el("tr", {}, ["check.kind", "check.where", "check.row", "check.field", "check.said"].map((key) => W.el("th", { scope: "col", class: key === "check.row" ? "number" : "" }, W.t(key))))),
          this.rows
        )
      ),
      this.rest
    );
  }

  async loadRows() {
    if (!this.rows) return;
    const rows = this.rows;
    try {
      const answer = await get(`uploads/${this.wizard.upload.id}/remarks`, { limit: ROWS, code: this.code });
      if (rows !== this.rows) return;
      W.empty(rows).append(...answer.items.map(remarkRow));
      this.rest.textContent = answer.next ? W.t("check.first", { n: ROWS }) : "";
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.rest.textContent = wordsFor(error);
    }
  }
}

function remarkRow(one) {
  const where = [one.file, one.layer].filter((word, i, all) => word && all.indexOf(word) === i);
  return W.el(
    "tr",
    { class: kindOf(one) },
    W.el("td", {}, W.t("check.kind." + kindOf(one))),
    W.el("td", {}, where[where.length - 1] || "–"),
    W.el("td", { class: "number" }, one.row === null ? "–" : String(one.row)),
    W.el("td", {}, one.field || "–"),
    W.el("td", {}, W.lang === "zh" ? one.message_zh : one.message_en)
  );
}

function kindOf({ code }) {
  return code.split("_")[0];
}

function kindWords(code) {
  const own = "remark." + code;
  return own in W.texts ? W.t(own) : W.t("check.kind." + kindOf({ code }));
}

function same(a, b) {
  return sorted(a) === sorted(b);
}

/** JSON with keys in order, so that two ways to say the same are equal. */
function sorted(value) {
  return JSON.stringify(value, (_, each) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([x], [y]) => (x < y ? -1 : 1)))
      : each
  );
}
