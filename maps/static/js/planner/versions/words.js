// How versions are told: their names, stages, who did what when.

import W from "../ground.js";
import { momentOf } from "../edit/times.js";

/** Name a version: its number, and what people call it. */
export function titleOf(version) {
  const number = W.t("ver.number", { n: version.version });
  return version.name ? `${number} · ${version.name}` : number;
}

/** Return the small coloured word of a stage. */
export function stageTag(version) {
  const { stage } = version;
  return W.el("span", { class: "tag stage-" + stage }, W.t("stage." + stage));
}

export function at(iso) {
  return momentOf(new Date(iso));
}

/** Say the last thing that happened to a version, in one line. */
export function lastDeed(version) {
  const { returned, approved, submitted, edited, author, made } = version;
  const told = (key, act) =>
    W.t(key, { actor: act.actor, at: at(act.at), comment: act.comment });
  if (version.status === "draft" && returned) return told("ver.by.returned", returned);
  if (approved) return told("ver.by.approved", approved);
  if (version.status === "review" && submitted) return told("ver.by.submitted", submitted);
  if (edited) return told("ver.by.edited", edited);
  return author
    ? W.t("ver.by.draft", { actor: author, at: at(made) })
    : W.t("ver.by.drawn", { at: at(made) });
}

/** Say from when to when a version is in force, "" for one that never was. */
export function daysOf(version) {
  const { effective_from: from, effective_to: to } = version;
  if (!from) return "";
  return to ? W.t("plan.between", { from, to }) : W.t("plan.since", { day: from });
}

/** Say that what a draft stands on was succeeded, null where it was not. */
export function succeeded(version) {
  const next = version.base && version.base.succeeded_by;
  if (!next || version.effective_from) return null;
  return W.t("ver.succeeded", {
    n: version.base.version,
    next: next.version,
    since: next.since,
  });
}

/** Return why a deed cannot be done, "" if it can; null while nothing is known. */
export function whyNot(version, name) {
  const deed = version.deeds.find((each) => each.deed === name);
  return deed.may ? "" : W.lang === "zh" ? deed.why_zh : deed.why_en;
}

/** Return what people call a grid: the last three digits of its code. */
export function serial(code) {
  return code ? code.slice(-3) : W.t("cmp.outside");
}

/** One or two letters for somebody: the family name, or initials. */
export function initials(name) {
  const plain = name.trim();
  if (/[\u3400-\u9fff]/.test(plain)) return plain.slice(0, 1);
  const words = plain.split(/\s+/).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => word.slice(0, 1));
  return letters.join("").toUpperCase() || "?";
}
