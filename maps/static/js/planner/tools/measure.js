// The tool that measures: click along a way, read its length; Escape starts again.

import W, { L } from "../ground.js";

export const measure = {
  name: "measure",
  key: "k",
  group: "measure",

  start({ stage }) {
    const { map } = stage;
    const line = L.polyline([], { color: "#1d5fa8", weight: 3, dashArray: "6 5" }).addTo(map);
    const label = L.tooltip({ permanent: true, direction: "right", className: "tip" });
    let corners = [];
    const show = (end) => {
      const way = end ? [...corners, end] : corners;
      line.setLatLngs(way);
      if (way.length < 2) {
        label.remove();
        return;
      }
      label.setLatLng(way[way.length - 1]).setContent(W.el("b", {}, W.metres(lengthOf(map, way))));
      label.addTo(map);
    };
    const onClick = ({ latlng }) => {
      corners.push(latlng);
      show(null);
    };
    const onMove = ({ latlng }) => corners.length && show(latlng);
    const onKey = (event) => {
      if (event.key !== "Escape") return;
      corners = [];
      show(null);
    };
    map.on({ click: onClick, mousemove: onMove });
    document.addEventListener("keydown", onKey);
    map.getContainer().style.cursor = "crosshair";
    return () => {
      map.off({ click: onClick, mousemove: onMove });
      document.removeEventListener("keydown", onKey);
      map.getContainer().style.cursor = "";
      line.remove();
      label.remove();
    };
  },
};

function lengthOf(map, way) {
  return way
    .slice(1)
    .reduce((sum, corner, i) => sum + map.distance(way[i], corner), 0);
}
