// The menu of exports: what is looked at, as a file; waiting is shown, large ones become tasks.

import W from "../ground.js";
import { wordsFor } from "../api.js";
import { me } from "../me.js";
import { recall, remember } from "../memory.js";
import { Popover } from "../popover.js";
import { FORMATS, queryOf, systemsOf } from "./choices.js";
import { take } from "./taking.js";

const USUAL = { format: "gpkg", crs: "EPSG:4326", encoding: "utf-8", paper: "a4", sheet: "all" };
const TICK_MS = 1000;

export class ExportMenu {
  constructor(store, work) {
    this.store = store;
    this.work = work;
    this.chosen = { ...USUAL, ...recall("export", {}) };
    this.drafts = false;
    this.running = null;
    this.said = null;
    this.button = W.byId("open-export");
    this.panel = W.byId("export-panel");
    this.popover = new Popover(this.button, this.panel, () => this.draw());
    store.on(["scene"], () => this.show());
    store.on(["chosen"], () => this.popover.refresh());
    W.onLanguage(() => this.show());
  }

  /** What would be exported now, null where there is nothing or one may not. */
  get subject() {
    const { scene, chosen, on } = this.store.values;
    const division = scene && scene.division.properties;
    if (!division || !division.code || !me.may("export", division.code)) return null;
    const box = division.bbox;
    const about = {
      code: division.code,
      name: division.name,
      lon: box ? (box[0] + box[2]) / 2 : 0,
    };
    if (scene.kind === "community") {
      if (!scene.plan) return null;
      const grid = chosen ? { grid: chosen.code, number: chosen.number } : {};
      return { ...about, ...grid, plan: scene.plan.id, version: scene.plan.version };
    }
    return { ...about, on: on || null, drafts: this.drafts, plans: scene.plans.length };
  }

  show() {
    this.said = null;
    this.button.hidden = !this.subject;
    this.button.textContent = W.t("export.open");
    if (this.button.hidden) this.popover.hide();
    else this.popover.refresh();
  }

  get format() {
    return FORMATS.find((each) => each.id === this.chosen.format) || FORMATS[0];
  }

  choose(values) {
    Object.assign(this.chosen, values);
    remember("export", this.chosen);
    this.said = null;
    this.draw();
  }

  draw() {
    const subject = this.subject;
    if (!subject) return;
    const focused = this.panel.contains(document.activeElement)
      ? document.activeElement.getAttribute("data-focus")
      : null;
    const what = subject.plan
      ? W.t("export.plan", { name: subject.name, n: subject.version })
      : W.t("export.area", { name: subject.name, n: subject.plans });
    W.empty(this.panel).append(
      W.el("h2", {}, what),
      this.formats(),
      this.options(subject),
      this.action(subject),
      this.status()
    );
    const again = focused && this.panel.querySelector(`[data-focus="${focused}"]`);
    if (again) again.focus();
  }

  formats() {
    const groups = [...new Set(FORMATS.map((each) => each.group))];
    return W.el(
      "div",
      { class: "formats", role: "radiogroup", "aria-label": W.t("export.format") },
      groups.map((group) => [
        W.el("h3", {}, W.t("export.group." + group)),
        FORMATS.filter((each) => each.group === group).map((each) => this.choice(each)),
      ])
    );
  }

  choice(format) {
    const input = W.el("input", {
      type: "radio",
      name: "export-format",
      value: format.id,
      "data-focus": "format-" + format.id,
      onchange: () => this.choose({ format: format.id }),
    });
    input.checked = format.id === this.format.id;
    if (input.checked) input.setAttribute("data-first", "");
    return W.el(
      "label",
      { class: "format" },
      input,
      W.el("b", {}, W.t("export.format." + format.id)),
      W.el("small", {}, W.t("export.format." + format.id + ".why"))
    );
  }

  options(subject) {
    const { format } = this;
    const rows = [];
    if (format.crs) rows.push(this.picker("crs", systemsOf(format, subject.lon)));
    if (format.encoding) rows.push(this.picker("encoding", this.texts("encoding", ["utf-8", "gbk"])));
    if (format.sheets) rows.push(this.picker("sheet", this.sheets(format, subject)));
    if (format.paper) rows.push(this.picker("paper", this.texts("paper", ["a4", "a3"])));
    if (!subject.plan && me.may("read_drafts", subject.code)) rows.push(this.withDrafts());
    return W.el("div", { class: "export-options" }, rows);
  }

  texts(name, values) {
    return values.map((value) => ({ value, text: W.t(`export.${name}.${value}`) }));
  }

