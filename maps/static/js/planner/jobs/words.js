// How a job is told: what it does, how far it is, what came of it.

import W from "../ground.js";
import { isOpen } from "./watch.js";

const QUIET_S = 15;

export function titleOf(job) {
  const place = job.division_name || job.division || W.t("jobs.all");
  return W.t("jobs.kind." + job.kind) + " · " + place;
}

/** Say in one line what a job does, or how it ended. */
export function lineOf(job) {
  if (job.state === "queued") {
    return job.ahead
      ? W.t("jobs.state.queued.ahead", { n: job.ahead })
      : W.t("jobs.state.queued");
  }
  if (job.state === "running") {
    if (job.stop_asked) return W.t("jobs.cancelling");
    const said = W.lang === "zh" ? job.message_zh : job.message_en;
    const quiet = Math.round((Date.now() - new Date(job.heartbeat)) / 1000);
    if (quiet > QUIET_S) return W.t("jobs.quiet", { n: quiet });
    return said || W.t("jobs.state.running");
  }
  if (job.state === "failed") return W.lang === "zh" ? job.error_zh : job.error_en;
  if (job.state === "cancelled") return W.t("jobs.state.cancelled");
  return figuresOf(job).join(" · ") || W.t("jobs.state.done");
}

/** Return what came of a job, as short pieces. */
export function figuresOf(job) {
  const result = job.result || {};
  const drawing = job.kind === "draw" ? result : result.drawing;
  const found = [];
  const add = (key, n) => n && found.push(W.t(key, { n: W.number(n) }));
  if (job.kind === "import") {
    add("jobs.taken_in", (result.communities || []).length);
    const rows = result.rows || {};
    ["new", "changed", "removed"].forEach((word) => add("jobs.rows." + word, rows[word]));
    add("jobs.rows.refused", result.refused);
  }
  if (drawing) {
    add("jobs.drawn", drawing.drawn);
    add("jobs.same", drawing.same);
    add("jobs.not_drawn", drawing.failed);
  }
  return found;
}

export function tookOf(job) {
  if (isOpen(job) || !job.started || !job.finished) return "";
  const seconds = Math.max(1, Math.round((new Date(job.finished) - new Date(job.started)) / 1000));
  const time =
    seconds < 90
      ? W.t("jobs.seconds", { n: seconds })
      : W.t("jobs.minutes", { n: Math.round(seconds / 60) });
  return W.t("jobs.took", { time });
}

/** A bar that fills as a job goes on; without a share it only says that it waits. */
export function barOf(job) {
  const percent = Math.round(job.progress * 100);
  const bar = W.el("progress", { max: 100, value: job.state === "queued" ? 0 : percent });
  bar.setAttribute("aria-label", titleOf(job));
  return W.el("div", { class: "bar-of-job" }, bar, W.el("span", {}, percent + " %"));
}

/** Rows of the communities a job has drawn, or could not. */
export function piecesOf(job) {
  return (job.items || [])
    .filter((item) => item.key.startsWith("draw:"))
    .map((item) => piece(item.result));
}

function piece(result) {
  const failed = Boolean(result.error_zh);
  const head = [W.el("b", {}, result.name)];
  if (!failed) head.push(W.el("small", {}, W.t("jobs.version", { n: result.version })));
  const said = failed
    ? W.lang === "zh"
      ? result.error_zh
      : result.error_en
    : W.t("jobs.figures", {
        grids: W.number(result.grids),
        households: W.number(result.households),
      });
  const out = failed
    ? null
    : result.out_of_band
      ? W.el("span", { class: "badge-out" }, W.t("jobs.out", { n: result.out_of_band }))
      : W.el("span", { class: "badge-in" }, "✓ " + W.t("jobs.all_in"));
  const note = result.new === false && W.t("jobs.same_as", { n: result.version });
  return W.el(
    "li",
    { class: "piece" + (failed ? " failed" : "") },
    W.el("p", { class: "who" }, head, out),
    W.el("p", { class: "said" }, note || said),
    failed
      ? null
      : W.el(
          "a",
          { href: `plan?at=${result.community}&plan=${result.plan}`, class: "go" },
          W.t(result.status === "draft" ? "jobs.open_draft" : "jobs.open_plan")
        )
  );
}
