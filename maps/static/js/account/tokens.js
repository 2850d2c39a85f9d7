// Keys for programs: QGIS, GDAL, another system. Each is shown once.

import W from "../planner/ground.js";
import { get, send } from "../planner/api.js";
import { me } from "../planner/me.js";
import { confirmed, showOnce } from "../gate/ask.js";
import { makeForm } from "../gate/form.js";
import { toast } from "../gate/office.js";
import { copyButton, faultWords, field, moment, told } from "../gate/words.js";

const DAYS = [30, 90, 180, 365];

export class TokensPart {
  constructor(box) {
    this.box = box;
    this.items = null;
    this.adding = false;
    W.onLanguage(() => this.items && !this.adding && this.show());
  }

  async load() {
    try {
      this.items = (await get("tokens")).items;
      this.show();
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      W.empty(this.box).append(W.el("p", { class: "fault" }, faultWords(error)));
    }
  }

  show() {
    this.adding = false;
    const add = told("button", "tokens.add", { type: "button" });
    add.addEventListener("click", () => this.add());
    const alive = this.items.filter((item) => !item.revoked);
    W.empty(this.box).append(
      told("p", "tokens.why", { class: "note" }),
      alive.length
        ? W.el("ul", { class: "lines" }, alive.map((item) => this.line(item)))
        : told("p", "tokens.none", { class: "nothing-yet" }),
      W.el("p", { class: "buttons" }, add),
      example()
    );
  }

  line(item) {
    const end = told("button", "tokens.revoke", { type: "button", class: "link" });
    end.addEventListener("click", () => this.revoke(item));
    return W.el("li", {},
      W.el("span", { class: "grow" }, W.el("b", {}, item.name), W.el("small", {}, tokenLine(item))),
      end);
  }

  add() {
    this.adding = true;
    const name = W.el("input", { maxlength: 100, required: true, autocomplete: "off" });
    const days = W.el("select", {}, DAYS.map((n) => told("option", "days." + n, { value: n })));
    days.value = "90";
    const mine = [...new Set(me.grants.flatMap((grant) => grant.permissions))];
    const boxes = mine.map((scope) => {
      const box = W.el("input", { type: "checkbox", value: scope });
      box.checked = scope === "read";
      return W.el("label", {}, box, told("span", "permission." + scope));
    });
    const scopes = W.el("fieldset", {}, told("legend", "tokens.scopes"), ...boxes);
    const form = makeForm([field("tokens.name", name, told("small", "tokens.name.hint", { class: "hint" })), scopes, field("tokens.until", days)], {
      verb: "tokens.make",
      name: "tokens.add",
      cancel: () => this.show(),
      send: async () => {
        const chosen = boxes.map((each) => each.firstChild).filter((box) => box.checked);
        if (!chosen.length) return "tokens.no_scope";
        const { data } = await send("POST", "tokens", {
          name: name.value.trim(),
          scopes: chosen.map((box) => box.value),
          days: Number(days.value),
        });
        await this.load();
        await showOnce({ title: W.t("tokens.once"), text: W.t("tokens.once.why"), lines: [data.token] });
        return null;
      },
    });
    W.empty(this.box).append(form);
    name.focus();
  }

  async revoke(item) {
    const sure = await confirmed({
      title: W.t("tokens.revoke.title", { name: item.name }),
      text: W.t("tokens.revoke.text"),
      verb: W.t("tokens.revoke"),
      grave: true,
    });
    if (!sure) return;
    try {
      await send("DELETE", `tokens/${item.id}`);
      toast(W.t("tokens.revoked"));
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      toast(faultWords(error));
    }
    await this.load();
  }
}

/** What a token may do, until when, when it was last used. */
export function tokenLine(item) {
  const scopes = item.scopes.map((scope) => W.t("permission." + scope)).join(W.t("list.comma"));
  const seen = item.seen ? moment(item.seen) : W.t("tokens.never");
  return W.t("tokens.line", { scopes, until: moment(item.until), seen });
}

/** How QGIS and GDAL use a token, ready to copy. */
function example() {
  const home = new URL("ogc", document.baseURI).href;
  const gdal = `GDAL_HTTP_HEADERS="Authorization: Bearer wg_…" ogrinfo "OAPIF:${home}" grids`;
  const line = (key, text) =>
    W.el("div", { class: "example" }, told("h3", key), W.el("pre", { tabindex: "0" }, text), copyButton(() => text));
  return W.el("details", {},
    told("summary", "tokens.example"),
    line("tokens.gdal", gdal),
    line("tokens.qgis", home),
    told("p", "tokens.qgis.how", { class: "note" }));
}
