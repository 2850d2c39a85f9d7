// Follows one job to its end, whatever happens to the connection meanwhile.

import { get } from "../api.js";
import { isOpen } from "./watch.js";

const EVERY_MS = 500;
const AWAY_MS = 3000;

/** Return the job when it has ended; onProgress(job) is told of every look before. */
export async function follow(id, { onProgress, signal } = {}) {
  for (;;) {
    let wait = EVERY_MS;
    try {
      const job = await get(`jobs/${id}`, {}, signal);
      if (onProgress) onProgress(job);
      if (!isOpen(job)) return job;
    } catch (error) {
      if (error.name !== "ApiError" || !error.isOutage) throw error;
      wait = AWAY_MS;
    }
    await pause(wait, signal);
  }
}

function pause(ms, signal) {
  return new Promise((done, fail) => {
    const timer = window.setTimeout(done, ms);
    if (!signal) return;
    signal.addEventListener("abort", () => {
      window.clearTimeout(timer);
      fail(new DOMException("no longer wanted", "AbortError"));
    });
  });
}
