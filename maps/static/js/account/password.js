// Change one's own password.

import W from "../planner/ground.js";
import { me } from "../planner/me.js";
import { makeForm } from "../gate/form.js";
import { toast } from "../gate/office.js";
import { secretField } from "../gate/secret.js";
import { changePassword, newPassword } from "../gate/sign-in.js";

export function passwordPart() {
  const old = secretField("login.old", { id: "own-old", autocomplete: "current-password" });
  const fresh = newPassword("own");
  const name = W.el("input", { type: "text", autocomplete: "username", hidden: true });
  name.value = me.name;
  const form = makeForm([name, old.node, ...fresh.nodes], {
    verb: "account.password.do",
    name: "account.password",
    send: async () => {
      if (!fresh.agree()) return "login.new.differ";
      await changePassword(old.input.value, fresh.value());
      form.reset();
      toast(W.t("account.password.done"));
      return null;
    },
  });
  return form;
}
