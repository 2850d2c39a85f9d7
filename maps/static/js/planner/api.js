// Asks the service; every failure comes back as one kind of error with words for it.

import W from "./ground.js";

const ROOT = "api/v1/";
const PAGE = 1000;
const MOST_PAGES = 60;

/** What went wrong: `status` 0 means that the service was not reached at all. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem.detail_en || problem.detail || problem.title || "no answer");
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code || "";
    this.zh = problem.detail_zh || problem.detail || "";
    this.en = problem.detail_en || problem.detail || "";
  }

  get isOutage() {
    return this.status === 0 || this.status >= 500;
  }
}

/** Say what went wrong, in the language of the page. */
export function wordsFor(fault) {
  if (fault.status === 0) return W.t("banner.away");
  const said = W.lang === "zh" ? fault.zh : fault.en;
  return fault.isOutage || !said ? W.t("banner.broken") : said;
}

/** Return the address of a path with the parameters that have a value. */
export function address(path, query) {
  const given = Object.entries(query || {}).filter(
    ([, value]) => value !== null && value !== undefined && value !== ""
  );
  const text = new URLSearchParams(given).toString();
  return ROOT + path + (text ? "?" + text : "");
}

/** Return the JSON of an address. */
export async function get(path, query, signal) {
  let answer;
  try {
    answer = await fetch(address(path, query), { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, {});
  }
  if (!answer.ok) throw new ApiError(answer.status, await problemOf(answer));
  return answer.json();
}

async function problemOf(answer) {
  try {
    return await answer.json();
  } catch (error) {
    return { title: answer.statusText };
  }
}

/** Return every item (or feature) of a list, page by page. */
export async function getAll(path, query, signal) {
  const found = [];
  let after = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await get(path, { ...query, limit: PAGE, after }, signal);
    found.push(...(answer.items || answer.features));
    after = answer.next;
    if (!after) return found;
  }
  return found;
}
