// The accounts in the reach of who is signed in: find, open, make.

import W from "../planner/ground.js";
import { grantName, moment, told } from "../gate/words.js";
import { AccountCard } from "./account-card.js";
import { NewAccount } from "./new-account.js";
import { ROLES } from "./roles.js";
import { Table } from "./table.js";
import { stateTag } from "./tags.js";

const PAUSE_MS = 250;

export class AccountsPart {
  constructor(box) {
    this.box = box;
    this.table = new Table("accounts", {
      label: "admin.accounts",
      none: "accounts.none",
      open: (account) => this.choose(account),
      columns: [
        ["accounts.person", person],
        ["accounts.roles", roles],
        ["accounts.state", stateTag],
        ["accounts.totp", (account) => W.t(account.totp ? "totp.short.on" : "totp.short.off")],
        ["accounts.seen", (account) => moment(account.seen)],
      ],
    });
    this.side = W.el("aside", { class: "side-card panel", hidden: true });
    box.append(
      W.el("section", { class: "panel wide-part" }, this.tools(), this.table.node),
      this.side
    );
    this.side.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  open() {
    if (!this.table.query) return this.search();
    return null;
  }

  tools() {
    const find = W.el("input", { type: "search", maxlength: 64, "data-t-placeholder": "accounts.find", "data-t-label": "accounts.find", placeholder: W.t("accounts.find"), "aria-label": W.t("accounts.find") });
    let later = 0;
    find.addEventListener("input", () => {
      window.clearTimeout(later);
      later = window.setTimeout(() => this.search(), PAUSE_MS);
    });
    const role = W.el("select", { "data-t-label": "accounts.role", "aria-label": W.t("accounts.role") },
      told("option", "accounts.role.any", { value: "" }),
      ROLES.map((each) => told("option", "role." + each, { value: each })));
    const state = W.el("select", { "data-t-label": "accounts.state", "aria-label": W.t("accounts.state") },
      told("option", "accounts.state.any", { value: "" }),
      told("option", "account.active", { value: "active" }),
      told("option", "account.locked", { value: "locked" }));
    [role, state].forEach((each) => each.addEventListener("change", () => this.search()));
    const add = told("button", "accounts.add", { type: "button", class: "primary", id: "add-account" });
    add.addEventListener("click", () => this.add());
    this.asked = () => ({ q: find.value.trim(), role: role.value, state: state.value });
    return W.el("div", { class: "bar" }, find, role, state, add);
  }

  search() {
    return this.table.load(this.asked());
  }

  choose(account) {
    this.table.choose(account.id);
    this.fill(new AccountCard(account, {
      changed: (now) => this.table.replace(now),
      close: () => this.close(),
    }));
  }

  add() {
    this.table.choose(null);
    this.fill(new NewAccount({
      made: (account) => {
        this.table.replace(account);
        this.choose(account);
      },
      close: () => this.close(),
    }));
  }

  fill(card) {
    this.side.hidden = false;
    W.empty(this.side).append(card.node);
    card.show();
  }

  close() {
    const row = this.table.body.querySelector("[aria-current] button");
    this.side.hidden = true;
    W.empty(this.side);
    this.table.choose(null);
    if (row) row.focus();
    else W.byId("add-account").focus();
  }
}

function person(account) {
  return [W.el("b", {}, account.display), W.el("small", {}, account.name)];
}

function roles(account) {
  if (!account.grants.length) return W.el("small", {}, W.t("account.no_role"));
  return W.el("ul", {}, account.grants.map((grant) => W.el("li", {}, grantName(grant))));
}
