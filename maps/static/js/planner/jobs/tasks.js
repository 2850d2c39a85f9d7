// The panel of tasks: a button that tells how many are at work, a list with their bars.

import W from "../ground.js";
import { address, get, wordsFor } from "../api.js";
import { Popover, note } from "../popover.js";
import { barOf, lineOf, piecesOf, titleOf, tookOf } from "./words.js";
import { isOpen } from "./watch.js";

export class Tasks {
  constructor(button, panel, watch) {
    this.button = button;
    this.panel = panel;
    this.watch = watch;
    this.shown = null;
    this.details = new Map();
    this.popover = new Popover(button, panel, () => {
      this.draw();
      this.watch.look();
    });
    watch.on(() => this.refresh());
    watch.whenEnded((job) => this.announce(job));
    W.onLanguage(() => this.refresh());
  }

  open() {
    if (!this.popover.isOpen) this.popover.show();
  }

  refresh() {
    this.tell();
    if (this.popover.isOpen) this.draw();
  }

  tell() {
    const n = this.watch.open.length;
    W.empty(this.button).append(
      W.t("jobs.open"),
      n ? W.el("b", { class: "count-open", "aria-hidden": "true" }, W.number(n)) : ""
    );
    const label = n ? W.t("jobs.open.running", { n }) : W.t("jobs.open");
    this.button.setAttribute("aria-label", label);
  }

  announce(job) {
    const key = job.state === "done" ? "jobs.announce.done" : "jobs.announce.failed";
    W.byId("announce").textContent = W.t(key, { what: titleOf(job) });
    if (this.shown === job.id) this.load(job);
  }

  draw() {
    const focused = this.panel.contains(document.activeElement)
      ? document.activeElement.getAttribute("data-focus")
      : null;
    const { jobs, workers, known } = this.watch;
    const top = this.panel.scrollTop;
    W.empty(this.panel).append(W.el("h2", {}, W.t("jobs.title")));
    if (known && !workers && this.watch.open.length) {
      this.panel.append(W.el("p", { class: "warning" }, W.t("jobs.no_worker")));
    }
    if (!jobs.length) this.panel.append(note(W.t(known ? "jobs.none" : "state.loading")));
    this.panel.append(W.el("ul", { class: "jobs" }, jobs.map((job) => this.row(job))));
    if (this.watch.next) {
      this.panel.append(
        W.el(
          "button",
          { type: "button", class: "link", "data-focus": "more", onclick: () => this.watch.more() },
          W.t("jobs.more")
        )
      );
    }
    this.panel.scrollTop = top;
    const again = focused && this.panel.querySelector(`[data-focus="${focused}"]`);
    if (again) again.focus();
  }

  row(job) {
    const open = isOpen(job);
    const detail = this.shown === job.id;
    const head = W.el(
      "button",
      {
        type: "button",
        class: "plain head",
        "aria-expanded": String(detail),
        "data-focus": "job" + job.id,
        onclick: () => this.toggle(job),
      },
      W.el("b", {}, titleOf(job)),
      W.el("small", {}, timeOf(job))
    );
    return W.el(
      "li",
      { class: "job " + job.state, "data-job": job.id },
      head,
      open ? barOf(job) : null,
      W.el("p", { class: "said" }, lineOf(job)),
      this.actions(job),
      detail ? this.detail(job) : null
    );
  }

  actions(job) {
    const buttons = [];
    if (isOpen(job) && !job.stop_asked) {
      buttons.push(
        W.el(
          "button",
          {
            type: "button",
            class: "small",
            "data-focus": "cancel" + job.id,
            onclick: () => this.cancel(job),
          },
          W.t("jobs.cancel")
        )
      );
    }
    if (job.file) {
      const href = address(`jobs/${job.id}/file`);
      buttons.push(
        W.el("a", { href, download: job.file.name, class: "go" }, W.t("jobs.download", job.file))
      );
    }
    return buttons.length ? W.el("div", { class: "do" }, buttons) : null;
  }

  async cancel(job) {
    try {
      await this.watch.cancel(job);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      W.byId("announce").textContent = wordsFor(error);
      this.watch.look();
    }
  }

  toggle(job) {
    this.shown = this.shown === job.id ? null : job.id;
    this.draw();
    if (this.shown) this.load(job);
  }

  async load(job) {
    try {
      this.details.set(job.id, await get(`jobs/${job.id}`));
    } catch (error) {
      if (error.name !== "ApiError") throw error;
    }
    if (this.popover.isOpen) this.draw();
  }

  detail(job) {
    const found = this.details.get(job.id);
    if (!found) return note(W.t("state.loading"));
    const pieces = piecesOf(found);
    const took = tookOf(job);
    return W.el(
      "div",
      { class: "detail" },
      took ? W.el("p", { class: "note" }, took) : null,
      pieces.length ? W.el("ul", { class: "pieces" }, pieces) : null,
      pieces.length
        ? null
        : W.el("p", { class: "note" }, W.t("jobs.state." + job.state))
    );
  }
}

function timeOf(job) {
  const at = new Date(job.made);
  const two = (value) => String(value).padStart(2, "0");
  const day = `${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
