// The address of the page holds what it shows, so that a reload or a link shows the same.

const KEPT = ["at", "on", "plan", "grid", "view"];
const STEPS = ["at", "on", "plan"];

const FORMS = {
  at: /^\d{4,12}$/,
  on: /^\d{4}-\d\d-\d\d$/,
  plan: /^\d{1,18}$/,
  grid: /^\d{12,18}$/,
  view: /^\d+(\.\d+)?\/-?\d+(\.\d+)?\/-?\d+(\.\d+)?$/,
};

/** Return what an address says; parts that make no sense count as absent. */
export function readAddress(search) {
  const given = new URLSearchParams(search);
  const found = {};
  KEPT.forEach((key) => {
    const value = given.get(key);
    found[key] = value && FORMS[key].test(value) ? value : null;
  });
  return found;
}

/** Return the query of what is shown, in a fixed order. */
export function writeAddress(values, lang) {
  const query = new URLSearchParams();
  KEPT.forEach((key) => {
    if (values[key]) query.set(key, values[key]);
  });
  query.set("lang", lang);
  return "?" + query.toString().replace(/%2F/g, "/");
}

/** Keep the address in step with the store; going back restores what was shown. */
export function keepAddress(store, language) {
  let going = false;
  let later = 0;
  const replace = () => history.replaceState(null, "", writeAddress(store.values, language()));
  store.on(KEPT, (values, changed) => {
    window.clearTimeout(later);
    if (going) return;
    const step = changed.some((key) => STEPS.includes(key));
    // Browsers take up to 40 ms for it: once a move, and not within the task of the move.
    if (step) history.pushState(null, "", writeAddress(values, language()));
    else later = window.setTimeout(replace, 0);
  });
  window.addEventListener("popstate", () => {
    going = true;
    store.set({ ...readAddress(location.search), view: null });
    going = false;
  });
}
