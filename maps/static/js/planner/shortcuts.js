// Keys of the page; silent while somebody types or an input method composes.

const TYPING = "input:not([type=checkbox]):not([type=range]), select, textarea";
const ACTS = "button, a, [role=listbox], [role=option], [role=dialog], summary, input";
const PLACES = ["Enter", "Backspace"];

/**
 * `keys` maps event.key to an action, `control` those with Ctrl (or ⌘); `cancel` is what
 * Escape does. `first(key, shift)` may take a key before all others, also from the map.
 */
export function bindKeys({ keys, control, cancel, first }) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.altKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey) {
      const action = control[(event.shiftKey ? "shift+" : "") + key];
      if (!action || event.target.matches(TYPING)) return;
      event.preventDefault();
      action();
      return;
    }
    if (event.key === "Escape") {
      cancel();
      return;
    }
    if (event.target.matches(TYPING)) return;
    const elsewhere = PLACES.includes(key) && event.target.matches(ACTS);
    if (!elsewhere && first(key, event.shiftKey)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    const name = event.shiftKey && key === "n" ? "N" : key;
    if (!Object.prototype.hasOwnProperty.call(keys, name)) return;
    event.preventDefault();
    keys[name]();
  });
}
