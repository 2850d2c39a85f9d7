// The band slider: where a grid's households lie against the band.
(function (W) {
  "use strict";

  /** Return the slider of a resident grid; the band fills its middle third. */
  W.slider = function (model, grid, named) {
    const span = model.high - model.low || 1;
    const from = model.low - span;
    const share = Math.max(0, Math.min(1, (grid.households - from) / (3 * span)));
    const tone = grid.off > 0 ? " above" : grid.off < 0 ? " below" : "";
    const knob = W.el("i", { class: "knob" + tone });
    knob.style.left = share * 100 + "%";
    const attributes = { class: "slider" };
    if (named) {
      attributes.role = "img";
      attributes["aria-label"] = W.t("slider.label", {
        n: W.number(grid.households),
        low: model.low,
        high: model.high,
      });
    } else {
      attributes["aria-hidden"] = "true";
    }
    return W.el("span", attributes, W.el("i", { class: "range" }), knob);
  };

  /** Return the small sign before a grid: its shape says type and band. */
  W.sign = function (grid) {
    const kind =
      grid.type !== "resident"
        ? grid.type
        : grid.off > 0
          ? "above"
          : grid.off < 0
            ? "below"
            : "inside";
    const shapes = {
      inside: ["circle", { cx: 7, cy: 7, r: 5.2 }],
      above: ["path", { d: "M7 1.2 13.2 12.4H.8z" }],
      below: ["path", { d: "M7 12.8.8 1.6h12.4z" }],
      exclusive: ["path", { d: "M7 .8 13.2 7 7 13.2.8 7z" }],
      reserved: ["rect", { x: 1.8, y: 1.8, width: 10.4, height: 10.4 }],
    };
    const shape = shapes[kind];
    return W.svg(
      "svg",
      { class: "sign " + kind, viewBox: "0 0 14 14", "aria-hidden": "true" },
      [W.svg(shape[0], shape[1])]
    );
  };

  /** Return the row of a grid in a list: sign, number, households, slider, distance. */
  W.gridRow = function (model, grid) {
    const tone = grid.off > 0 ? " above" : grid.off < 0 ? " below" : "";
    return W.el(
      "div",
      { class: "row grid" + tone, "data-code": grid.code, title: grid.name },
      W.sign(grid),
      W.el("span", { class: "number" }, grid.number),
      W.el(
        "span",
        { class: "households" },
        W.number(grid.households),
        W.el("small", {}, " " + W.t("unit.household"))
      ),
      grid.type === "resident"
        ? W.slider(model, grid, false)
        : W.el("span", { class: "word" }, W.t("type." + grid.type + ".short")),
      W.el("span", { class: "off" }, W.offMark(grid))
    );
  };
})(window.Wangge);
