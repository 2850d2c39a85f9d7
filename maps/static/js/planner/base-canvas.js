// The base map where there is no WebGL: protomaps-leaflet draws tiles on canvases.

import W, { L } from "./ground.js";
import {
  CASED_FROM,
  GROUPS,
  INK,
  STREETS,
  TILE_ZOOMS,
  tileAddresses,
  widthAt,
} from "./base-style.js";
import { LeanTiles } from "./lean-tiles.js";

/** Tiles are stretched between zooms; with spare pixels they stay sharp. */
const SHARPNESS = 1.5;

/** Below, thousands of grids of few pixels each would take long and show nothing. */
const GRIDS_FROM = 13;

/** Milliseconds that a tile waits for each tile between it and the middle: a frame, so
 * that no frame has to draw all of them. */
const TURN_MS = 16;

/** Tiles whose labels are remembered: more than the largest window shows. With the 16 of
 * the library, a wide window over a city lays out and forgets in turns, for ever. */
const LABELLED_TILES = 256;

export class CanvasBase {
  constructor(map, page) {
    this.map = map;
    this.page = page;
    this.shown = null;
    this.layer = null;
  }

  /** Show a day's plans, without those of one community, and some groups only. */
  async update(wanted) {
    const key = JSON.stringify(wanted);
    if (key === this.shown) return;
    this.shown = key;
    if (this.layer) this.layer.remove();
    const addresses = tileAddresses(wanted.on);
    const paintRules = rules(this.page, wanted);
    const labelRules = names(this.page, wanted);
    const source = (name) => ({
      url: new LeanTiles(addresses[name], drawnBy([...paintRules, ...labelRules], name)),
      maxDataZoom: TILE_ZOOMS.maxzoom,
    });
    this.layer = window.protomapsL.leafletLayer({
      sources: { base: source("base"), plans: source("plans") },
      paintRules,
      labelRules,
      tileDelay: TURN_MS,
      devicePixelRatio: Math.max(SHARPNESS, window.devicePixelRatio || 1),
      attribution: "",
      bounds: L.latLngBounds([-85, -180], [85, 180]),
      noWrap: true,
      minZoom: TILE_ZOOMS.minzoom,
      maxZoom: 22,
    });
    this.layer.labelers.maxLabeledTiles = LABELLED_TILES;
    this.layer.addTo(this.map);
  }

  retry() {
    if (this.layer) this.layer.redraw();
  }
}

/** Return the function that names the layers rules draw from the data of a zoom. */
function drawnBy(rules, source) {
  const found = new Map();
  return (zoom) => {
    if (!found.has(zoom)) {
      // Data of a zoom is shown at the next one, that of the last at all that follow.
      const last = zoom === TILE_ZOOMS.maxzoom ? Infinity : zoom + 1;
      const drawn = rules.filter(
        ({ dataSource, minzoom, maxzoom }) =>
          dataSource === source && !(minzoom > last) && !(maxzoom < zoom + 1)
      );
      found.set(zoom, new Set(drawn.map(({ dataLayer }) => dataLayer)));
    }
    return found.get(zoom);
  };
}

function rules(page, { at, hidden }) {
  const off = hidden.flatMap((group) => GROUPS[group] || []);
  return [
    ...planRules(page.theme, at),
    ...groundRules(),
    ...streetRules(page.ranks),
    ...buildingRules(),
    ...edgeRules(page.theme, at),
  ].filter((rule) => !off.includes(rule.dataLayer));
}

function rule(dataSource, dataLayer, symbolizer, rest) {
  return { dataSource, dataLayer, symbolizer, ...rest };
}

function isOther(at) {
  return (props) => !at || String(props.code).slice(0, at.length) !== at;
}

function planRules(theme, at) {
  const { PolygonSymbolizer } = window.protomapsL;
  const other = isOther(at);
  const isResident = (props) => props.type === "resident";
  const land = new PolygonSymbolizer({ fill: theme.tokens.paper });
  // A colour by feature: one pass over the grids in place of one for each colour.
  const fill = new PolygonSymbolizer({
    fill: (zoom, { props }) =>
      isResident(props) ? theme.tints[Number(props.color) % 4] : theme.types[props.type],
    opacity: (zoom, { props }) =>
      isResident(props) ? (at ? 0.35 : 0.9) : at ? 0.12 : 0.25,
  });
  const textures = ["exclusive", "reserved"].map((type) => {
    const pattern = W.patternTile(theme, type, 1, 1);
    return rule("plans", "grids", new PolygonSymbolizer({ pattern, opacity: at ? 0.4 : 1 }), {
      filter: (zoom, { props }) => props.type === type && other(props),
      minzoom: GRIDS_FROM + 1,
    });
  });
  return [
    rule("plans", "divisions", land, { maxzoom: GRIDS_FROM - 1 }),
    rule("plans", "grids", fill, {
      filter: (zoom, { props }) => other(props),
      minzoom: GRIDS_FROM,
    }),
    ...textures,
  ];
}

