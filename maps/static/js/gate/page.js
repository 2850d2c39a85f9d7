// What every page of ours does first: read what it was given, fetch its words.

import W from "../planner/ground.js";

const COOKIE_S = 365 * 24 * 3600;

/** Return what the service wrote into the page, with its words loaded. */
export async function openPage() {
  const page = JSON.parse(W.byId("page").textContent);
  const answers = await Promise.all(page.texts.map((each) => fetch(each)));
  const domains = await Promise.all(answers.map((answer) => answer.json()));
  W.texts = Object.assign({}, ...domains);
  W.setLanguage(page.lang);
  return page;
}

/** Speak the other language, here and on every page to come. */
export function speak(lang) {
  document.cookie = `lang=${lang};path=/;max-age=${COOKIE_S};samesite=strict`;
  W.setLanguage(lang);
  const query = new URLSearchParams(location.search);
  if (!query.has("lang")) return;
  query.set("lang", lang);
  history.replaceState(null, "", "?" + query + location.hash);
}

export function otherLanguage() {
  return W.lang === "zh" ? "en" : "zh";
}

export function showReady() {
  document.documentElement.classList.add("ready");
}
