// Step 1: where it goes, and the file: dropped, chosen, or one sent before.

import W from "../ground.js";
import { get, send, wordsFor } from "../api.js";
import { follow } from "../jobs/follow.js";
import { sendFile } from "./sender.js";
import { zipOf } from "./zip.js";

const ACCEPT = ".gpkg,.geojson,.json,.shp,.shx,.dbf,.prj,.cpg,.csv,.txt,.tsv,.xlsx,.parquet,.geoparquet,.pbf,.zip";
const ENDINGS = ACCEPT.split(",");
const MOST_BYTES = 512 * 1024 * 1024;

export class SendStep {
  constructor(wizard) {
    this.wizard = wizard;
    this.name = "send";
    this.working = null;
    this.earlier = null;
  }

  fault() {
    return !(this.wizard.upload && this.wizard.upload.inspection);
  }

  busy() {
    return Boolean(this.working);
  }

  draw(stage) {
    const { wizard } = this;
    if (!wizard.scopes.length) {
      stage.append(W.el("div", { class: "card nobody" }, W.el("h2", {}, W.t("send.may_not")), W.el("p", {}, W.t("send.may_not.text"))));
      return;
    }
    this.list = W.el("div", {});
    stage.append(this.into(), this.zone(), this.list);
    this.show();
    if (this.earlier === null) this.loadEarlier();
    else this.drawEarlier();
  }

  into() {
    const { wizard } = this;
    const select = W.el(
      "select",
      {
        id: "scope",
        onchange: (event) => {
          wizard.memo.set({ division: event.target.value });
          if (wizard.upload) this.restart();
        },
      },
      wizard.scopes.map((one) =>
        W.el(
          "option",
          { value: one.code, selected: one.code === wizard.memo.get("division") },
          one.path
        )
      )
    );
    return W.el(
      "div",
      { class: "card into-card" },
      W.el("label", { for: "scope" }, W.t("send.into")),
      select,
      W.el("p", { class: "note" }, W.t("send.into.note"))
    );
  }

