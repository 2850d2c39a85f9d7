// The tool that points: hover lights a grid, a click opens it, elsewhere it goes there.

import W, { L } from "../ground.js";
import { get } from "../api.js";
import { placeAt } from "../places.js";

export const select = {
  name: "select",
  key: "v",
  group: "hand",

  /** Called when the tool is taken up; returns what to do when it is put down. */
  start({ store, stage, act }) {
    const { map } = stage;
    const tip = L.popup({ closeButton: false, autoPan: false, className: "tip" });
    const gridUnder = (event) => {
      const model = store.get("model");
      if (!model) return null;
      const spot = stage.spotOf(event.latlng);
      return W.gridAt(model, spot.x, spot.y);
    };
    const onMove = (event) => {
      const grid = gridUnder(event);
      store.set({ hover: grid });
      map.getContainer().style.cursor = grid ? "pointer" : "";
    };
    const onOut = () => store.set({ hover: null });
    const onClick = async (event) => {
      const thing = thingUnder(store, stage, event);
      if (thing) {
        tip.setLatLng(event.latlng).setContent(describe(thing)).openOn(map);
        return;
      }
      const grid = gridUnder(event);
      if (grid) act.choose(grid, { stay: true });
      else if (store.get("chosen")) act.unchoose();
      else await goToCommunityAt(store, act, event.latlng);
    };
    map.on({ mousemove: onMove, mouseout: onOut, click: onClick });
    return () => {
      map.off({ mousemove: onMove, mouseout: onOut, click: onClick });
      store.set({ hover: null });
    };
  },
};

function thingUnder(store, stage, event) {
  const model = store.get("model");
  if (!model) return null;
  const kinds = ["devices", "spaces"].filter((kind) => !store.get("layers").includes(kind));
  return placeAt(model, stage.spotOf(event.latlng), stage.view(), kinds);
}

/** Text only: names come from the data. */
function describe({ kind, item }) {
  const key = "device." + item.kind;
  const word = kind === "devices" && key in W.texts ? W.t(key) : item.kind;
  return W.el(
    "div",
    {},
    W.el("b", {}, item.name || item.code || ""),
    W.el("small", {}, [word, item.code].filter(Boolean).join(" · "))
  );
}

/** Ask which community lies at a position, and go there. */
async function goToCommunityAt(store, act, { lng, lat }) {
  const point = [lng.toFixed(7), lat.toFixed(7)];
  const on = store.get("on");
  const query = { bbox: [...point, ...point].join(","), on, drafts: on ? null : true };
  try {
    const { features } = await get("grids", { ...query, limit: 1 });
    if (features.length) act.goTo(features[0].properties.code.slice(0, 12));
  } catch (error) {
    if (error.name !== "ApiError") throw error;
    // The banner already says that the service is away.
  }
}
