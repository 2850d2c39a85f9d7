// What somebody chose on the way, so that steps back, reloads and tomorrow lose nothing.

import { recall, remember } from "../memory.js";
import { placesOf } from "./place-columns.js";

const KEY = "import";
const BLANK = {
  upload: null,
  step: 0,
  division: null,
  roles: {},
  columns: {},
  crs: null,
  force: false,
  datum: null,
  swap: false,
  encoding: null,
  outline: null,
  replace: false,
  draw: true,
  job: null,
};

export class Memo {
  constructor() {
    this.values = { ...BLANK, ...recall(KEY, {}) };
    this.listeners = [];
  }

  get(name) {
    return this.values[name];
  }

  set(changes) {
    Object.assign(this.values, changes);
    remember(KEY, this.values);
    this.listeners.forEach((tell) => tell());
  }

  on(tell) {
    this.listeners.push(tell);
  }

  /** Begin with another file; where it goes stays. */
  forget() {
    this.set({ ...BLANK, division: this.values.division });
  }

  /** Return what the service is told of how the upload is to be read. */
  choices(layers) {
    const { roles, columns, crs, force, datum, swap, encoding, outline, replace } = this.values;
    return {
      layers: layers.map((one, i) => ({
        file: one.file,
        layer: one.layer,
        role: roleOf(one, roles[i]),
        columns: columns[i] || {},
      })),
      crs,
      force: Boolean(force && crs),
      datum,
      swap,
      encoding,
      places: placesOf(layers),
      outline: layers.some((one, i) => roleOf(one, roles[i]) === "communities") ? null : outline,
      replace,
    };
  }

  role(layer, i) {
    return roleOf(layer, this.values.roles[i]);
  }

  column(layer, i, field) {
    const chosen = (this.values.columns[i] || {})[field];
    return chosen === undefined ? layer.guesses[this.role(layer, i)][field] : chosen;
  }
}

function roleOf(layer, chosen) {
  const role = chosen === undefined ? layer.role : chosen;
  return layer.roles.includes(role) ? role : "";
}
