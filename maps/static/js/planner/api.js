// Asks the service; every failure comes back as one kind of error with words for it.

import W from "./ground.js";

const ROOT = "api/v1/";
const PAGE = 1000;
const MOST_PAGES = 60;
const CSRF = /(?:^|;\s*)wangge_csrf=([^;]*)/;

/** Lets the person in again, `letIn({writes})`; resolves to true once they are. */
let door = null;

/** What went wrong: `status` 0 means that the service was not reached at all. */
export class ApiError extends Error {
  constructor(status, problem, wait = 0) {
    super(problem.detail_en || problem.detail || problem.title || "no answer");
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code || "";
    this.zh = problem.detail_zh || problem.detail || "";
    this.en = problem.detail_en || problem.detail || "";
    this.problem = problem;
    /** Seconds after which another try makes sense; 0 where nothing was said. */
    this.wait = wait;
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

/** Name what lets somebody in again whose session has ended. */
export function whenSignedOut(letIn) {
  door = letIn;
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
  return (await ask(address(path, query), { signal })).json();
}

/** Return the answer of an address as it comes: a file to save. */
export async function fetchFile(path, query, signal) {
  return ask(address(path, query), { signal });
}

/**
 * Send something; returns {data, status, etag, headers}, `data` null where there is none.
 * An object goes as JSON, a Blob or a buffer as it is.
 */
export async function send(method, path, body = null, { query, headers, signal } = {}) {
  const raw = body === null || body instanceof Blob || body instanceof ArrayBuffer;
  const answer = await ask(address(path, query), {
    method,
    signal,
    body: raw ? body : JSON.stringify(body),
    headers: { ...(raw ? {} : { "Content-Type": "application/json" }), ...headers },
  });
  const text = await answer.text();
  return {
    data: text ? JSON.parse(text) : null,
    status: answer.status,
    etag: answer.headers.get("ETag"),
    headers: answer.headers,
  };
}

/** Return the answer; who was signed out meanwhile is let in and the same is asked again. */
async function ask(where, options) {
  let answer = await reach(where, options);
  if (answer.status === 401 && door) {
    const problem = await problemOf(answer.clone());
    const writes = Boolean(options.method);
    const back = problem.code === "not_signed_in" && (await door({ writes }));
    if (back) answer = await reach(where, options);
  }
  if (answer.ok) return answer;
  const wait = Number(answer.headers.get("Retry-After")) || 0;
  throw new ApiError(answer.status, await problemOf(answer), wait);
}

async function reach(where, options) {
  const headers = { ...options.headers };
  if (options.method) headers["X-CSRF-Token"] = csrf();
  try {
    return await fetch(where, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, {});
  }
}

/** Read afresh each time: it changes with every sign-in, also in another window. */
function csrf() {
  const found = CSRF.exec(document.cookie);
  return found ? decodeURIComponent(found[1]) : "";
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
