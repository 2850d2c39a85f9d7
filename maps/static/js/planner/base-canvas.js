// The base map where there is no WebGL: protomaps-leaflet draws tiles on canvases.

import { L } from "./ground.js";
import {
  CASED_FROM,
  GROUPS,
  INK,
  STREETS,
  TILE_ZOOMS,
  tileAddresses,
  widthAt,
} from "./base-style.js";

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
    const source = (url) => ({ url, maxDataZoom: TILE_ZOOMS.maxzoom });
    this.layer = window.protomapsL.leafletLayer({
      sources: { base: source(addresses.base), plans: source(addresses.plans) },
      paintRules: rules(this.page, wanted),
      labelRules: [],
      attribution: "",
      bounds: L.latLngBounds([-85, -180], [85, 180]),
      noWrap: true,
      minZoom: TILE_ZOOMS.minzoom,
      maxZoom: 22,
    });
    this.layer.addTo(this.map);
  }

  retry() {
    if (this.layer) this.layer.redraw();
  }
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
  const other = isOther(at);
  const fill = (color, opacity) =>
    new window.protomapsL.PolygonSymbolizer({ fill: color, opacity });
  const opacity = at ? 0.35 : 0.9;
  const tints = theme.tints.map((tint, i) =>
    rule("plans", "grids", fill(tint, opacity), {
      filter: (zoom, { props }) =>
        props.type === "resident" && Number(props.color) % 4 === i && other(props),
    })
  );
  const types = ["exclusive", "reserved"].map((type) =>
    rule("plans", "grids", fill(theme.types[type], 0.25), {
      filter: (zoom, { props }) => props.type === type && other(props),
    })
  );
  return [...tints, ...types];
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
      minzoom: 14,
    }),
    rule("base", "buildings", fill(INK.building), {
      filter: (zoom, { props }) => !isHome(props),
      minzoom: 14,
    }),
  ];
}

function edgeRules(theme, at) {
  const other = isOther(at);
  const width = (stops) => (zoom) => widthAt(stops, zoom);
  return [
    rule("plans", "grids", outline(theme.seams.street, width([[12, 0.4], [17, 1.4]])), {
      filter: (zoom, { props }) => other(props),
      minzoom: 12,
    }),
    rule("plans", "divisions", outline(INK.division, width([[8, 0.8], [13, 2], [16, 3]])), {
      filter: (zoom, { props }) => props.level !== "community" || zoom >= 11,
    }),
  ];
}

function outline(stroke, width) {
  return new window.protomapsL.PolygonSymbolizer({ fill: "rgba(0,0,0,0)", stroke, width });
}
