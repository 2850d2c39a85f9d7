// Keeps an eye on the jobs that wait or run, for as long as there are some. Without any it
// asks nothing: a page left alone must not keep a session alive.

import { get, send } from "../api.js";

const BUSY_MS = 1000;
const HIDDEN_MS = 15000;
const AWAY_MS = 5000;
const SHOWN = 12;
const QUIET_KINDS = ["inspect", "check"];

export class Watch {
  constructor() {
    this.jobs = [];
    this.workers = 1;
    this.next = null;
    this.known = false;
    this.listeners = [];
    this.ended = [];
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.look();
    });
    window.addEventListener("wangge:signed-in", () => this.look());
  }

  /** Call tell() after every look. */
  on(tell) {
    this.listeners.push(tell);
  }

  /** Call tell(job) when a job that was open has ended. */
  whenEnded(tell) {
    this.ended.push(tell);
  }

  get open() {
    return this.jobs.filter(isOpen);
  }

  /** Ask for the newest jobs now, and again after a while. */
  async look() {
    window.clearTimeout(this.later);
    let wait = document.hidden ? HIDDEN_MS : BUSY_MS;
    try {
      const answer = await get("jobs", { limit: SHOWN });
      this.take(answer);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      wait = AWAY_MS;
    }
    window.clearTimeout(this.later);
    if (this.open.length) this.later = window.setTimeout(() => this.look(), wait);
  }

  take(answer) {
    const before = new Map(this.jobs.map((job) => [job.id, job]));
    const found = answer.items.filter((job) => !QUIET_KINDS.includes(job.kind));
    const oldest = found.length ? found[found.length - 1].id : 0;
    const rest = this.jobs.filter((job) => job.id < oldest);
    this.jobs = [...found, ...rest];
    this.workers = answer.workers;
    if (!rest.length) this.next = answer.next;
    this.known = true;
    found
      .filter((job) => !isOpen(job) && before.has(job.id) && isOpen(before.get(job.id)))
      .forEach((job) => this.ended.forEach((tell) => tell(job)));
    this.listeners.forEach((tell) => tell());
  }

  /** Ask for older jobs. */
  async more() {
    const answer = await get("jobs", { limit: SHOWN, after: this.next });
    this.jobs.push(...answer.items.filter((job) => !QUIET_KINDS.includes(job.kind)));
    this.next = answer.next;
    this.listeners.forEach((tell) => tell());
  }

  async cancel(job) {
    await send("POST", `jobs/${job.id}/cancel`, {});
    await this.look();
  }
}

export function isOpen(job) {
  return job.state === "queued" || job.state === "running";
}
