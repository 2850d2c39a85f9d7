// One account: its state, roles, password, second step, sessions and tokens.

import W from "../planner/ground.js";
import { get, send } from "../planner/api.js";
import { me } from "../planner/me.js";
import { confirmed, showOnce } from "../gate/ask.js";
import { makeForm } from "../gate/form.js";
import { toast } from "../gate/office.js";
import { faultWords, grantName, moment, told } from "../gate/words.js";
import { tokenLine } from "../account/tokens.js";
import { GrantFields } from "./grant-form.js";
import { stateTag } from "./tags.js";

export class AccountCard {
  constructor(account, { changed, close }) {
    this.account = account;
    this.changed = changed;
    this.close = close;
    this.tokens = null;
    this.adding = false;
    this.node = W.el("div", { class: "account-card" });
    W.onLanguage(() => this.node.isConnected && !this.adding && this.draw());
  }

  async show() {
    this.draw();
    this.node.querySelector(".cross").focus();
    try {
      const [account, tokens] = await Promise.all([
        get(`accounts/${this.account.id}`),
        get("tokens", { account: this.account.id }),
      ]);
      this.account = account;
      this.tokens = tokens.items.filter((item) => !item.revoked);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.fault = error;
    }
    if (!this.adding) this.draw();
  }

  get isOwn() {
    return this.account.id === me.account;
  }

  draw() {
    const { account } = this;
    const focus = this.node.contains(document.activeElement) && document.activeElement.dataset.do;
    const cross = this.button("close", "×", () => this.close(), "plain cross");
    cross.setAttribute("aria-label", W.t("card.close"));
    W.empty(this.node).append(
      W.el("header", {}, W.el("h2", {}, account.display, W.el("small", {}, account.name)), cross),
      W.el("div", { class: "inside" },
        this.fault ? W.el("p", { class: "fault", role: "alert" }, faultWords(this.fault)) : "",
        W.el("p", { class: "standing" }, stateTag(account), W.el("small", {}, W.t("account.since", { made: moment(account.created), seen: moment(account.seen) }))),
        this.rolesPart(),
        this.entryPart(),
        this.tokensPart())
    );
    const again = focus && this.node.querySelector(`[data-do="${focus}"]`);
    if (again) again.focus();
  }

  button(name, words, act, kind = "") {
    return W.el("button", { type: "button", class: kind || null, "data-do": name, onclick: act }, words);
  }

  part(key, ...inside) {
    return W.el("section", {}, W.el("h3", {}, W.t(key)), ...inside);
  }

  rolesPart() {
    const { grants } = this.account;
    const list = grants.map((grant) =>
      W.el("li", {}, W.el("span", { class: "grow" }, grantName(grant)),
        this.button("ungrant-" + grant.id, W.t("grant.take"), () => this.take(grant), "link"))
    );
    return this.part("accounts.roles",
      list.length ? W.el("ul", { class: "lines" }, list) : W.el("p", { class: "nothing-yet" }, W.t("account.no_role")),
      this.adding ? this.grantForm : this.button("grant", W.t("grant.add"), () => this.add()));
  }

  entryPart() {
    const { account } = this;
    const isLocked = account.state === "locked";
    return this.part("account.entry",
      W.el("p", { class: "buttons" },
        this.button("reset", W.t("account.reset"), () => this.reset()),
        account.totp ? this.button("totp", W.t("account.totp.off"), () => this.stopTotp()) : "",
        this.button("sessions", W.t("account.sessions.end"), () => this.endSessions()),
        this.isOwn ? "" : this.button("lock", W.t(isLocked ? "account.unlock" : "account.lock"), () => this.lock(!isLocked), isLocked ? "" : "grave")),
      this.isOwn ? W.el("p", { class: "note" }, W.t("account.own")) : "");
  }

  tokensPart() {
    if (!this.tokens || !this.tokens.length) return "";
    return this.part("account.tokens",
      W.el("ul", { class: "lines" }, this.tokens.map((item) =>
        W.el("li", {}, W.el("span", { class: "grow" }, W.el("b", {}, item.name), W.el("small", {}, tokenLine(item))),
          this.button("token-" + item.id, W.t("tokens.revoke"), () => this.revoke(item), "link")))));
  }

  /** Do something to the account, then show it as it is now. */
  async run(act, done) {
    this.fault = null;
    try {
      const given = await act();
      this.account = await get(`accounts/${this.account.id}`);
      this.changed(this.account);
      if (done) toast(W.t(done));
      return given;
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.fault = error;
      return null;
    } finally {
      this.draw();
    }
  }

  add() {
    const fields = new GrantFields();
    const leave = () => {
      this.adding = false;
      this.draw();
      this.node.querySelector('[data-do="grant"]').focus();
    };
    this.adding = true;
    this.grantForm = makeForm([fields.node], {
      verb: "grant.do",
      name: "grant.add",
      cancel: leave,
      send: async () => {
        await send("POST", `accounts/${this.account.id}/grants`, fields.value);
        await this.run(async () => {
          this.adding = false;
        }, "grant.done");
        return null;
      },
    });
    this.draw();
    fields.role.focus();
    fields.load();
  }

  async take(grant) {
    const sure = await confirmed({
      title: W.t("grant.take.title", { grant: grantName(grant) }),
      text: W.t("grant.take.text", { name: this.account.display }),
      verb: W.t("grant.take"),
      grave: true,
    });
    if (sure) await this.run(() => send("DELETE", `accounts/${this.account.id}/grants/${grant.id}`), "grant.taken");
  }

  async reset() {
    const sure = await confirmed({
      title: W.t("account.reset.title", { name: this.account.display }),
      text: W.t("account.reset.text"),
      verb: W.t("account.reset"),
    });
    if (!sure) return;
    const answer = await this.run(() => send("POST", `accounts/${this.account.id}/password`));
    if (!answer) return;
    await showOnce({
      title: W.t("account.reset.done", { name: this.account.display }),
      text: W.t("password.once"),
      lines: [`${W.t("login.name")}${W.colon()}${this.account.name}`, `${W.t("login.password")}${W.colon()}${answer.data.password}`],
    });
  }

  async stopTotp() {
    const sure = await confirmed({
      title: W.t("account.totp.off.title", { name: this.account.display }),
      text: W.t("account.totp.off.text"),
      verb: W.t("account.totp.off"),
      grave: true,
    });
    if (sure) await this.run(() => send("DELETE", `accounts/${this.account.id}/totp`), "totp.stopped");
  }

  endSessions() {
    return this.run(() => send("DELETE", `accounts/${this.account.id}/sessions`), "sessions.ended");
  }

  async lock(isLocking) {
    if (isLocking) {
      const sure = await confirmed({
        title: W.t("account.lock.title", { name: this.account.display }),
        text: W.t("account.lock.text"),
        verb: W.t("account.lock"),
        grave: true,
      });
      if (!sure) return;
    }
    const state = isLocking ? "locked" : "active";
    await this.run(() => send("PATCH", `accounts/${this.account.id}`, { state }), isLocking ? "account.lock.done" : "account.unlock.done");
  }

  async revoke(item) {
    const sure = await confirmed({
      title: W.t("tokens.revoke.title", { name: item.name }),
      text: W.t("tokens.revoke.text"),
      verb: W.t("tokens.revoke"),
      grave: true,
    });
    if (!sure) return;
    await this.run(() => send("DELETE", `tokens/${item.id}`), "tokens.revoked");
    await this.show();
  }
}
