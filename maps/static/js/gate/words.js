// Elements whose words follow the language of the page, and small things to say.

import W from "../planner/ground.js";

/** Make an element whose text is a key of the catalogue, also after a change of language. */
export function told(tag, key, attributes) {
  return W.el(tag, { ...attributes, "data-t": key }, W.t(key));
}

/** Make a field with its label above: `control` is the input or select. */
export function field(key, control, hint = null) {
  const id = control.id || (control.id = "field-" + ++field.made);
  const below = hint ? [hint] : [];
  if (hint) {
    hint.id = hint.id || id + "-hint";
    control.setAttribute("aria-describedby", hint.id);
  }
  return W.el("p", { class: "field" }, told("label", key, { for: id }), control, ...below);
}
field.made = 0;

/** Say what went wrong with something that was asked once and is not tried again. */
export function faultWords(fault) {
  const said = W.lang === "zh" ? fault.zh : fault.en;
  if (fault.status === 0) return W.t("fault.away");
  return fault.isOutage || !said ? W.t("fault.broken") : said;
}

/** A moment as `2026-11-22 14:05` in Shanghai, a dash where there is none. */
export function moment(text) {
  if (!text) return "–";
  const parts = {};
  clock.formatToParts(new Date(text)).forEach((part) => {
    parts[part.type] = part.value;
  });
  const { year, month, day, hour, minute } = parts;
  return `${year}-${month}-${day} ${hour === "24" ? "00" : hour}:${minute}`;
}

const clock = new Intl.DateTimeFormat("en-CA", {
  timeZone: "Asia/Shanghai",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});

/** Say where a grant holds: the name of the division, or the whole record. */
export function scopeName(grant) {
  if (!grant.division) return W.t("scope.all");
  return grant.division_name || grant.division;
}

/** Say a role and where it holds. */
export function grantName(grant) {
  return W.t("role." + grant.role) + " · " + scopeName(grant);
}

/** Put a text on the clipboard; works without HTTPS too. Returns whether it did. */
export async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      // Refused by the browser; the old way may still do it.
    }
  }
  const box = W.el("textarea", { readonly: true, class: "unseen" });
  box.value = text;
  (document.querySelector("dialog[open]") || document.body).append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  return done;
}

/** A button that copies what `give()` returns, and says that it did. */
export function copyButton(give) {
  const button = told("button", "copy.do", { type: "button" });
  button.addEventListener("click", async () => {
    const key = (await copy(give())) ? "copy.done" : "copy.failed";
    button.dataset.t = key;
    button.textContent = W.t(key);
    window.setTimeout(() => {
      button.dataset.t = "copy.do";
      button.textContent = W.t("copy.do");
    }, 2000);
  });
  return button;
}