function line(color, width, rest) {
  return new window.protomapsL.LineSymbolizer({ color, width, ...rest });
}

function groundRules() {
  const kind = (name) => (zoom, { props }) => props.kind === name;
  const width = (stops) => (zoom) => widthAt(stops, zoom);
  return [
    rule("base", "sites", line(INK.site, 0.8), { minzoom: 15 }),
    rule("base", "barriers", line(INK.river, width([[9, 0.8], [14, 3], [17, 9]])), {
      filter: kind("river"),
    }),
    rule("base", "barriers", line(INK.railway, width([[11, 0.8], [17, 2.5]])), {
      filter: kind("railway"),
      minzoom: 11,
    }),
    rule("base", "barriers", line(INK.wall, 0.9), {
      filter: (zoom, { props }) => !["river", "railway"].includes(props.kind),
      minzoom: 15,
    }),
    rule("base", "compounds", line(INK.compound, 0.9, { dash: [2, 2] }), { minzoom: 15 }),
  ];
}

function streetRules(ranks) {
  const found = [];
  const ofRank = (rank) => (zoom, { props }) => ranks[props.class] === rank;
  [2, 1, 0].forEach((rank) => {
    const { from, widths } = STREETS[rank];
    const edge = (zoom) => widthAt(widths, zoom) + (zoom < CASED_FROM ? 0 : 1.4);
    const color = (zoom) => (zoom < CASED_FROM ? INK.streetFar[rank] : INK.streetEdge);
    found.push(
      rule("base", "streets", line(color, edge), { filter: ofRank(rank), minzoom: from })
    );
  });
  [2, 1, 0].forEach((rank) => {
    const { from, widths } = STREETS[rank];
    found.push(
      rule("base", "streets", line(INK.street, (zoom) => widthAt(widths, zoom)), {
        filter: ofRank(rank),
        minzoom: Math.max(CASED_FROM, from + 0.5),
      })
    );
  });
  return found;
}

function buildingRules() {
  const fill = (color) => new window.protomapsL.PolygonSymbolizer({ fill: color });
  const isHome = (props) => Number(props.households) > 0;
  return [
    rule("base", "buildings", fill(INK.home), {
      filter: (zoom, { props }) => isHome(props),
      minzoom: 15,
    }),
    rule("base", "buildings", fill(INK.building), {
      filter: (zoom, { props }) => !isHome(props),
      minzoom: 15,
    }),
  ];
}

function edgeRules(theme, at) {
  const other = isOther(at);
  const width = (stops) => (zoom) => widthAt(stops, zoom);
  return [
    rule("plans", "grids", outline(theme.seams.street, width([[12, 0.4], [17, 1.4]])), {
      filter: (zoom, { props }) => other(props),
      minzoom: GRIDS_FROM,
    }),
    rule("plans", "divisions", outline(INK.division, width([[8, 0.8], [13, 2], [16, 3]])), {
      filter: (zoom, { props }) => props.level !== "community" || zoom >= 11,
    }),
  ];
}

const CENTER = 2; // LineLabelPlacement.Center, which the library does not export

function names({ theme, ranks }, { at, hidden }) {
  const other = isOther(at);
  const { CenteredTextSymbolizer, LineLabelSymbolizer } = window.protomapsL;
  const ink = (size, fill, weight) => ({
    font: W.font(size, weight),
    fill,
    stroke: "rgba(255,255,255,0.92)",
    width: 3,
  });
  const divisions = ["district", "street", "community"].map((level) => {
    const size = level === "community" ? 13 : 15;
    const look = new CenteredTextSymbolizer(ink(size, INK.division, 600));
    return rule("plans", "division_labels", look, {
      filter: (zoom, { props }) => props.level === level && props.code !== at,
    });
  });
  const numbers = new CenteredTextSymbolizer({
    ...ink(11, theme.seams.none),
    labelProps: ["number"],
  });
  const streets = STREETS.map(({ named }, rank) => {
    const look = new LineLabelSymbolizer({
      ...ink(rank === 0 ? 12 : 11, INK.name),
      position: CENTER,
      repeatDistance: 380,
    });
    return rule("base", "streets", look, {
      filter: (zoom, { props }) => ranks[props.class] === rank,
      minzoom: Math.ceil(named),
    });
  });
  return [
    ...divisions,
    rule("plans", "grid_labels", numbers, {
      filter: (zoom, { props }) => other(props),
      minzoom: 16,
    }),
    ...(hidden.includes("streets") ? [] : streets),
  ];
}

function outline(stroke, width) {
  return new window.protomapsL.PolygonSymbolizer({ fill: "rgba(0,0,0,0)", stroke, width });
}
