// Chooses the engine of the base map: WebGL where there is some, else canvases.

import { GLBase, hasWebGL } from "./base-gl.js";
import { CanvasBase } from "./base-canvas.js";

/** Return a base map with update({on, at, hidden}) and retry(). */
export function createBase(map, page) {
  const gl = hasWebGL();
  document.documentElement.dataset.engine = gl ? "webgl" : "canvas";
  return gl ? new GLBase(map, page) : new CanvasBase(map, page);
}
