// The second step of signing in: on, off, and the codes for a lost phone.

import W from "../planner/ground.js";
import { send } from "../planner/api.js";
import { me } from "../planner/me.js";
import { showOnce } from "../gate/ask.js";
import { makeForm } from "../gate/form.js";
import { toast } from "../gate/office.js";
import { secretField } from "../gate/secret.js";
import { copyButton, field, told } from "../gate/words.js";

const QUIET = 4;

export class TotpPart {
  constructor(box) {
    this.box = box;
  }

  load() {
    this.show();
  }

  show() {
    const isOn = Boolean(me.told && me.told.totp);
    const state = told("p", isOn ? "totp.on" : "totp.off", { class: isOn ? "state good" : "state" });
    const act = (key, run) => {
      const button = told("button", key, { type: "button" });
      button.addEventListener("click", run);
      return button;
    };
    const buttons = isOn
      ? [
          act("totp.renew", () => this.prove("totp.renew", (password) => this.renew(password))),
          act("totp.stop", () => this.prove("totp.stop", (password) => this.stop(password))),
        ]
      : [act("totp.start", () => this.prove("totp.start", (password) => this.start(password)))];
    W.empty(this.box).append(state, told("p", "totp.why", { class: "note" }), W.el("p", { class: "buttons" }, ...buttons));
  }

  /** Ask for the password once more before anything of it changes. */
  prove(verb, then) {
    const secret = secretField("login.password", {
      id: "totp-password",
      autocomplete: "current-password",
    });
    const form = makeForm([secret.node], {
      verb,
      name: "totp.prove",
      send: () => then(secret.input.value),
      cancel: () => this.show(),
    });
    W.empty(this.box).append(told("p", "totp.prove", { class: "note" }), form);
    secret.input.focus();
  }

  async start(password) {
    const { data } = await send("POST", "session/totp", { password });
    const code = W.el("input", {
      class: "code",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      maxlength: 6,
      required: true,
    });
    const form = makeForm([field("totp.code", code)], {
      verb: "totp.confirm",
      name: "totp.code",
      send: () => this.confirm(code.value.trim()),
      cancel: () => this.show(),
    });
    W.empty(this.box).append(
      told("p", "totp.scan", { class: "note" }),
      W.el("div", { class: "scan" }, picture(data), W.el("div", {}, told("p", "totp.typed", {}), W.el("code", { class: "key" }, inFours(data.secret)), copyButton(() => data.secret))),
      form
    );
    code.focus();
  }

  async confirm(code) {
    const { data } = await send("PUT", "session/totp", { code });
    await me.load();
    this.show();
    await this.keep(data.recovery);
  }

  async renew(password) {
    const { data } = await send("POST", "session/totp/recovery", { password });
    this.show();
    await this.keep(data.recovery);
  }

  async stop(password) {
    await send("DELETE", "session/totp", { password });
    await me.load();
    this.show();
    toast(W.t("totp.stopped"));
  }

  keep(codes) {
    return showOnce({ title: W.t("totp.codes"), text: W.t("totp.codes.why"), lines: codes });
  }
}

/** The QR code as the service drew it: dark modules, with the quiet zone around. */
function picture({ qr, qr_size: size }) {
  const whole = size + 2 * QUIET;
  const svg = W.svg("svg", {
    viewBox: `${-QUIET} ${-QUIET} ${whole} ${whole}`,
    class: "qr",
    role: "img",
    "aria-label": W.t("totp.qr"),
    "shape-rendering": "crispEdges",
  });
  svg.append(W.svg("path", { d: qr }));
  return svg;
}

function inFours(text) {
  return text.replace(/(.{4})(?=.)/g, "$1 ");
}
