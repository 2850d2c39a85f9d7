// Which columns of a table say where its rows lie, where their names do not tell.

import W from "../ground.js";

/** Whether somebody must still say where the rows of a layer lie. */
export function isAdrift(layer) {
  return Boolean(layer.places && !layer.places.x && !layer.roles.length);
}

/** Return what the service is told of the columns that are taken. */
export function placesOf(layers) {
  return layers
    .filter((layer) => layer.places && layer.places.x)
    .map(({ file, layer, places }) => ({ file, layer, x: places.x, y: places.y }));
}

/** Let two columns be chosen; `onChoose(x, y)` is told once both are. */
export function placePicker(layer, disabled, onChoose) {
  const { columns, x, y } = layer.places;
  const chosen = { x: x || "", y: y || "" };
  const pick = (axis) => {
    const id = "place-" + axis;
    const values = chosen[axis] && !columns.includes(chosen[axis]) ? [chosen[axis], ...columns] : columns;
    const select = W.el(
      "select",
      {
        id,
        disabled,
        onchange: (event) => {
          chosen[axis] = event.target.value;
          if (chosen.x && chosen.y && chosen.x !== chosen.y) onChoose(chosen.x, chosen.y);
        },
      },
      W.el("option", { value: "", selected: !chosen[axis] }, W.t("places.choose")),
      values.map((name) => W.el("option", { value: name, selected: name === chosen[axis] }, name))
    );
    return [W.el("label", { for: id }, W.t("places." + axis)), select];
  };
  return W.el(
    "div",
    { class: "place-columns" + (isAdrift(layer) ? " lacking" : ""), role: "group", "aria-label": W.t("places.title") },
    W.el("b", {}, W.t("places.title")),
    pick("x"),
    pick("y"),
    W.el("span", { class: "note" }, W.t(disabled ? "send.looking" : "places.note"))
  );
}
