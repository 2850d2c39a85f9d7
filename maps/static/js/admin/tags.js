// How an account stands, as a tag.

import W from "../planner/ground.js";

/** Say how an account stands: active, locked, or with a password to change first. */
export function stateTag(account) {
  const [kind, key] = standing(account);
  return W.el("span", { class: "tag " + kind }, W.t(key));
}

function standing(account) {
  if (account.state === "locked") return ["shut", "account.locked"];
  return account.must_change_password
    ? ["waiting", "account.must_change"]
    : ["fine", "account.active"];
}
