// Grids that are out of the band for a reason, as a list below the verdict.

import W from "../ground.js";
import { serial } from "./words.js";

const EXCEPTIONS = 5;

/** List the grids out of the band that carry a reason: the reviewer will look at them. */
export function exceptions(proof) {
  const { remarks, remark_count: count } = proof.checks.find((check) => check.code === "bounds");
  const lines = remarks.slice(0, EXCEPTIONS).map((remark) => {
    const said = W.lang === "zh" ? remark.zh : remark.en;
    return W.el("li", {}, W.el("b", {}, remark.grids.map(serial).join(" ")), " ", said);
  });
  const more = count - lines.length;
  if (more > 0) lines.push(W.el("li", {}, W.t("submit.more", { n: W.number(more) })));
  return W.el("ul", { class: "missing" }, ...lines);
}
