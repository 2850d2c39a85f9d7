// Where somebody may take things in: where they came from, what lies above it, their areas.

import W from "../ground.js";
import { get } from "../api.js";
import { me } from "../me.js";

/** Return [{code, name, path, level}], the place that was asked for first. */
export async function readScopes(asked) {
  const codes = new Set();
  if (asked && me.may("import", asked)) codes.add(asked);
  const grants = me.grants.filter((grant) => grant.permissions.includes("import"));
  grants.forEach((grant) => grant.division && codes.add(grant.division));
  const found = [];
  const add = (division, above) => {
    if (found.some((one) => one.code === division.code)) return;
    const path = [...above, division].map((each) => each.name).join(" › ");
    found.push({ code: division.code, name: division.name, level: division.level, path });
  };
  for (const code of codes) {
    const { properties } = await get(`divisions/${code}`);
    const above = properties.ancestors;
    add(properties, above);
    if (code !== asked) continue;
    [...above].reverse().forEach((each, i) => {
      if (me.may("import", each.code)) add(each, above.slice(0, above.length - 1 - i));
    });
  }
  if (grants.some((grant) => grant.division === "")) {
    found.push({ code: "", name: W.t("wizard.everything"), level: "all", path: W.t("wizard.everything") });
  }
  return found;
}
