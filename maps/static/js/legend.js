// Legend, scale bar and north arrow, on screen and in print.
(function (W) {
  "use strict";

  /** Return the rows of the legend that this plan needs. */
  W.legend = function (model) {
    const theme = model.theme;
    const total = model.total;
    const rows = [];
    if (total.resident) rows.push([tints(theme), "legend.resident"]);
    if (total.exclusive) rows.push([swatch(theme, "exclusive"), "legend.exclusive"]);
    if (total.reserved) rows.push([swatch(theme, "reserved"), "legend.reserved"]);
    if (hasOut(model, 1)) rows.push([edge(theme.band.above, "▲"), "legend.above"]);
    if (hasOut(model, -1)) rows.push([edge(theme.band.below, "▼"), "legend.below"]);
    rows.push([line("#102a43", 3), "legend.community"]);
    rows.push([line(theme.seams.street, 2), "legend.seam.street"]);
    if (model.seamKind.indexOf(model.seamNone) >= 0) {
      rows.push([line(theme.seams.none, 2, "5 3"), "legend.seam.none"]);
    }
    if (model.shapes.streets.n) rows.push([streets(), "legend.street"]);
    if (model.shapes.buildings.n) rows.push([buildings(), "legend.building"]);
    return W.el(
      "ul",
      { class: "legend" },
      rows.map(function (row) {
        return W.el("li", {}, row[0], W.el("span", {}, W.t(row[1])));
      })
    );
  };

  function hasOut(model, side) {
    return model.out.some(function (grid) {
      return grid.off * side > 0;
    });
  }

  function picture(children) {
    return W.svg(
      "svg",
      { viewBox: "0 0 34 16", class: "key", "aria-hidden": "true" },
      children
    );
  }

  function rect(x, width, fill, stroke) {
    return W.svg("rect", {
      x: x,
      y: 1.5,
      width: width,
      height: 13,
      fill: fill,
      stroke: stroke || "none",
    });
  }

  function tints(theme) {
    return picture(
      theme.tints.map(function (tint, i) {
        return rect(1 + 8 * i, 8, tint, "#9fb3c8");
      })
    );
  }

  function swatch(theme, type) {
    const color = theme.types[type];
    const base = rect(1, 32, color, "#9fb3c8");
    base.setAttribute("fill-opacity", "0.25");
    const marks = [];
    for (let x = 4; x < 34; x += 6) {
      marks.push(
        type === "exclusive"
          ? W.svg("path", { d: "M" + (x - 3) + " 14 " + (x + 7) + " 2" })
          : W.svg("circle", { cx: x + 1, cy: 8, r: 1.2 })
      );
    }
    const group = W.svg(
      "g",
      type === "exclusive"
        ? { stroke: color, "stroke-opacity": 0.7 }
        : { fill: color },
      marks.slice(0, type === "exclusive" ? 4 : 5)
    );
    return picture([base, group]);
  }

  function edge(color, arrow) {
    const box = rect(2, 30, "#ffffff", color);
    box.setAttribute("stroke-width", 2.5);
    const text = W.svg("text", {
      x: 17,
      y: 12,
      "text-anchor": "middle",
      "font-size": 10,
      fill: color,
    });
    text.textContent = arrow;
    return picture([box, text]);
  }

  function line(color, width, dash) {
    const stroke = { d: "M1 8H33", stroke: color, "stroke-width": width };
    if (dash) stroke["stroke-dasharray"] = dash;
    return picture([W.svg("path", stroke)]);
  }

  function streets() {
    const wide = [6, 4, 2];
    const lines = [];
    wide.forEach(function (width, i) {
      const d = "M" + (1 + 11 * i) + " 8h10";
      lines.push(W.svg("path", { d: d, stroke: "#b4c1ce", "stroke-width": width + 1.6 }));
      lines.push(W.svg("path", { d: d, stroke: "#ffffff", "stroke-width": width }));
    });
    return picture(lines);
  }

  function buildings() {
    return picture([
      W.svg("rect", { x: 3, y: 3, width: 11, height: 10, fill: "#a1adb9" }),
      W.svg("rect", { x: 20, y: 3, width: 11, height: 10, fill: "#d4dae1" }),
    ]);
  }

  const STEPS = [1, 2, 5];

  /** Return {metres, pixels} of a round length not longer than `most` pixels. */
  W.scaleStep = function (mpp, most) {
    let best = { metres: 1, pixels: 1 / mpp };
    for (let power = 0; power < 7; power++) {
      STEPS.forEach(function (step) {
        const metres = step * Math.pow(10, power);
        if (metres / mpp <= most) best = { metres: metres, pixels: metres / mpp };
      });
    }
    return best;
  };

  /** Fill a node with a scale bar of four parts. */
  W.scaleBar = function (node, mpp, most, unit) {
    const step = W.scaleStep(mpp, most);
    const bar = W.el("div", { class: "ruler" }, W.el("i"), W.el("i"), W.el("i"), W.el("i"));
    bar.style.width = unit ? step.pixels + unit : step.pixels + "px";
    W.empty(node);
    node.appendChild(bar);
    const ends = W.el(
      "div",
      { class: "ends" },
      W.el("span", {}, "0"),
      W.el("span", {}, W.metres(step.metres))
    );
    ends.style.width = bar.style.width;
    node.appendChild(ends);
  };

  /** Return a north arrow; the map is never turned. */
  W.northArrow = function () {
    const text = W.svg("text", { x: 12, y: 9, "text-anchor": "middle", "font-size": 10 });
    text.textContent = W.t("map.north");
    return W.svg("svg", { viewBox: "0 0 24 40", class: "north", "aria-hidden": "true" }, [
      text,
      W.svg("path", { d: "M12 12 19 36 12 31z", class: "dark" }),
      W.svg("path", { d: "M12 12 5 36 12 31z", class: "light" }),
    ]);
  };
})(window.Wangge);
