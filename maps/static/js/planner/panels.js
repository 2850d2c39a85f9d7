// Panels that fold, dialogs that close, and what of it is kept for next time.

import W from "./ground.js";
import { recall, remember } from "./memory.js";

const LOW_PX = 820;
const ALL = ["list", "checks", "legend"];

/** Fold or open a panel. */
export function fold(name, folded) {
  W.byId(name).classList.toggle("folded", folded);
  document
    .querySelector(`[data-fold="${name}"]`)
    .setAttribute("aria-expanded", String(!folded));
}

export function bindPanels() {
  const low = window.innerHeight < LOW_PX;
  const kept = recall("folded", low ? ["checks", "legend"] : []);
  ALL.forEach((name) => fold(name, kept.includes(name)));
  document.querySelectorAll("[data-fold]").forEach((button) => {
    button.addEventListener("click", () => {
      const name = button.dataset.fold;
      fold(name, !W.byId(name).classList.contains("folded"));
      const folded = ALL.filter((each) => W.byId(each).classList.contains("folded"));
      remember("folded", folded);
    });
  });
}

/** Close dialogs by their cross, and by a click beside them. */
export function bindDialogs() {
  document.querySelectorAll("dialog").forEach((dialog) => {
    dialog.querySelectorAll("[data-close]").forEach((button) => {
      button.addEventListener("click", () => dialog.close());
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  });
}

/** The other pages of the rail are not there yet, and say so. */
export function bindRail() {
  const note = W.byId("not-yet");
  const buttons = document.querySelectorAll(".rail [aria-disabled]");
  const hide = () => {
    note.hidden = true;
  };
  const tell = (button) => {
    const box = button.getBoundingClientRect();
    note.textContent = W.t("rail.not_yet", { name: W.t("rail." + button.dataset.section) });
    note.style.top = box.top + box.height / 2 + "px";
    note.hidden = false;
  };
  buttons.forEach((button) => {
    button.addEventListener("click", () => tell(button));
    button.addEventListener("mouseenter", () => tell(button));
    button.addEventListener("focus", () => tell(button));
    button.addEventListener("mouseleave", hide);
    button.addEventListener("blur", hide);
  });
}
