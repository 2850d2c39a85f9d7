// Which role, and where.

import W from "../planner/ground.js";
import { told } from "../gate/words.js";
import { ROLES } from "./roles.js";
import { ScopePicker } from "./scope.js";

/** The fields of a grant: {node, load(), value}. */
export class GrantFields {
  constructor() {
    this.role = W.el("select", { id: "grant-role" }, ROLES.map((role) => told("option", "role." + role, { value: role })));
    this.role.value = "planner";
    this.scope = new ScopePicker();
    this.hint = told("small", "role.planner.why", { class: "hint", id: "grant-role-hint" });
    this.role.setAttribute("aria-describedby", this.hint.id);
    this.role.addEventListener("change", () => {
      this.hint.dataset.t = `role.${this.role.value}.why`;
      this.hint.textContent = W.t(this.hint.dataset.t);
    });
    this.node = W.el(
      "div",
      { class: "grant" },
      W.el("p", { class: "field" }, told("label", "grant.role", { for: "grant-role" }), this.role, this.hint),
      W.el("div", { class: "field" }, told("span", "grant.scope"), this.scope.node)
    );
  }

  load() {
    return this.scope.load();
  }

  get value() {
    return { role: this.role.value, division: this.scope.value };
  }
}
