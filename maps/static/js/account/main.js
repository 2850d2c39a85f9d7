// The page of one's own account.

import W from "../planner/ground.js";
import { me } from "../planner/me.js";
import { openOffice } from "../gate/office.js";
import { grantName, told } from "../gate/words.js";
import { passwordPart } from "./password.js";
import { SessionsPart } from "./sessions.js";
import { TokensPart } from "./tokens.js";
import { TotpPart } from "./totp.js";

openOffice(() => {
  const part = (key, id) =>
    W.el("section", { class: "panel part", "aria-labelledby": id },
      W.el("header", {}, told("h2", key, { id })),
      W.el("div", { class: "inside" }));
  const inside = (section) => section.lastChild;
  const who = part("account.me", "who-title");
  const password = part("account.password", "password-title");
  const totp = part("account.totp", "totp-title");
  const sessions = part("account.sessions", "sessions-title");
  const tokens = part("account.tokens", "tokens-title");
  W.byId("main").append(
    W.el("div", { class: "sheet two" },
      W.el("div", {}, who, password, totp),
      W.el("div", {}, sessions, tokens))
  );
  W.onLanguage(() => fillWho(inside(who)));
  inside(password).append(passwordPart());
  const parts = [
    new TotpPart(inside(totp)),
    new SessionsPart(inside(sessions)),
    new TokensPart(inside(tokens)),
  ];
  return Promise.all(parts.map((each) => each.load()));
});

function fillWho(box) {
  const row = (key, ...value) => W.el("div", {}, W.el("dt", {}, W.t(key)), W.el("dd", {}, ...value));
  const roles = W.el("ul", {}, me.grants.map((grant) => W.el("li", {}, grantName(grant))));
  W.empty(box).append(
    W.el("dl", { class: "facts" },
      row("account.display", me.display),
      row("account.name", me.name),
      row("account.roles", me.grants.length ? roles : W.t("account.no_role"))),
    W.el("p", { class: "note" }, W.t("account.roles.hint"))
  );
}
