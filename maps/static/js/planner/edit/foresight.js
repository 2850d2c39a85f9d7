// Asks the service what would come of an edit, a moment after the last change of mind.

import { wordsFor } from "../api.js";
import { readFuture } from "./painting.js";

const WAIT_MS = 220;

export class Foresight {
  /** `tell({future, answer, fault, error})` is called with each answer that still counts. */
  constructor(bench, tell) {
    this.bench = bench;
    this.tell = tell;
  }

  ask(body, wait = WAIT_MS) {
    this.stop();
    const running = new AbortController();
    this.running = running;
    this.timer = window.setTimeout(() => this.send(body, running), wait);
  }

  async send(body, running) {
    const { session } = this.bench;
    try {
      const answer = await session.preview(body, running.signal);
      if (this.running !== running) return;
      this.tell({ answer, future: readFuture(session.model, answer) });
    } catch (error) {
      if (error.name === "AbortError" || this.running !== running) return;
      if (error.name !== "ApiError") throw error;
      if (error.status === 412) session.reload();
      else this.tell({ fault: wordsFor(error), error });
    }
  }

  /** Whatever was asked counts no more. */
  stop() {
    window.clearTimeout(this.timer);
    if (this.running) this.running.abort();
    this.running = null;
  }
}
