// Keys of the page; silent while somebody types or an input method composes.

const TYPING = "input:not([type=checkbox]), select, textarea";

/** `keys` maps event.key to an action; `cancel` is what Escape does. */
export function bindKeys(keys, cancel) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      cancel();
      return;
    }
    if (event.target.matches(TYPING)) return;
    const key = event.shiftKey && event.key === "N" ? "N" : event.key.toLowerCase();
    if (!Object.prototype.hasOwnProperty.call(keys, key)) return;
    event.preventDefault();
    keys[key]();
  });
}
