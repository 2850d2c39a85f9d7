// The frame of the account and the administration page: words, menu, who is signed in.

import W from "../planner/ground.js";
import { whenSignedOut } from "../planner/api.js";
import { me } from "../planner/me.js";
import { bindRail } from "../planner/panels.js";
import { openPage, otherLanguage, showReady, speak } from "./page.js";
import { signInAgain } from "./sign-in-dialog.js";
import { UserMenu } from "./user-menu.js";

/** Open the page, call `build(page)`, and show it. */
export async function openOffice(build) {
  const page = await openPage();
  whenSignedOut(signInAgain);
  await me.load();
  new UserMenu(W.byId("bar-user"), () => speak(otherLanguage()));
  bindRail();
  await build(page);
  showReady();
}

/** Tell what was done, to see and to hear; it goes away by itself. */
export function toast(text) {
  const old = document.querySelector(".toast");
  if (old) old.remove();
  const note = W.el("p", { class: "toast" }, text);
  document.body.append(note);
  W.byId("announce").textContent = text;
  window.setTimeout(() => note.remove(), 4000);
}
