// The coordinate systems in common use, those of the zone at hand first. Pure.

const DEGREES = [
  { code: "EPSG:4326", name: "WGS 84 经纬度 · EPSG:4326" },
  { code: "EPSG:4490", name: "CGCS2000 经纬度 · EPSG:4490" },
];
const MERCATOR = { code: "EPSG:3857", name: "Web 墨卡托 · EPSG:3857" };

const FAMILIES = [
  { name: "CGCS2000", numbered: 4513, plain: 4534, width: 3 },
  { name: "CGCS2000", numbered: 4491, plain: 4502, width: 6 },
  { name: "西安 80", numbered: 2349, plain: 2370, width: 3 },
  { name: "北京 54", numbered: 2401, plain: 2422, width: 3 },
];

/** Return [{code, name}] for places around a longitude; for all of China without one. */
export function crsChoices(longitude) {
  const found = [...DEGREES];
  FAMILIES.forEach(({ name, numbered, plain, width }) => {
    const zones = width === 3 ? 21 : 11;
    for (let zone = 0; zone < zones; zone++) {
      const middle = 75 + zone * width;
      if (longitude !== null && Math.abs(middle - longitude) > width) continue;
      if (longitude === null && width === 6) continue;
      const number = width === 3 ? 25 + zone : 13 + zone;
      const belt = `${width} 度带 ${middle}°E`;
      found.push({ code: `EPSG:${plain + zone}`, name: `${name} ${belt} · EPSG:${plain + zone}` });
      found.push({
        code: `EPSG:${numbered + zone}`,
        name: `${name} ${belt}，带号 ${number} · EPSG:${numbered + zone}`,
      });
    }
  });
  return [...found, MERCATOR];
}
