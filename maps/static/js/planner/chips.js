// Two buttons of which one is pressed: everything, or only what is out of band.

import W from "./ground.js";

/** Fill a box with choices of {out, key, count}; a press sets filter.out. */
export function fillChips(box, choices, filter, refresh) {
  const focused = [...box.children].indexOf(document.activeElement);
  const buttons = choices.map(({ out, key, count }) => {
    const pick = () => {
      filter.out = out;
      refresh();
    };
    return W.el(
      "button",
      { type: "button", "aria-pressed": String(filter.out === out), onclick: pick },
      W.t(key) + " ",
      W.el("b", { class: out && count ? "bad" : null }, W.number(count))
    );
  });
  W.empty(box).append(...buttons);
  if (focused >= 0) buttons[focused].focus();
}
