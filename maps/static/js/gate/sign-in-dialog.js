// A session that ends in the middle of work: sign in over the page, lose nothing.

import W from "../planner/ground.js";
import { me } from "../planner/me.js";
import { SignIn } from "./sign-in.js";
import { told } from "./words.js";

let asking = null;
let declined = false;

/**
 * Let the person in again; resolves to true once they are. One dialog serves all that
 * waits. Who declined is asked again when they do something, not when the page reads.
 */
export function signInAgain({ writes = true } = {}) {
  if (declined && !writes) return Promise.resolve(false);
  if (!asking) asking = askOnce();
  return asking;
}

async function askOnce() {
  try {
    const isIn = await show();
    declined = !isIn;
    if (declined) window.dispatchEvent(new Event("wangge:signed-out"));
    return isIn;
  } finally {
    asking = null;
  }
}

function show() {
  const last = document.activeElement;
  const box = W.el("div", { class: "steps-of-login" });
  const dialog = W.el(
    "dialog",
    { id: "sign-in", "aria-labelledby": "sign-in-title" },
    W.el("header", {}, told("h2", "again.title", { id: "sign-in-title" })),
    W.el("div", { class: "inside" }, told("p", "again.why", { class: "note" }), box, other())
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    let isIn = false;
    const steps = new SignIn(box, {
      name: me.name,
      fixed: me.isKnown,
      done: async () => {
        isIn = true;
        await me.load();
        window.dispatchEvent(new Event("wangge:signed-in"));
        dialog.close();
      },
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (last && last.isConnected) last.focus();
      resolve(isIn);
    });
    dialog.showModal();
    steps.ask();
  });
}

function other() {
  const to = "login?next=" + encodeURIComponent(location.pathname + location.search);
  return W.el("p", { class: "aside" }, told("a", "again.other", { href: to }));
}
