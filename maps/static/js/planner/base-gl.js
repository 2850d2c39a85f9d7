// The base map by WebGL: MapLibre below Leaflet.

import W, { L } from "./ground.js";
import {
  CASED_FROM,
  GROUPS,
  INK,
  STREETS,
  TILE_ZOOMS,
  tileAddresses,
} from "./base-style.js";

const FONT = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "sans-serif"];

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/**
 * Tell whether this browser can draw by WebGL; `fast` asks for a graphics chip. WebGL
 * by software holds up the page for half a second a frame, where canvases take none.
 */
export function hasWebGL(fast) {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2") || canvas.getContext("webgl");
  if (!context || !window.Worker) return false;
  const name = rendererOf(context);
  const lose = context.getExtension("WEBGL_lose_context");
  if (lose) lose.loseContext();
  return !fast || !SOFTWARE.test(name);
}

function rendererOf(context) {
  const about = context.getExtension("WEBGL_debug_renderer_info");
  const key = about ? about.UNMASKED_RENDERER_WEBGL : context.RENDERER;
  return String(context.getParameter(key));
}

export class GLBase {
  constructor(map, page) {
    this.page = page;
    const worker = new URL("./gl-worker.js", import.meta.url);
    window.maplibregl.setWorkerUrl(worker.href);
    this.layer = L.maplibreGL({
      style: buildStyle(page, tileAddresses("")),
      attributionControl: false,
      renderWorldCopies: false,
      fadeDuration: 0,
      padding: 0.12,
    }).addTo(map);
    this.gl = this.layer.getMaplibreMap();
    this.gl.getCanvas().setAttribute("aria-hidden", "true");
    this.gl.getCanvas().removeAttribute("tabindex");
    this.gl.on("error", () => {}); // a tile that does not come leaves a blank
    this.ready = new Promise((done) => this.gl.once("load", done));
    ["exclusive", "reserved"].forEach((type) => this.addPattern(type));
    this.on = "";
  }

  /** Give the style the hatch or the dots of a type of grid. */
  addPattern(type) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const tile = W.patternTile(this.page.theme, type, 1, ratio);
    const { width, height } = tile;
    const data = tile.getContext("2d").getImageData(0, 0, width, height);
    this.gl.once("style.load", () => {
      this.gl.addImage(type, data, { pixelRatio: ratio });
    });
  }

  /** Show a day's plans, without those of one community, and some groups only. */
  async update({ on, at, hidden }) {
    await this.ready;
    if (on !== this.on) {
      this.on = on;
      this.gl.getSource("plans").setTiles([tileAddresses(on).plans]);
    }
    const others = at ? ["!=", ["slice", ["get", "code"], 0, at.length], at] : null;
    Object.keys(FILTERS).forEach((id) => {
      this.gl.setFilter(id, both(FILTERS[id], others));
    });
    this.gl.setPaintProperty("grids-fill", "fill-opacity", at ? 0.35 : 0.9);
    this.gl.setPaintProperty("grids-wash", "fill-opacity", at ? 0.12 : 0.25);
    this.gl.setPaintProperty("grids-pattern", "fill-opacity", at ? 0.4 : 1);
    Object.keys(GROUPS).forEach((group) => {
      const shown = hidden.includes(group) ? "none" : "visible";
      this.gl
        .getStyle()
        .layers.filter((layer) => GROUPS[group].includes(layer["source-layer"]))
        .forEach((layer) => {
          this.gl.setLayoutProperty(layer.id, "visibility", shown);
        });
    });
  }

  retry() {
    this.gl.getSource("base").setTiles([tileAddresses(this.on).base]);
    this.gl.getSource("plans").setTiles([tileAddresses(this.on).plans]);
  }
}

const FILTERS = {
  "grids-fill": ["==", ["get", "type"], "resident"],
  "grids-wash": ["!=", ["get", "type"], "resident"],
  "grids-pattern": ["!=", ["get", "type"], "resident"],
  "grids-edge": null,
  "grid-names": null,
  "division-names": null,
};

