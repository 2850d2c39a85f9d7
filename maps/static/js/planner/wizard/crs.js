// The coordinate systems in common use, those of the zone at hand first.

import W from "../ground.js";

const FAMILIES = [
  { key: "crs.cgcs2000", numbered: 4513, plain: 4534, width: 3 },
  { key: "crs.cgcs2000", numbered: 4491, plain: 4502, width: 6 },
  { key: "crs.xian80", numbered: 2349, plain: 2370, width: 3 },
  { key: "crs.beijing54", numbered: 2401, plain: 2422, width: 3 },
];
const ZONES = { 3: 21, 6: 11 };
const FIRST = { 3: 25, 6: 13 };

/** Return [{code, name}] for places around a longitude; for all of China without one. */
export function crsChoices(longitude) {
  const found = [named(4326, W.t("crs.wgs84.degrees")), named(4490, W.t("crs.cgcs2000.degrees"))];
  FAMILIES.forEach(({ key, numbered, plain, width }) => {
    for (let zone = 0; zone < ZONES[width]; zone++) {
      const middle = 75 + zone * width;
      if (longitude !== null && Math.abs(middle - longitude) > width) continue;
      if (longitude === null && width === 6) continue;
      const values = { name: W.t(key), width, middle, number: FIRST[width] + zone };
      found.push(named(plain + zone, W.t("crs.belt", values)));
      found.push(named(numbered + zone, W.t("crs.belt.numbered", values)));
    }
  });
  return [...found, named(3857, W.t("crs.mercator"))];
}

function named(number, words) {
  const code = "EPSG:" + number;
  return { code, name: `${words} · ${code}` };
}
