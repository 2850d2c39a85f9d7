// The log-in page: the steps of signing in, and where the way leads after.

import W from "../planner/ground.js";
import { openPage, otherLanguage, showReady, speak } from "../gate/page.js";
import { SignIn } from "../gate/sign-in.js";

const TITLES = { ask: "login.title", askCode: "login.code.title", askNew: "login.new.title" };

async function start() {
  const page = await openPage();
  const steps = new SignIn(W.byId("steps"), { done: () => location.replace(page.next) });
  Object.keys(TITLES).forEach((step) => {
    const show = steps[step].bind(steps);
    steps[step] = () => {
      name(TITLES[step]);
      W.byId("demo").hidden = step !== "ask" || !page.demo.length;
      show();
    };
  });
  W.byId("language").addEventListener("click", () => {
    speak(otherLanguage());
    name(W.byId("title").dataset.t);
  });
  fillDemo(page.demo);
  if (page.must_change) steps.askNew();
  else steps.ask();
  showReady();
}

function name(key) {
  const title = W.byId("title");
  title.dataset.t = key;
  title.textContent = W.t(key);
  document.title = `${W.t(key)} · ${W.t("brand.name")}`;
}

/** The accounts of a made-up town: a click fills in the name, the password is not here. */
function fillDemo(accounts) {
  const list = W.byId("demo-accounts");
  W.onLanguage(() => {
    W.empty(list).append(
      ...accounts.map(({ name: account, role }) =>
        W.el(
          "li",
          {},
          W.el(
            "button",
            { type: "button", class: "plain", onclick: () => take(account) },
            W.el("code", {}, account),
            W.el("small", {}, W.t("role." + role))
          )
        )
      )
    );
  });
}

function take(account) {
  W.byId("login-name").value = account;
  W.byId("login-password").focus();
}

start();