/** Tiles may come before anything is chosen: hatches must not be asked for all grids. */
function filtered(each) {
  return FILTERS[each.id] ? { ...each, filter: FILTERS[each.id] } : each;
}

function both(first, second) {
  if (first && second) return ["all", first, second];
  return first || second;
}

function buildStyle(page, addresses) {
  const source = (tiles) => ({ type: "vector", tiles: [tiles], ...TILE_ZOOMS });
  return {
    version: 8,
    sources: { base: source(addresses.base), plans: source(addresses.plans) },
    layers: [
      ...planFills(page.theme),
      ...ground(),
      ...streetLayers(page.ranks),
      ...buildingLayers(),
      ...planEdges(page.theme),
      ...nameLayers(page.ranks),
      ...divisionLayers(),
      gridNames(page.theme),
      divisionNames(),
    ].map(filtered),
  };
}

function layer(id, type, source, name, rest) {
  return { id, type, source, "source-layer": name, ...rest };
}

function planFills(theme) {
  const land = { "fill-color": theme.tokens.paper, "fill-antialias": false };
  const tint = ["match", ["%", ["to-number", ["get", "color"]], 4]];
  theme.tints.slice(0, -1).forEach((color, i) => tint.push(i, color));
  tint.push(theme.tints[theme.tints.length - 1]);
  const type = ["match", ["get", "type"], "exclusive", theme.types.exclusive];
  type.push(theme.types.reserved);
  return [
    layer("land", "fill", "plans", "divisions", { maxzoom: 12, paint: land }),
    layer("grids-fill", "fill", "plans", "grids", {
      paint: { "fill-color": tint, "fill-antialias": false },
    }),
    layer("grids-wash", "fill", "plans", "grids", {
      paint: { "fill-color": type, "fill-antialias": false },
    }),
    layer("grids-pattern", "fill", "plans", "grids", {
      minzoom: 13,
      paint: { "fill-pattern": ["get", "type"] },
    }),
  ];
}

function planEdges(theme) {
  const out = ["all", ["has", "in_band"], ["==", ["get", "in_band"], false]];
  const tone = [
    "case",
    [">", ["get", "households"], ["coalesce", ["get", "high"], 500]],
    theme.band.above,
    theme.band.below,
  ];
  return [
    layer("grids-edge", "line", "plans", "grids", {
      minzoom: 12,
      paint: {
        "line-color": ["case", out, tone, theme.seams.street],
        "line-opacity": ["case", out, 0.9, 0.55],
        "line-width": [
          "interpolate", ["exponential", 1.4], ["zoom"],
          12, ["case", out, 0.9, 0.4],
          17, ["case", out, 2.4, 1.4],
        ],
      },
    }),
  ];
}

function ground() {
  const kind = (name) => ["==", ["get", "kind"], name];
  return [
    layer("sites", "line", "base", "sites", {
      minzoom: 15,
      paint: { "line-color": INK.site, "line-width": 0.8 },
    }),
    layer("rivers", "line", "base", "barriers", {
      filter: kind("river"),
      paint: { "line-color": INK.river, "line-width": zoomed([[9, 0.8], [14, 3], [17, 9]]) },
    }),
    layer("railways", "line", "base", "barriers", {
      filter: kind("railway"),
      minzoom: 11,
      paint: {
        "line-color": INK.railway,
        "line-width": zoomed([[11, 0.8], [17, 2.5]]),
        "line-dasharray": [4, 2],
      },
    }),
    layer("walls", "line", "base", "barriers", {
      filter: ["all", ["!", kind("river")], ["!", kind("railway")]],
      minzoom: 15,
      paint: { "line-color": INK.wall, "line-width": 0.9 },
    }),
    layer("compounds", "line", "base", "compounds", {
      minzoom: 15,
      paint: { "line-color": INK.compound, "line-width": 0.9, "line-dasharray": [2, 2] },
    }),
  ];
}

function zoomed(stops) {
  return ["interpolate", ["exponential", 1.4], ["zoom"], ...stops.flat()];
}

function rankOf(ranks) {
  const match = ["match", ["get", "class"]];
  const byRank = [[], [], []];
  Object.entries(ranks).forEach(([name, rank]) => byRank[rank].push(name));
  byRank.forEach((names, rank) => match.push(names, rank));
  match.push(-1);
  return match;
}

