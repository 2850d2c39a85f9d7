// The printed sheet: map, legend and checks on the first page, tables after it.
(function (W) {
  "use strict";

  const MM = 96 / 25.4;
  // Paper landscape without 10 mm margins; the side column holds the legend.
  const PAPERS = {
    a4: { width: 277, height: 190, side: 66 },
    a3: { width: 400, height: 277, side: 84 },
  };
  const HEAD = 17;
  const FOOT = 8;
  const GAP = 5;
  const ROUND = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10];

  /** Return a view that shows a box of units on so many millimetres. */
  W.printView = function (model, box, width, height) {
    const unit = model.data.unit * W.groundScale(model.data);
    const wide = (box[2] - box[0]) * unit;
    const tall = (box[3] - box[1]) * unit;
    const least = Math.max(wide / (width - 8), tall / (height - 8)) * 1000;
    const scale = roundScale(Math.max(least, 200));
    const mpp = scale / 1000 / MM;
    const k = unit / mpp;
    return {
      k: k,
      x: (width * MM) / 2 - ((box[0] + box[2]) / 2) * k,
      y: (height * MM) / 2 + ((box[1] + box[3]) / 2) * k,
      width: width * MM,
      height: height * MM,
      mpp: mpp,
      ink: height > 200 ? 1 : 0.78,
      ratio: 3,
      scale: scale,
    };
  };

  function roundScale(least) {
    const power = Math.pow(10, Math.floor(Math.log10(least)));
    const step = ROUND.find(function (factor) {
      return factor * power >= least * 0.9999;
    });
    return step * power;
  }

  /** Build the printed document into #print. `extent` is a box of units. */
  W.buildPrint = function (model, paperName, extent) {
    const paper = PAPERS[paperName];
    const root = W.empty(W.byId("print"));
    root.className = paperName;
    root.appendChild(mapPage(model, paper, extent));
    if (model.grids.length) root.appendChild(tablePages(model));
    if (model.data.certificate) {
      root.appendChild(
        W.el("section", { class: "cert-page" }, W.certificate(model, null))
      );
    }
  };

  function mapPage(model, paper, extent) {
    const width = paper.width - paper.side - GAP;
    const height = paper.height - HEAD - FOOT;
    const view = W.printView(model, extent, width, height);
    const page = W.el(
      "section",
      { class: "map-page" },
      heading(model),
      W.el(
        "div",
        { class: "print-body" },
        W.el("div", { class: "print-map" }, canvas(model, view)),
        side(model, view, paper)
      ),
      W.el("footer", {}, footer(model))
    );
    page.style.height = paper.height - 0.5 + "mm";
    page.querySelector(".print-body").style.height = height + "mm";
    page.querySelector(".print-side").style.width = paper.side + "mm";
    page.querySelector(".print-map").style.width = width + "mm";
    return page;
  }

  /**
   * Draw the map as a picture. Chromium replays a canvas that was drawn while the
   * print began, and 1.5 % too small, which would spoil the scale; a bitmap it
   * places exactly.
   */
  function canvas(model, view) {
    const width = Math.round(view.width * view.ratio);
    const height = Math.round(view.height * view.ratio);
    const shown = W.el("canvas", { width: width, height: height });
    const drawn = window.OffscreenCanvas
      ? new window.OffscreenCanvas(width, height)
      : shown;
    const ctx = drawn.getContext("2d");
    ctx.fillStyle = model.theme.tokens.canvas;
    ctx.fillRect(0, 0, width, height);
    ctx.setTransform(width / view.width, 0, 0, height / view.height, 0, 0);
    W.paint(ctx, model, view);
    if (drawn !== shown) {
      shown.getContext("bitmaprenderer").transferFromImageBitmap(
        drawn.transferToImageBitmap()
      );
    }
    return shown;
  }

  function heading(model) {
    return W.el(
      "header",
      {},
      W.el("h1", {}, model.data.title),
      W.el("p", {}, W.t("page.kind")),
      model.data.made_up && W.el("strong", {}, W.t("mark.made_up"))
    );
  }

  function side(model, view, paper) {
    const certificate = model.data.certificate;
    const bar = W.el("div", { class: "scale" });
    W.scaleBar(bar, view.scale / 1000, paper.side - 26, "mm");
    return W.el(
      "aside",
      { class: "print-side" },
      W.el(
        "div",
        { class: "print-scale" },
        W.northArrow(),
        W.el(
          "div",
          {},
          W.el("p", {}, W.t("print.scale", { n: W.number(view.scale) })),
          bar
        )
      ),
      W.el("h2", {}, W.t("print.summary")),
      summary(model),
      W.el("h2", {}, W.t("legend.title")),
      W.legend(model),
      W.el("h2", {}, W.t("cert.panel") + " · " + W.verdict(model)),
      W.checkList(model),
      certificate &&
        W.el(
          "p",
          { class: "print-hash" },
          W.t("cert.hash") + " " + certificate.plan_hash.slice(0, 16)
        ),
      signatures()
    );
  }

  function summary(model) {
    const total = model.total;
    return W.el(
      "ul",
      { class: "print-summary" },
      W.el(
        "li",
        {},
        W.t("cert.grids.value", {
          n: W.number(total.n),
          resident: W.number(total.resident),
          exclusive: W.number(total.exclusive),
          reserved: W.number(total.reserved),
        })
      ),
      W.el(
        "li",
        {},
        W.t(total.estimated ? "cert.households.estimated" : "cert.households.value", {
          n: W.number(total.households),
          estimated: W.number(total.estimated),
        })
      ),
      W.el("li", {}, W.t("cert.standard.value", { low: model.low, high: model.high })),
      W.el("li", {}, W.t("filter.out") + " " + W.number(model.out.length))
    );
  }

  function footer(model) {
    return [
      model.data.made_up && W.t("mark.made_up.long"),
      W.estimateNote(model),
      model.data.attribution,
    ]
      .filter(Boolean)
      .join("  ·  ");
  }

  function signatures() {
    return W.el(
      "div",
      { class: "print-sign" },
      ["cert.drafted", "cert.reviewed", "cert.date", "cert.seal"].map(function (key) {
        return W.el("p", {}, W.t(key), W.el("span", {}));
      })
    );
  }

  const COLUMNS = [
    "number",
    "code",
    "name",
    "type",
    "households",
    "off",
    "buildings",
    "area",
    "shape",
    "street",
    "reason",
  ];

  function tablePages(model) {
    return W.el(
      "section",
      { class: "table-pages" },
      W.el("h2", {}, W.t("print.table")),
      W.el(
        "table",
        { class: "grid-table" },
        W.el(
          "thead",
          {},
          W.el(
            "tr",
            {},
            COLUMNS.map(function (name) {
              return W.el("th", { scope: "col", class: "col-" + name }, W.t("table." + name));
            })
          )
        ),
        W.el("tbody", {}, model.grids.map(gridRow))
      )
    );
  }

  function gridRow(grid) {
    const values = {
      number: grid.number,
      code: grid.code,
      name: grid.name,
      type: W.t("type." + grid.type + ".short"),
      households: W.number(grid.households) + (grid.estimated ? " ≈" : ""),
      off: W.offMark(grid),
      buildings: W.number(grid.buildings),
      area: W.hectares(grid.area_m2),
      shape: W.number(grid.compactness, 2),
      street: grid.street_share === null ? "–" : W.number(grid.street_share * 100),
      reason: grid.off ? (W.lang === "zh" ? grid.reason_zh : grid.reason_en) : "",
    };
    return W.el(
      "tr",
      { class: grid.off > 0 ? "above" : grid.off < 0 ? "below" : "" },
      COLUMNS.map(function (name) {
        return W.el("td", { class: "col-" + name }, values[name]);
      })
    );
  }
})(window.Wangge);
