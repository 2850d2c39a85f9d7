// From when to when a plan is in force, in words.

import W from "./ground.js";

/** Say from when to when a plan is in force. */
export function daysOf(plan) {
  if (!plan.effective_from) return W.t("plan.not_yet");
  if (!plan.effective_to) return W.t("plan.since", { day: plan.effective_from });
  return W.t("plan.between", { from: plan.effective_from, to: plan.effective_to });
}
