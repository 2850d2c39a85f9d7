// Starts the planner's page: the words, the store, the map, the panels, the keys.

import W, { L } from "./ground.js";
import { signInAgain } from "../gate/sign-in-dialog.js";
import { UserMenu } from "../gate/user-menu.js";
import { keepAddress, readAddress, writeAddress } from "./address.js";
import { whenSignedOut } from "./api.js";
import { Banner } from "./banner.js";
import { Bench } from "./edit/bench.js";
import { Checks } from "./checks.js";
import { today } from "./days.js";
import { ExportMenu } from "./exports/menu.js";
import { Finder } from "./finder.js";
import { GridCard } from "./grid-card.js";
import { Legend } from "./key.js";
import { Layers, hiddenLayers } from "./layers.js";
import { Loader } from "./loader.js";
import { LongWork } from "./jobs/bench.js";
import { tellOrigin } from "./origin.js";
import { bindDialogs, bindPanels, bindRail, fold } from "./panels.js";
import { me } from "./me.js";
import { Picker } from "./picker.js";
import { Register } from "./register.js";
import { bindKeys } from "./shortcuts.js";
import { Side } from "./side.js";
import { Stage } from "./stage.js";
import { Store } from "./store.js";
import { Timeline } from "./timeline.js";
import { Toolbox } from "./toolbox.js";
import { Tour } from "./tour.js";
import { VersionBar } from "./versions/main.js";

const COOKIE_S = 365 * 24 * 3600;

class Desk {
  constructor(page) {
    const asked = readAddress(location.search);
    this.startView = asked.view;
    this.store = new Store({
      ...asked,
      today: today(),
      layers: hiddenLayers(),
      scene: null,
      model: null,
      chosen: null,
      hover: null,
      pin: null,
      proof: null,
      proofFault: null,
      fault: null,
      status: "loading",
      editing: false,
      edition: 0,
    });
    this.act = {
      choose: (grid, how) => this.choose(grid, how),
      chooseCode: (code) => this.store.set({ grid: code, pin: null }),
      open: (grid) => this.tools.pick(grid) || this.choose(grid),
      unchoose: () => this.unchoose(),
      zoom: (grid) => this.stage.fitGrid(grid),
      jump: (by) => this.jump(by),
      goTo: (code) => this.store.set({ at: code, plan: null, grid: null }),
      show: (found) => this.show(found),
      look: (spot) => this.stage.fitSpot(spot),
      list: (kind, grid) => this.register.show(kind, grid),
      narrow: (filter) => this.side.narrow(filter),
      unfold: (name) => fold(name, false),
    };
    bindPanels();
    bindDialogs();
    this.build(page);
    this.follow();
    this.bindButtons();
  }

  build(page) {
    const { store, act } = this;
    this.stage = new Stage(store, page);
    this.loader = new Loader(store, page.theme);
    this.side = new Side(store, act);
    this.register = new Register(store, act);
    this.card = new GridCard(store, act);
    this.checks = new Checks(store, act);
    this.finder = new Finder(act);
    this.bench = new Bench(this);
    this.tools = new Toolbox(this.bench);
    this.tour = new Tour();
    new Picker(store, act);
    this.versions = new VersionBar(this);
    new Timeline(store);
    new Layers(store);
    new Legend(store, this.stage);
    new Banner(store, () => this.retry());
    const work = new LongWork(store, () => this.loader.load());
    new ExportMenu(store, work);
    new UserMenu(W.byId("bar-user"), () => this.speak(W.lang === "zh" ? "en" : "zh"));
    bindRail();
    this.bindKeys();
  }

  bindKeys() {
    const { todo, undo } = this.bench;
    bindKeys({
      keys: {
        ...this.tools.keys,
        n: () => this.jump(1),
        N: () => this.jump(-1),
        u: () => todo.nextUnassigned(),
        h: () => undo.openHistory(),
        "/": () => this.finder.focus(),
        0: () => this.stage.fitAll(),
        "?": () => W.byId("keys").showModal(),
      },
      control: {
        z: () => undo.undo(),
        "shift+z": () => undo.redo(),
        y: () => undo.redo(),
      },
      cancel: () => this.tools.cancel() || this.unchoose(),
      first: (key, shift) => this.tools.onKey(key, shift),
    });
  }

  /** What follows from a change, whoever made it. */
  follow() {
    const { store } = this;
    store.on(["grid", "model"], () => this.findChosen());
    store.on(["scene"], () => this.arrive());
    store.on(["model"], () => {
      W.byId("plan-bar").hidden = !store.get("model");
      this.stage.map.invalidateSize();
    });
    keepAddress(store, () => W.lang);
    W.onLanguage(() => this.name());
    window.addEventListener("wangge:signed-in", () => this.comeBack());
  }

