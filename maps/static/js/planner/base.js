// Chooses the engine of the base map: WebGL where a graphics chip draws it, else
// canvases. A person (or a test) may ask for one of them in the browser's storage.

import { GLBase, hasWebGL } from "./base-gl.js";
import { CanvasBase } from "./base-canvas.js";
import { recall } from "./memory.js";

/** Return a base map with update({on, at, hidden}) and retry(). */
export function createBase(map, page) {
  const wished = recall("engine", null);
  const gl = wished === "webgl" ? hasWebGL(false) : !wished && hasWebGL(true);
  document.documentElement.dataset.engine = gl ? "webgl" : "canvas";
  return gl ? new GLBase(map, page) : new CanvasBase(map, page);
}
