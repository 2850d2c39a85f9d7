// The looks of the base map, once for both engines: colours, widths, what shows when.

export const INK = {
  streetEdge: "#c3ced9",
  streetFar: ["#cbd5df", "#cbd5df", "#dfe6ed"],
  street: "#ffffff",
  home: "rgba(98,116,135,0.62)",
  building: "rgba(130,146,163,0.34)",
  compound: "rgba(72,101,129,0.45)",
  site: "rgba(123,94,167,0.5)",
  river: "#9cc3e0",
  railway: "#7b8794",
  wall: "#9aa5b1",
  name: "#52606d",
  division: "#102a43",
};

/** Street ranks: main road, street, lane. Widths in pixels at some zooms. */
export const STREETS = [
  { from: 8, widths: [[9, 0.8], [12, 1.6], [15, 4.5], [17, 12], [19, 26]], named: 14 },
  { from: 12, widths: [[12, 0.6], [14, 1.6], [16, 5], [18, 13], [20, 24]], named: 15.5 },
  { from: 14.5, widths: [[14, 0.5], [16, 1.4], [18, 4.5], [20, 9]], named: 17 },
];

export const CASED_FROM = 14.5;

/** Names of tile layers by what a person switches on and off. */
export const GROUPS = {
  streets: ["streets", "barriers"],
  buildings: ["buildings"],
  compounds: ["compounds", "sites"],
};

/** Return the width at a zoom between the stops of a rank. */
export function widthAt(stops, zoom) {
  if (zoom <= stops[0][0]) return stops[0][1];
  for (let i = 1; i < stops.length; i++) {
    const [z0, w0] = stops[i - 1];
    const [z1, w1] = stops[i];
    if (zoom <= z1) return w0 * Math.pow(w1 / w0, (zoom - z0) / (z1 - z0));
  }
  return stops[stops.length - 1][1];
}

/** Return the addresses of the tiles on a day; "" is today, with drafts where nothing
 * is in force. */
export function tileAddresses(on) {
  const root = new URL("api/v1/tiles/", document.baseURI).href;
  const day = on ? "on=" + on : "drafts=true";
  return {
    base: root + "base/{z}/{x}/{y}.mvt",
    plans: root + "plans/{z}/{x}/{y}.mvt?" + day,
  };
}

export const TILE_ZOOMS = { minzoom: 8, maxzoom: 16 };