function streetLayers(ranks) {
  const rank = rankOf(ranks);
  const cap = { "line-cap": "round", "line-join": "round" };
  const layers = [];
  [2, 1, 0].forEach((r) => {
    const { from, widths } = STREETS[r];
    layers.push(
      layer(`street-edge-${r}`, "line", "base", "streets", {
        filter: ["==", rank, r],
        minzoom: from,
        layout: cap,
        paint: {
          "line-color": [
            "step", ["zoom"], INK.streetFar[r], CASED_FROM, INK.streetEdge,
          ],
          "line-width": zoomed(widths.map(([z, w]) => [z, z < CASED_FROM ? w : w + 1.4])),
        },
      })
    );
  });
  [2, 1, 0].forEach((r) => {
    layers.push(
      layer(`street-${r}`, "line", "base", "streets", {
        filter: ["==", rank, r],
        minzoom: Math.max(CASED_FROM, STREETS[r].from + 0.5),
        layout: cap,
        paint: { "line-color": INK.street, "line-width": zoomed(STREETS[r].widths) },
      })
    );
  });
  return layers;
}

function buildingLayers() {
  return [
    layer("buildings", "fill", "base", "buildings", {
      minzoom: 13,
      paint: {
        "fill-color": [
          "case",
          [">", ["coalesce", ["get", "households"], 0], 0],
          INK.home,
          INK.building,
        ],
        "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0.2, 15.5, 1],
      },
    }),
  ];
}

function nameLayers(ranks) {
  const rank = rankOf(ranks);
  return STREETS.map(({ named }, r) =>
    layer(`street-names-${r}`, "symbol", "base", "streets", {
      filter: ["==", rank, r],
      minzoom: named,
      layout: {
        "symbol-placement": "line",
        "symbol-spacing": 380,
        "text-field": ["get", "name"],
        "text-font": FONT,
        "text-size": r === 0 ? 12 : 11,
        "text-padding": 8,
      },
      paint: {
        "text-color": INK.name,
        "text-halo-color": "rgba(255,255,255,0.92)",
        "text-halo-width": 1.4,
      },
    })
  );
}

function divisionLayers() {
  const level = (name) => ["==", ["get", "level"], name];
  return [
    layer("communities", "line", "plans", "divisions", {
      filter: level("community"),
      minzoom: 10.5,
      paint: {
        "line-color": INK.division,
        "line-opacity": 0.7,
        "line-width": zoomed([[10, 0.4], [13, 1], [16, 2]]),
      },
    }),
    layer("divisions", "line", "plans", "divisions", {
      filter: ["!", level("community")],
      paint: {
        "line-color": INK.division,
        "line-width": zoomed([[8, 0.8], [13, 2], [16, 3]]),
      },
    }),
  ];
}

function divisionNames() {
  const community = ["==", ["get", "level"], "community"];
  return layer("division-names", "symbol", "plans", "division_labels", {
    layout: {
      "text-field": ["get", "name"],
      "text-font": FONT,
      "text-size": ["case", community, 13, 15],
      "text-padding": 6,
      "symbol-sort-key": ["case", community, 1, 0],
    },
    paint: {
      "text-color": INK.division,
      "text-halo-color": "rgba(255,255,255,0.95)",
      "text-halo-width": 1.8,
    },
  });
}

function gridNames(theme) {
  const out = ["all", ["has", "in_band"], ["==", ["get", "in_band"], false]];
  return layer("grid-names", "symbol", "plans", "grid_labels", {
    minzoom: 14.2,
    layout: {
      "text-field": ["get", "number"],
      "text-font": FONT,
      "text-size": 11,
      "text-padding": 4,
      "symbol-sort-key": ["case", out, 0, 1],
    },
    paint: {
      "text-color": ["case", out, theme.band.above, "#334e68"],
      "text-opacity": 0.75,
      "text-halo-color": "rgba(255,255,255,0.9)",
      "text-halo-width": 1.4,
    },
  });
}