  sheets(format, subject) {
    return format.sheets
      .filter((sheet) => sheet !== "grid" || subject.grid)
      .map((sheet) => ({
        value: sheet,
        text: W.t(`export.sheet.${sheet}${format.id === "png" && sheet === "all" ? ".zip" : ""}`, {
          number: subject.number,
        }),
      }));
  }

  picker(name, choices) {
    const list = W.el(
      "select",
      { "data-focus": name, onchange: () => this.choose({ [name]: list.value }) },
      choices.map(({ value, text }) => W.el("option", { value }, text))
    );
    const known = choices.some((each) => each.value === this.chosen[name]);
    list.value = known ? this.chosen[name] : choices[0].value;
    return W.el("label", { class: "pick" }, W.el("span", {}, W.t("export." + name)), list);
  }

  withDrafts() {
    const box = W.el("input", {
      type: "checkbox",
      "data-focus": "drafts",
      onchange: () => {
        this.drafts = box.checked;
        this.draw();
      },
    });
    box.checked = this.drafts;
    return W.el("label", { class: "tick" }, box, W.el("span", {}, W.t("export.drafts")));
  }

  action(subject) {
    if (this.running) {
      return W.el(
        "div",
        { class: "do" },
        W.el("button", { type: "button", "data-focus": "go", onclick: () => this.stop() }, W.t("export.stop"))
      );
    }
    return W.el(
      "div",
      { class: "do" },
      W.el(
        "button",
        { type: "button", class: "primary", "data-focus": "go", onclick: () => this.start(subject) },
        W.t("export.go")
      )
    );
  }

  status() {
    const line = W.el("p", { class: "export-said", role: "status" });
    if (this.running) {
      const bar = W.el("progress", { "aria-label": W.t("export.making") });
      return W.el("div", { class: "export-wait" }, bar, line, this.tick(line));
    }
    if (!this.said) return line;
    line.className += this.said.failed ? " failed" : "";
    line.textContent = this.said.text;
    if (!this.said.job) return line;
    const open = W.el(
      "button",
      { type: "button", class: "link", "data-focus": "tasks", onclick: () => this.openTasks() },
      W.t("export.tasks")
    );
    return W.el("div", {}, line, open);
  }

  /** Say how long it takes; a screen reader hears it once. */
  tick(line) {
    line.textContent = W.t("export.making");
    const passed = W.el("span", { "aria-hidden": "true" });
    const since = this.running.since;
    const count = () => {
      passed.textContent = W.t("export.seconds", { n: Math.round((Date.now() - since) / 1000) });
    };
    count();
    window.clearInterval(this.counting);
    this.counting = window.setInterval(count, TICK_MS);
    return passed;
  }

  async start(subject) {
    const query = queryOf(this.format, this.picked(subject), subject);
    const running = { stop: new AbortController(), since: Date.now() };
    this.running = running;
    this.draw();
    let said;
    try {
      const found = await take(subject, query, running.stop.signal);
      said = found.job ? { text: W.t("export.job"), job: found.job } : { text: savedWords(found) };
    } catch (error) {
      if (error.name === "AbortError") said = { text: W.t("export.stopped") };
      else if (error.name === "ApiError") said = { text: reasonOf(error), failed: true };
      else throw error;
    } finally {
      this.running = null;
      window.clearInterval(this.counting);
    }
    this.said = said;
    if (said.job) this.work.watch.look();
    if (this.popover.isOpen) this.draw();
    else W.byId("announce").textContent = said.text;
  }

  /** What the panel shows as chosen: something remembered may not fit this format. */
  picked(subject) {
    const picked = { ...this.chosen };
    const { format } = this;
    const crs = systemsOf(format, subject.lon).map((each) => each.value);
    if (crs.length && !crs.includes(picked.crs)) picked.crs = crs[0];
    if (format.sheets) {
      const sheets = this.sheets(format, subject).map((each) => each.value);
      if (!sheets.includes(picked.sheet)) picked.sheet = sheets[0];
    }
    return picked;
  }

  stop() {
    this.running.stop.abort();
  }

  openTasks() {
    this.popover.hide();
    this.work.tasks.open();
  }
}

function savedWords(found) {
  const large = found.size >= 1e6;
  const size = large ? W.number(found.size / 1e6, 1) + " MB" : W.number(Math.ceil(found.size / 1e3)) + " kB";
  return W.t("export.saved", { name: found.name, size });
}

/** The reason as the service gives it, also where it is not there for a while. */
function reasonOf(error) {
  const said = W.lang === "zh" ? error.zh : error.en;
  return said && error.status ? said : wordsFor(error);
}
