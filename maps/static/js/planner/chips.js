// A group of buttons of which one is pressed, each with the count it stands for.

import W from "./ground.js";

/** Fill a box with chips of {text, count, pressed, pick}; the focus stays. */
export function fillChips(box, chips) {
  const focused = [...box.children].indexOf(document.activeElement);
  const buttons = chips.map(({ text, count, pressed, pick }) =>
    W.el(
      "button",
      { type: "button", "aria-pressed": String(pressed), onclick: pick },
      text + " ",
      W.el("b", {}, W.number(count))
    )
  );
  W.empty(box).append(...buttons);
  if (focused >= 0) buttons[focused].focus();
}