  bindButtons() {
    const on = (id, action) => W.byId(id).addEventListener("click", action);
    on("zoom-in", () => this.stage.map.zoomIn(1));
    on("zoom-out", () => this.stage.map.zoomOut(1));
    on("zoom-all", () => this.stage.fitAll());
    on("open-keys", () => W.byId("keys").showModal());
    on("start-tour", () => {
      W.byId("keys").close();
      this.tour.start();
    });
  }

  speak(lang) {
    document.cookie = `lang=${lang};path=/;max-age=${COOKIE_S};samesite=strict`;
    W.setLanguage(lang);
    history.replaceState(null, "", writeAddress(this.store.values, lang));
  }

  name() {
    const scene = this.store.get("scene");
    const place = scene && scene.division.properties.name;
    document.title = [place, W.t("page.title")].filter(Boolean).join(" · ");
  }

  /** Look at what was loaded, unless it was only another day or version of it. */
  arrive() {
    const scene = this.store.get("scene");
    const { code, bbox } = scene.division.properties;
    const moved = code !== this.lastCode;
    this.lastCode = code;
    this.name();
    W.byId("nowhere").hidden = scene.kind !== "area" || scene.communities.length > 0;
    if (!moved) return;
    if (this.stage.restore(this.startView)) this.startView = null;
    else if (this.spot) this.stage.map.setView(this.spot, 18, { animate: false });
    else if (bbox || scene.model) this.stage.fitAll(this.hasArrived);
    this.hasArrived = true;
    this.spot = null;
  }

  /** Find the grid the address names in what was loaded. */
  findChosen() {
    const { grid, model } = this.store.values;
    const chosen = (grid && model && model.byCode.get(grid)) || null;
    this.store.set({ chosen });
  }

  choose(grid, { stay = false } = {}) {
    this.store.set({ grid: grid.code, pin: null });
    if (!stay) this.stage.fitGrid(grid);
  }

  unchoose() {
    const inside = W.byId("card").contains(document.activeElement);
    this.store.set({ grid: null, pin: null });
    if (inside) W.byId("grid-rows").focus();
  }

  /** Go to the next grid out of band, or back; around at the end. */
  jump(by) {
    const { model, chosen } = this.store.values;
    if (!model) return;
    const { out } = model;
    if (!out.length) {
      W.byId("announce").textContent = W.t("list.none_out");
      return;
    }
    const now = out.indexOf(chosen);
    const next = now < 0 ? (by > 0 ? 0 : -1) : now + by;
    this.choose(out[(next + out.length) % out.length]);
  }

  /** Go to what the search found. */
  show(found) {
    if (found.kind === "division") {
      this.act.goTo(found.id);
      return;
    }
    const { at } = this.store.values;
    const grid = found.kind === "grid" ? found.id : null;
    if (found.community && found.community !== at) {
      this.spot = grid ? null : L.latLng(found.lat, found.lon);
      this.store.set({ at: found.community, plan: null, grid });
      return;
    }
    const model = this.store.get("model");
    if (grid && model && model.byCode.has(grid)) this.choose(model.byCode.get(grid));
    else this.stage.map.setView([found.lat, found.lon], 18);
    if (!grid && model) this.store.set({ pin: this.stage.spotOf(L.latLng(found.lat, found.lon)) });
  }

  /** Somebody edited the plan that is shown: bring it up to date. */
  applyRemote(event) {
    return this.bench.session.follow(event);
  }

  /** What the map could not load while nobody was signed in is asked for again. */
  comeBack() {
    this.stage.base.retry();
    if (this.store.get("fault")) this.loader.load();
  }

  retry() {
    this.stage.base.retry();
    this.loader.load();
  }
}

async function textsOf(addresses) {
  const answers = await Promise.all(addresses.map((each) => fetch(each)));
  const domains = await Promise.all(answers.map((answer) => answer.json()));
  return Object.assign({}, ...domains);
}

async function start() {
  const page = JSON.parse(W.byId("page").textContent);
  W.texts = await textsOf(page.texts);
  W.setLanguage(page.lang);
  whenSignedOut(signInAgain);
  await me.load();
  const desk = new Desk(page);
  W.desk = desk;
  await Promise.all([desk.loader.load(), tellOrigin()]);
  document.documentElement.classList.add("ready");
  desk.tour.startOnce();
}

start();
