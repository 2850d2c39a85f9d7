// Make an account: who it is for, what they may do where; the password is shown once.

import W from "../planner/ground.js";
import { send } from "../planner/api.js";
import { showOnce } from "../gate/ask.js";
import { makeForm } from "../gate/form.js";
import { field, told } from "../gate/words.js";
import { GrantFields } from "./grant-form.js";

const NAME = "[a-z0-9][a-z0-9._-]{0,39}";

export class NewAccount {
  constructor({ made, close }) {
    this.made = made;
    this.close = close;
    this.display = W.el("input", { maxlength: 100, required: true, autocomplete: "off" });
    this.name = W.el("input", { maxlength: 40, required: true, autocomplete: "off", autocapitalize: "none", spellcheck: "false" });
    this.grant = new GrantFields();
    const cross = W.el("button", { type: "button", class: "plain cross", "data-t-label": "card.close", "aria-label": W.t("card.close"), onclick: close }, "×");
    const form = makeForm(
      [
        field("account.display", this.display, told("small", "account.display.hint", { class: "hint" })),
        field("account.name", this.name, told("small", "account.name.hint", { class: "hint" })),
        this.grant.node,
      ],
      { verb: "accounts.make", name: "accounts.add", cancel: close, send: () => this.send() }
    );
    this.node = W.el("div", {}, W.el("header", {}, told("h2", "accounts.add"), cross), W.el("div", { class: "inside" }, form));
  }

  show() {
    this.display.focus();
    return this.grant.load();
  }

  async send() {
    const name = this.name.value.trim().toLowerCase();
    if (!new RegExp(`^${NAME}$`).test(name)) return "account.name.wrong";
    const { data } = await send("POST", "accounts", {
      name,
      display: this.display.value.trim(),
      grants: [this.grant.value],
    });
    const { password, ...account } = data;
    this.made(account);
    await showOnce({
      title: W.t("accounts.made", { name: account.display }),
      text: W.t("password.once"),
      lines: [`${W.t("login.name")}${W.colon()}${account.name}`, `${W.t("login.password")}${W.colon()}${password}`],
    });
    return null;
  }
}
