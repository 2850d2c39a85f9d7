// Brings what the address asks for: an area with its communities, or one community's plan.

import { get, getAll } from "./api.js";
import { buildModel } from "./model.js";

const RETRY_MS = 8000;
const PLAN_LAYERS = ["grids", "cells", "seams", "buildings"];
const REGISTERS = ["devices", "spaces"];

export class Loader {
  constructor(store, theme) {
    this.store = store;
    this.theme = theme;
    this.running = null;
    store.on(["at", "on", "plan"], () => this.load());
  }

  /** Load what the store asks for; whatever was on its way is dropped. */
  async load() {
    if (this.running) this.running.abort();
    window.clearTimeout(this.later);
    const running = new AbortController();
    this.running = running;
    this.store.set({ status: "loading", fault: null });
    try {
      const scene = await this.scene(running.signal);
      if (this.running !== running) return;
      this.store.set({
        scene,
        model: scene.model || null,
        status: "ready",
        hover: null,
        pin: null,
      });
      if (scene.model) await this.prove(scene, running.signal);
    } catch (error) {
      if (this.running === running) this.fail(error);
    }
  }

  fail(error) {
    if (error.name === "AbortError") return;
    if (error.name !== "ApiError") throw error;
    this.store.set({ status: "failed", fault: error });
    if (error.isOutage) {
      this.later = window.setTimeout(() => this.load(), RETRY_MS);
    }
  }

  async scene(signal) {
    const { at, on, plan } = this.store.values;
    if (!at) return this.top(signal);
    const division = await get(`divisions/${at}`, { on }, signal);
    return division.properties.level === "community"
      ? this.community(division, plan, signal)
      : this.area(division, signal);
  }

  /** Everything there is: the divisions that have no other above them. */
  async top(signal) {
    const { on } = this.store.values;
    let roots = [];
    for (const level of ["city", "district", "street", "community"]) {
      roots = await getAll("divisions", { level }, signal);
      if (roots.length) break;
    }
    if (roots.length === 1) {
      const division = await get(`divisions/${roots[0].code}`, { on }, signal);
      return this.area(division, signal);
    }
    return this.area({ properties: allOf(roots) }, signal);
  }

  /** An area: its communities, its streets, the plans in force that day. */
  async area(division, signal) {
    const under = division.properties.code;
    const { on, today } = this.store.values;
    const [plans, communities, streets] = await Promise.all([
      getAll("plans", { under, on: on || today }, signal),
      getAll("divisions", { level: "community", under }, signal),
      getAll("divisions", { level: "street", under }, signal),
    ]);
    return { kind: "area", division, communities, streets, plans };
  }

  async community(division, asked, signal) {
    const { code } = division.properties;
    const { on, today } = this.store.values;
    const [inForce, plans] = await Promise.all([
      getAll("plans", { under: code, on: on || today }, signal),
      getAll("plans", { under: code }, signal),
    ]);
    plans.sort((a, b) => b.version - a.version);
    const drafts = on ? [] : plans.filter((plan) => !plan.effective_from);
    const plan =
      plans.find((each) => String(each.id) === asked) || inForce[0] || drafts[0] || null;
    const scene = { kind: "community", division, plans, plan, inForce: inForce[0] || null };
    if (plan) scene.model = await this.model(division, plan, signal);
    await breath();
    return scene;
  }

  async model(division, plan, signal) {
    const { parts } = await this.parts(division, plan, signal);
    return buildModel(parts, plan, this.theme);
  }

  /** Everything a plan is drawn from. */
  async parts(division, plan, signal) {
    const { on } = this.store.values;
    const under = division.properties.code;
    const parts = { division };
    await Promise.all([
      ...PLAN_LAYERS.map(async (name) => {
        parts[name] = await getAll(`plans/${plan.id}/${name}`, {}, signal);
      }),
      ...REGISTERS.map(async (name) => {
        parts[name] = await getAll(name, { under, on }, signal);
      }),
    ]);
    parts.grids.sort(byCode);
    return { parts };
  }

  /**
   * Bring parts of a plan up to edits by others; returns {names, changed}: parts to read
   * anew, codes of grids that are other than before. Registers stay; buildings change
   * cells only where cells were cut, and households only where they were counted anew.
   */
  async refresh(parts, plan) {
    const fetched = {};
    const fetchAll = (names) =>
      Promise.all(
        names.map(async (name) => {
          fetched[name] = await getAll(`plans/${plan.id}/${name}`, {});
        })
      );
    await fetchAll(["grids", "cells", "seams"]);
    const { cells } = fetched;
    fetched.grids.sort(byCode);
    if (isSame(cells, parts.cells, groundOf)) {
      delete fetched.cells;
      reassign(parts, cells);
    } else await fetchAll(["buildings"]);
    const names = Object.keys(fetched).filter((name) => !isSame(fetched[name], parts[name]));
    const before = new Set(parts.grids.map((grid) => JSON.stringify(grid)));
    const changed = fetched.grids.filter((grid) => !before.has(JSON.stringify(grid)));
    names.forEach((name) => {
      parts[name] = fetched[name];
    });
    return { names, changed: new Set(changed.map((grid) => grid.properties.code)) };
  }

  /** The certificate takes longer than the map, so it comes after. */
  async prove(scene, signal) {
    this.store.set({ proof: null, proofFault: null });
    try {
      const proof = await get(`plans/${scene.plan.id}/certificate`, {}, signal);
      this.store.set({ proof });
    } catch (error) {
      if (error.name === "AbortError") return;
      this.store.set({ proofFault: error });
    }
  }
}

/** Let the browser do what waits, between reading a plan and showing it. */
const breath = () => new Promise((go) => window.setTimeout(go, 0));

const byCode = (a, b) => (a.properties.code < b.properties.code ? -1 : 1);

/** A cell but for the grid it is in. */
const groundOf = ({ geometry, properties: { grid, ...rest } }) =>
  JSON.stringify([geometry, rest]);

function isSame(features, others, read = (each) => JSON.stringify(each)) {
  return (
    features.length === others.length &&
    features.every((feature, i) => read(feature) === read(others[i]))
  );
}

/** Give cells, and the buildings in them, the grids they have in `fresh`. */
function reassign({ cells, buildings }, fresh) {
  const grids = new Map();
  cells.forEach(({ properties }, i) => {
    properties.grid = fresh[i].properties.grid;
    grids.set(properties.number, properties.grid);
  });
  buildings.forEach(({ properties }) => {
    properties.grid = grids.get(properties.cell);
  });
}

/** Return what several roots are together: a box, and sums. */
function allOf(roots) {
  const boxes = roots.map((root) => root.bbox).filter(Boolean);
  const side = (i, pick) => pick(...boxes.map((box) => box[i]));
  return {
    code: "",
    level: "all",
    name: "",
    ancestors: [],
    bbox: boxes.length
      ? [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)]
      : null,
    communities: roots.reduce((sum, root) => sum + root.communities, 0),
    planned: roots.reduce((sum, root) => sum + root.planned, 0),
  };
}
