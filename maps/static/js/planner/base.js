// Chooses the engine of the base map: WebGL where a graphics chip draws it, else
// canvases. A person (or a test) may ask for one of them in the browser's storage.

import { GLBase, hasWebGL } from "./base-gl.js";
import { CanvasBase } from "./base-canvas.js";
import { recall } from "./memory.js";

const VENDOR = new URL("../../vendor/", import.meta.url);
const LOOKS = "maplibre-gl/dist/maplibre-gl.css";
const SCRIPTS = [
  "maplibre-gl/dist/maplibre-gl-csp.js",
  "@maplibre/maplibre-gl-leaflet/leaflet-maplibre-gl.js",
];

/** Return a base map with update({on, at, hidden}) and retry(). */
export function createBase(map, page) {
  const wished = recall("engine", null);
  const gl = wished === "webgl" ? hasWebGL(false) : !wished && hasWebGL(true);
  name(gl);
  return gl ? new LateBase(map, page) : new CanvasBase(map, page);
}

function name(gl) {
  document.documentElement.dataset.engine = gl ? "webgl" : "canvas";
}

/** MapLibre is a megabyte that only its own engine reads; without it canvases draw. */
class LateBase {
  constructor(map, page) {
    this.made = loadMapLibre().then(
      () => new GLBase(map, page),
      () => {
        name(false);
        return new CanvasBase(map, page);
      }
    );
  }

  async update(wanted) {
    const base = await this.made;
    await base.update(wanted);
  }

  async retry() {
    const base = await this.made;
    base.retry();
  }
}

async function loadMapLibre() {
  if (window.maplibregl) return;
  const looks = add("link", { rel: "stylesheet", href: new URL(LOOKS, VENDOR).href });
  // In the order they stand, as the second builds on the first.
  const scripts = SCRIPTS.map((path) =>
    add("script", { src: new URL(path, VENDOR).href, async: false })
  );
  await Promise.all([looks, ...scripts]);
}

function add(tag, given) {
  return new Promise((done, failed) => {
    const node = Object.assign(document.createElement(tag), given);
    node.onload = done;
    node.onerror = () => failed(new Error(`${tag} did not load`));
    document.head.append(node);
  });
}