  zone() {
    this.input = W.el("input", {
      type: "file",
      id: "file",
      class: "unseen",
      multiple: true,
      accept: ACCEPT,
      tabindex: -1,
      "aria-label": W.t("send.choose"),
      onchange: () => this.take([...this.input.files]),
    });
    this.state = W.el("div", { class: "state" });
    const zone = W.el(
      "div",
      { class: "card zone", id: "zone" },
      W.svg("svg", { viewBox: "0 0 48 48", "aria-hidden": "true" }, [
        W.svg("path", { d: "M24 32V10M15 18l9-9 9 9M8 30v9h32v-9" }),
      ]),
      W.el("h2", {}, W.t("send.drop")),
      W.el(
        "p",
        {},
        W.el(
          "button",
          { type: "button", id: "choose", class: "primary", onclick: () => this.input.click() },
          W.t("send.choose")
        )
      ),
      W.el("p", { class: "note" }, W.t("send.formats")),
      W.el("p", { class: "note" }, W.t("send.shapefile")),
      this.input,
      this.state
    );
    ["dragenter", "dragover"].forEach((kind) =>
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      })
    );
    ["dragleave", "drop"].forEach((kind) =>
      zone.addEventListener(kind, (event) => {
        event.preventDefault();
        if (kind === "dragleave" && zone.contains(event.relatedTarget)) return;
        zone.classList.remove("over");
      })
    );
    zone.addEventListener("drop", (event) => this.take([...event.dataTransfer.files]));
    return zone;
  }

  /** Say what was sent, or how far it is. */
  show() {
    if (!this.state) return;
    W.empty(this.state);
    const { upload } = this.wizard;
    const zone = this.state.parentNode;
    zone.classList.toggle("busy", Boolean(this.working));
    if (this.working) {
      const { words, share, name } = this.working;
      this.state.append(
        W.el("p", {}, W.el("b", {}, name)),
        W.el("div", { class: "bar-of-job" }, W.el("progress", { max: 1, value: share, "aria-label": words }), W.el("span", {}, Math.round(share * 100) + " %")),
        W.el("p", { class: "note", role: "status" }, words),
        W.el("button", { type: "button", onclick: () => this.stop() }, W.t("send.stop"))
      );
    } else if (upload && upload.inspection) {
      this.state.append(
        W.el("p", { class: "have" }, "✓ ", W.el("b", {}, upload.name), " " + bytes(upload.size)),
        W.el("p", { class: "note" }, W.t("send.have", { n: W.number(upload.inspection.layers.length) }))
      );
    }
  }

  async take(files) {
    if (this.working || !files.length) return;
    this.wizard.say(null);
    const good = files.filter((file) => ENDINGS.some((end) => file.name.toLowerCase().endsWith(end)));
    const size = good.reduce((sum, file) => sum + file.size, 0);
    if (!good.length) this.wizard.say(W.t("send.unknown", { name: files[0].name }));
    else if (!size) this.wizard.say(W.t("send.empty", { name: good[0].name }));
    else if (size > MOST_BYTES) this.wizard.say(W.t("send.large", { size: bytes(size) }));
    else if (!hasWholeShapes(good)) this.wizard.say(W.t("send.parts"));
    else await this.run(() => this.deliver(good));
  }

  /** Do something that takes a while, so that it can be stopped. */
  async run(work) {
    this.control = new AbortController();
    this.working = { words: W.t("send.sending"), share: 0, name: "" };
    this.wizard.memo.forget();
    this.wizard.upload = null;
    this.show();
    this.wizard.tell();
    try {
      await work();
    } catch (error) {
      if (error.name === "AbortError") this.wizard.say(null);
      else if (error.name === "ApiError") this.wizard.refuse(error);
      else if (error.name === "RangeError") this.wizard.say(W.t("send.large", { size: "4 GB" }));
      else throw error;
    } finally {
      this.working = null;
      this.earlier = null;
      this.show();
      this.loadEarlier();
      this.wizard.tell();
    }
  }

  tellWork(changes) {
    Object.assign(this.working, changes);
    this.show();
  }

  async deliver(files) {
    const alone = files.length === 1;
    const name = alone ? files[0].name : nameOfMany(files);
    this.tellWork({ name });
    if (!alone) this.tellWork({ words: W.t("send.packing", { n: files.length }) });
    const body = alone ? files[0] : await zipOf(files);
    this.tellWork({ words: W.t("send.sending") });
    const { signal } = this.control;
    const division = this.wizard.memo.get("division");
    const told = await sendFile(body, name, division, {
      signal,
      onShare: (share) => this.tellWork({ share: share * 0.6 }),
    });
    await this.look(told.upload.id, told.job.id);
  }

  /** Wait until an upload was looked into, and go on. */
  async look(upload, job) {
    this.tellWork({ words: W.t("send.looking"), share: 0.6 });
    const ended = await follow(job, {
      signal: this.control.signal,
      onProgress: (now) => this.tellWork({ share: 0.6 + 0.4 * now.progress }),
    });
    if (ended.state !== "done") {
      const said = W.lang === "zh" ? ended.error_zh : ended.error_en;
      this.wizard.say(said || W.t("jobs.state." + ended.state));
      await drop(upload);
      return;
    }
    await this.use(upload);
  }

  async use(id) {
    const upload = await this.wizard.load(id);
    if (!upload || !upload.inspection) return;
    const { memo } = this.wizard;
    memo.set({ upload: id, division: upload.division });
    this.wizard.guessPosition();
    this.working = null;
    this.wizard.go(1);
  }

  stop() {
    if (this.control) this.control.abort();
  }

  /** The file is for another place now: look at it again from there. */
  restart() {
    this.wizard.upload = null;
    this.wizard.memo.forget();
    this.wizard.draw();
  }

  async loadEarlier() {
    try {
      this.earlier = (await get("uploads")).items;
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.earlier = [];
    }
    this.drawEarlier();
  }

  drawEarlier() {
    if (!this.list) return;
    W.empty(this.list);
    const current = this.wizard.memo.get("upload");
    const others = (this.earlier || []).filter((one) => one.id !== current);
    if (!others.length || this.working) return;
    this.list.append(
      W.el("h3", {}, W.t("send.earlier")),
      W.el("ul", { class: "card earlier" }, others.map((one) => this.item(one)))
    );
  }

  item(one) {
    const place = one.division_name || W.t("wizard.everything");
    const about = [place, bytes(one.size), W.t("send.state." + one.state)].join(" · ");
    return W.el(
      "li",
      {},
      W.el("span", { class: "who" }, W.el("b", {}, one.name), W.el("small", {}, about)),
      W.el("button", { type: "button", onclick: () => this.resume(one) }, W.t("send.resume")),
      W.el("button", { type: "button", class: "plain", "aria-label": W.t("send.delete.name", { name: one.name }), onclick: () => this.remove(one) }, W.t("send.delete"))
    );
  }

  async resume(one) {
    await this.run(async () => {
      this.tellWork({ name: one.name, share: 0.5, words: W.t("send.looking") });
      const known = await this.wizard.load(one.id);
      if (known && known.inspection) await this.use(one.id);
      else if (known) {
        const { data } = await send("POST", `uploads/${one.id}/inspection`, {});
        await this.look(one.id, data.id);
      }
    });
  }

  async remove(one) {
    try {
      await send("DELETE", `uploads/${one.id}`);
    } catch (error) {
      if (error.name !== "ApiError") throw error;
      this.wizard.say(wordsFor(error));
    }
    this.loadEarlier();
  }
}

async function drop(upload) {
  try {
    await send("DELETE", `uploads/${upload}`);
  } catch (error) {
    if (error.name !== "ApiError") throw error;
  }
}

/** A .dbf or .prj alone is no layer; a .shp alone has no numbers. */
function hasWholeShapes(files) {
  const names = files.map((file) => file.name.toLowerCase());
  const part = /\.(shp|shx|dbf|prj|cpg)$/;
  const stems = new Set(names.filter((name) => part.test(name)).map((name) => name.replace(part, "")));
  return [...stems].every((stem) => [".shp", ".shx", ".dbf"].every((end) => names.includes(stem + end)));
}

function nameOfMany(files) {
  const stem = files[0].name.replace(/\.[^.]*$/, "");
  return files.length > 1 ? `${stem}.zip` : files[0].name;
}

export function bytes(size) {
  if (size < 1024 * 1024) return W.number(Math.max(1, Math.round(size / 1024))) + " KB";
  return W.number(size / 1024 / 1024, 1) + " MB";
}
