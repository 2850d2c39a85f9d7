// Who is signed in, at the end of the top bar: roles, language, account, sign out.

import W from "../planner/ground.js";
import { send } from "../planner/api.js";
import { me } from "../planner/me.js";
import { Popover, moveByArrows } from "../planner/popover.js";
import { signInAgain } from "./sign-in-dialog.js";
import { grantName, told } from "./words.js";

const ADMIN = ["manage_accounts", "read_audit"];

export class UserMenu {
  /** `speak()` turns the page to the other language. */
  constructor(box, speak) {
    this.speak = speak;
    this.button = W.el("button", { type: "button", id: "user", "aria-haspopup": "true" });
    this.panel = W.el("section", { id: "user-panel", class: "pop", role: "group" });
    box.append(this.button, this.panel);
    this.out = false;
    this.button.addEventListener("click", (event) => this.letIn(event), true);
    this.popover = new Popover(this.button, this.panel, () => this.fill());
    moveByArrows(this.panel, ".option");
    W.onLanguage(() => this.tell());
    window.addEventListener("wangge:signed-in", () => this.isOut(false));
    window.addEventListener("wangge:signed-out", () => this.isOut(true));
    showAdmin();
  }

  /** Whose session ended, and who declined to sign in, finds the way back here. */
  isOut(out) {
    this.out = out;
    this.tell();
  }

  letIn(event) {
    if (!this.out) return;
    event.stopImmediatePropagation();
    signInAgain();
  }

  tell() {
    const display = this.out ? W.t("user.out.now") : me.display;
    W.empty(this.button).append(
      this.out ? "" : W.el("i", { class: "face", "aria-hidden": "true" }, [...display].slice(0, 1)),
      W.el("span", {}, display),
      W.el("i", { class: "caret", "aria-hidden": "true" }, "▾")
    );
    this.button.setAttribute("aria-label", W.t("user.label", { name: display }));
    this.panel.setAttribute("aria-label", W.t("user.menu"));
    this.popover.refresh();
  }

  fill() {
    W.empty(this.panel).append(
      W.el(
        "div",
        { class: "card-of-user" },
        W.el("b", {}, me.display),
        W.el("small", {}, me.name),
        W.el("ul", {}, me.grants.map((grant) => W.el("li", {}, grantName(grant))))
      ),
      link("account", "user.account"),
      me.may(ADMIN[0]) || me.may(ADMIN[1]) ? link("admin", "user.admin") : "",
      this.item("language", () => {
        this.popover.close();
        this.speak();
      }),
      this.item("sign-out", () => signOut())
    );
  }

  item(id, act) {
    const key = id === "language" ? "lang.switch" : "user.out";
    const button = told("button", key, { type: "button", id, class: "plain option" });
    button.addEventListener("click", act);
    return button;
  }
}

function link(to, key) {
  return told("a", key, { href: to, class: "option" });
}

/** The rail leads to the administration for those who may open it. */
function showAdmin() {
  const entry = document.querySelector('.rail [data-section="admin"]');
  if (entry) entry.hidden = !ADMIN.some((each) => me.may(each)) && !entry.hasAttribute("aria-current");
}

/** End the session; what the browser remembers of the page's looks stays. */
export async function signOut() {
  try {
    await send("DELETE", "session");
  } catch (error) {
    if (error.name !== "ApiError" || error.isOutage) throw error;
  }
  location.assign("login");
}
