// The steps of signing in: name and password, the code of the second step, a new
// password where the one given by an administrator must be changed.

import W from "../planner/ground.js";
import { send } from "../planner/api.js";
import { secretField } from "./secret.js";
import { faultWords, field, told } from "./words.js";

const DIGITS = 6;

export class SignIn {
  /** `name` is filled in, and cannot be changed if `fixed`; `done(session)` ends it. */
  constructor(box, { name = "", fixed = false, done }) {
    this.box = box;
    this.given = { name, password: "" };
    this.fixed = fixed;
    this.done = done;
    this.fault = null;
    W.onLanguage(() => this.complain());
  }

  /** The first step. */
  ask() {
    const name = W.el("input", {
      id: "login-name",
      name: "username",
      autocomplete: "username",
      autocapitalize: "none",
      spellcheck: "false",
      maxlength: 64,
      required: true,
      readonly: this.fixed,
    });
    name.value = this.given.name;
    const secret = secretField("login.password", {
      id: "login-password",
      autocomplete: "current-password",
    });
    this.step("login.do", [field("login.name", name), secret.node], () => {
      this.given = { name: name.value.trim(), password: secret.input.value };
      return this.signIn(null, secret.input);
    });
    (name.value ? secret.input : name).focus();
  }

  /** The second step, for whom it is on. */
  askCode() {
    const code = W.el("input", {
      id: "login-code",
      name: "code",
      class: "code",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      maxlength: 32,
      required: true,
      spellcheck: "false",
    });
    const hint = told("small", "login.code.hint", { class: "hint" });
    this.step("login.code.do", [field("login.code", code, hint)], () =>
      this.signIn(code.value.trim(), code)
    );
    code.addEventListener("input", () => {
      const whole = new RegExp(`^\\d{${DIGITS}}$`).test(code.value);
      if (whole && !this.busy) this.form.requestSubmit();
    });
    this.form.append(this.back());
    code.focus();
  }

  /** The last step, for whom an administrator chose the password. */
  askNew() {
    const old = this.given.password
      ? null
      : secretField("login.old", { id: "login-old", autocomplete: "current-password" });
    const fresh = newPassword("login");
    const parts = [told("p", "login.must", { class: "note" }), old && old.node, ...fresh.nodes];
    this.step("login.new.do", parts.filter(Boolean), async () => {
      if (!fresh.agree()) return this.fail({ key: "login.new.differ" });
      const from = old ? old.input.value : this.given.password;
      const session = await changePassword(from, fresh.value());
      return this.done(session);
    });
    (old ? old.input : fresh.first).focus();
  }

  /** Show one step: its fields, what it says when something is wrong, its button. */
  step(verb, parts, act) {
    this.alert = W.el("p", { class: "fault", role: "alert" });
    this.button = told("button", verb, { type: "submit", class: "primary" });
    this.form = W.el("form", { novalidate: true }, ...parts, this.alert, this.button);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run(act);
    });
    this.tell(null);
    W.empty(this.box).append(this.form);
  }

  back() {
    const button = told("button", "login.back", { type: "button", class: "link" });
    button.addEventListener("click", () => this.ask());
    return button;
  }

  async run(act) {
    const empty = [...this.form.elements].find((each) => each.required && !each.value.trim());
    if (empty) {
      this.fail({ key: "form.missing" });
      empty.focus();
      return;
    }
    if (this.busy) return;
    this.busy = true;
    this.button.disabled = true;
    this.tell(null);
    try {
      await act();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.fail(error);
    } finally {
      this.busy = false;
      if (!this.waiting) this.button.disabled = false;
    }
  }

  async signIn(code, input) {
    const { name, password } = this.given;
    try {
      const { data } = await send("POST", "session", {
        name,
        password,
        ...(code ? { code } : {}),
      });
      if (data.must_change_password) this.askNew();
      else this.done(data);
    } catch (error) {
      if (error.code === "code_needed") {
        this.askCode();
        return;
      }
      input.select();
      throw error;
    }
  }

  fail(fault) {
    if (fault.wait) this.waitFor(fault.wait, fault);
    else this.tell(fault);
  }

  /** Count the seconds down that the service wants to pass before another try. */
  waitFor(seconds, fault) {
    const until = Date.now() + seconds * 1000;
    const tick = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      if (!this.form.isConnected || left <= 0) {
        window.clearInterval(this.waiting);
        this.waiting = null;
        this.button.disabled = false;
        this.tell(null);
        return;
      }
      this.tell({ ...fault, key: "login.wait", values: { time: lasting(left) } });
    };
    window.clearInterval(this.waiting);
    this.button.disabled = true;
    this.waiting = window.setInterval(tick, 1000);
    tick();
  }

  tell(fault) {
    this.fault = fault;
    this.complain();
  }

  complain() {
    if (!this.alert) return;
    const { fault } = this;
    const words = !fault ? "" : fault.key ? W.t(fault.key, fault.values) : faultWords(fault);
    if (this.alert.textContent !== words) this.alert.textContent = words;
    this.alert.hidden = !words;
  }
}

/** Write how long: seconds below a minute, then minutes and seconds. */
export function lasting(seconds) {
  if (seconds < 60) return W.t("time.seconds", { n: seconds });
  const rest = String(seconds % 60).padStart(2, "0");
  return W.t("time.minutes", { n: Math.floor(seconds / 60), s: rest });
}

/** Two fields for a new password: {nodes, first, agree(), value()}. */
export function newPassword(prefix) {
  const fresh = secretField("login.new", {
    id: prefix + "-new",
    autocomplete: "new-password",
    hint: "login.new.hint",
  });
  const again = secretField("login.again", {
    id: prefix + "-again",
    autocomplete: "new-password",
  });
  return {
    nodes: [fresh.node, again.node],
    first: fresh.input,
    agree: () => fresh.input.value === again.input.value,
    value: () => fresh.input.value,
  };
}

/** Change the password of who is signed in; returns the session as it is after. */
export async function changePassword(old, fresh) {
  const { data } = await send("POST", "session/password", { old, new: fresh });
  return data;
}
