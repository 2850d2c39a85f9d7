// What can be exported, and what each format can be told.

import W from "../ground.js";

const DEGREES = ["EPSG:4326", "EPSG:4490", "gcj02"];

export const FORMATS = [
  { id: "gpkg", group: "data", crs: [...DEGREES, "zones"] },
  { id: "shp", group: "data", crs: [...DEGREES, "zones"], encoding: true },
  { id: "geojson", group: "data", crs: DEGREES },
  { id: "kml", group: "data", crs: ["EPSG:4326", "gcj02"], lang: true },
  { id: "xlsx", group: "table", lang: true },
  { id: "pdf", group: "print", paper: true, sheets: ["all", "overview", "grid"], lang: true },
  { id: "png", group: "print", paper: true, sheets: ["overview", "grid", "all"], lang: true },
  { id: "certificate", group: "print", lang: true },
];

const FIRST_MERIDIAN = 75;
const FIRST_ZONE = 4534;
const LAST_ZONE = 4554;

/** Return the coordinate systems of a format at a longitude, as {value, text}. */
export function systemsOf(format, lon) {
  const found = [];
  (format.crs || []).forEach((name) => {
    if (name === "zones") found.push(...zonesAt(lon));
    else found.push({ value: name, text: W.t("export.crs." + name.replace("EPSG:", "")) });
  });
  return found;
}

/** The CGCS2000 zone of a place first, then the ones beside it. */
function zonesAt(lon) {
  const here = FIRST_ZONE + Math.floor((lon + 1.5) / 3) - FIRST_MERIDIAN / 3;
  if (here < FIRST_ZONE || here > LAST_ZONE) return [];
  return [here, here - 1, here + 1]
    .filter((zone) => zone >= FIRST_ZONE && zone <= LAST_ZONE)
    .map((zone) => {
      const meridian = FIRST_MERIDIAN + 3 * (zone - FIRST_ZONE);
      return {
        value: "EPSG:" + zone,
        text: W.t("export.crs.zone", { meridian, epsg: zone }),
      };
    });
}

/** Return what to ask the service for: only what differs from what is usual. */
export function queryOf(format, chosen, subject) {
  const query = { format: format.id };
  if (format.crs && chosen.crs !== "EPSG:4326") query.crs = chosen.crs;
  if (format.encoding && chosen.encoding !== "utf-8") query.encoding = chosen.encoding;
  if (format.paper && chosen.paper !== "a4") query.paper = chosen.paper;
  if (format.sheets) query.sheet = chosen.sheet === "grid" ? subject.grid : chosen.sheet;
  if (format.lang && W.lang !== "zh") query.lang = W.lang;
  return query;
}
