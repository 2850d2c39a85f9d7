// The administration page: accounts, what was done, the state of the record.

import W from "../planner/ground.js";
import { me } from "../planner/me.js";
import { openOffice } from "../gate/office.js";
import { AccountsPart } from "./accounts.js";
import { AuditPart } from "./audit.js";
import { StatePart } from "./state.js";

const PARTS = {
  accounts: { needs: "manage_accounts", make: (box) => new AccountsPart(box) },
  audit: { needs: "read_audit", make: (box) => new AuditPart(box) },
  state: { needs: "manage_accounts", make: (box) => new StatePart(box) },
};

openOffice(async () => {
  const mine = Object.keys(PARTS).filter((name) => me.may(PARTS[name].needs));
  document.querySelectorAll("[data-tab]").forEach((tab) => {
    tab.hidden = !mine.includes(tab.dataset.tab);
  });
  const made = {};
  const show = async () => {
    const [asked, rest] = location.hash.slice(1).split("?");
    const name = mine.includes(asked) ? asked : mine[0];
    document.querySelectorAll("[data-tab]").forEach((tab) => {
      if (tab.dataset.tab === name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    });
    Object.values(made).forEach((part) => {
      part.box.hidden = true;
    });
    if (!made[name]) {
      const box = W.el("div", { class: "sheet " + name });
      W.byId("main").append(box);
      made[name] = PARTS[name].make(box);
    }
    made[name].box.hidden = false;
    await made[name].open(new URLSearchParams(rest || ""));
  };
  window.addEventListener("hashchange", show);
  W.onLanguage(() => {
    document.title = [W.t("admin.title"), W.t("brand.name")].join(" · ");
  });
  await show();
});
