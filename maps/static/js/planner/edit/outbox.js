// Sends edits one after the other, and the same one again until the service answers.
// Nothing leaves it but by an answer: a key makes sure that none is done twice.

import { ApiError, send } from "../api.js";

const FIRST_WAIT_MS = 800;
const LONGEST_WAIT_MS = 10000;
const BROKEN_TRIES = 4;

export class Outbox {
  /**
   * `tell` has: path() and tag() of the plan, done(item, answer), refused(item, error),
   * stale(items, error), and changed() after whatever happened.
   */
  constructor(tell) {
    this.tell = tell;
    this.items = [];
    this.isRetrying = false;
    this.running = false;
    window.addEventListener("online", () => this.hurry());
  }

  get isEmpty() {
    return this.items.length === 0;
  }

  /** Add {what: edits, undo or redo, body, …}; returns a promise of the answer or null. */
  put(item) {
    const promise = new Promise((resolve) => {
      this.items.push({ ...item, key: newKey(), resolve });
    });
    this.tell.changed();
    this.run();
    return promise;
  }

  hurry() {
    if (this.wake) this.wake();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    while (this.items.length) await this.sendFirst(); // eslint-disable-line no-await-in-loop
    this.running = false;
    this.tell.changed();
  }

  async sendFirst() {
    const item = this.items[0];
    item.tries = (item.tries || 0) + 1;
    try {
      const headers = { "If-Match": this.tell.tag(), "Idempotency-Key": item.key };
      const path = `${this.tell.path()}/${item.what}`;
      const answer = await send("POST", path, item.body || {}, { headers });
      this.isRetrying = false;
      this.items.shift();
      this.tell.done(item, answer);
      item.resolve(answer.data);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      await this.failed(item, error);
    }
  }

  async failed(item, error) {
    const broken = error.status >= 500 && item.tries >= BROKEN_TRIES;
    if ((error.isOutage && !broken) || error.status === 429) {
      this.isRetrying = true;
      this.tell.changed();
      await this.pause(error.wait * 1000 || FIRST_WAIT_MS * 2 ** (item.tries - 1));
      return;
    }
    this.isRetrying = false;
    if (error.status === 412 || broken) {
      const kept = this.items.splice(0);
      kept.forEach((each) => each.resolve(null));
      await this.tell.stale(kept, error);
      return;
    }
    this.items.shift();
    item.resolve(null);
    this.tell.refused(item, error);
  }

  pause(ms) {
    return new Promise((resolve) => {
      const end = () => {
        window.clearTimeout(timer);
        this.wake = null;
        resolve();
      };
      const timer = window.setTimeout(end, Math.min(ms, LONGEST_WAIT_MS));
      this.wake = end;
    });
  }

  /** Forget what was not sent yet; for another plan. */
  clear() {
    this.items.splice(0).forEach((item) => item.resolve(null));
    this.isRetrying = false;
    this.hurry();
  }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
