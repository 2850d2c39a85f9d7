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
  const ROUND = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

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

  /**
   * Build the printed document into #print. `extent` is a box of units, or null for
   * the whole plan and a page per community.
   */
  W.buildPrint = function (model, paperName, extent) {
    const paper = PAPERS[paperName];
    const root = W.empty(W.byId("print"));
    root.className = paperName;
    root.appendChild(mapPage(model, paper, extent || model.data.bounds, null));
    if (!extent) {
      model.communities.forEach(function (community, n) {
        const box = Array.from(model.shapes.communities.box.subarray(4 * n, 4 * n + 4));
        root.appendChild(mapPage(model, paper, box, n));
      });
    }
    if (model.grids.length) root.appendChild(tablePages(model));
    if (model.data.certificate) {
      root.appendChild(
        W.el("section", { class: "cert-page" }, W.certificate(model, null))
      );
    }
  };

  function mapPage(model, paper, extent, community) {
    const width = paper.width - paper.side - GAP;
    const height = paper.height - HEAD - FOOT;
    const view = W.printView(model, extent, width, height);
    // Pictures of many pages would make a file too big to mail.
    if (community !== null) view.ratio = 2;
    const page = W.el(
      "section",
      { class: "map-page" },
      heading(model, community),
      W.el(
        "div",
        { class: "print-body" },
        W.el("div", { class: "print-map" }, canvas(model, view, community)),
        community === null
          ? side(model, view, paper)
          : communitySide(model, view, paper, community)
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
  function canvas(model, view, community) {
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
    if (community !== null) fadeOutside(ctx, model, view, community);
    if (drawn !== shown) {
      shown.getContext("bitmaprenderer").transferFromImageBitmap(
        drawn.transferToImageBitmap()
      );
    }
    return shown;
  }

  /** Lay a veil over everything that is not this community. */
  function fadeOutside(ctx, model, view, community) {
    ctx.beginPath();
    ctx.rect(0, 0, view.width, view.height);
    W.trace(ctx, model.shapes.communities, community, view, true);
    ctx.fillStyle = "rgba(255,255,255,0.72)";
    ctx.fill("evenodd");
  }

  function heading(model, community) {
    return W.el(
      "header",
      {},
      W.el(
        "h1",
        {},
        community === null ? model.data.title : model.communities[community].name
      ),
      W.el("p", {}, community === null ? W.t("page.kind") : model.data.title),
      model.data.made_up && W.el("strong", {}, W.t("mark.made_up"))
    );
  }

  function side(model, view, paper) {
    const certificate = model.data.certificate;
    return W.el(
      "aside",
      { class: "print-side" },
      scale(view, paper),
      W.el("h2", {}, W.t("print.summary")),
      summary(model, model.total),
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

  function communitySide(model, view, paper, community) {
    const grids = model.grids.filter(function (grid) {
      return grid.community === community;
    });
    return W.el(
      "aside",
      { class: "print-side" },
      scale(view, paper),
      W.el("h2", {}, W.t("print.community")),
      summary(model, W.totals(grids)),
      W.el("h2", {}, W.t("print.grids")),
      W.el(
        "ul",
        { class: "print-grids" + (grids.length > 24 ? " dense" : "") },
        grids.map(function (grid) {
          return W.el(
            "li",
            { class: grid.off > 0 ? "above" : grid.off < 0 ? "below" : "" },
            W.sign(grid),
            W.el("b", {}, grid.number),
            W.el("span", {}, W.t("type." + grid.type + ".short")),
            W.el(
              "span",
              { class: "found" },
              W.offMark(grid) +
                " " +
                W.t("short.households", { n: W.number(grid.households) })
            )
          );
        })
      )
    );
  }

  function scale(view, paper) {
    const bar = W.el("div", { class: "scale" });
    W.scaleBar(bar, view.scale / 1000, paper.side - 26, "mm");
    return W.el(
      "div",
      { class: "print-scale" },
      W.northArrow(),
      W.el(
        "div",
        {},
        W.el("p", {}, W.t("print.scale", { n: W.number(view.scale) })),
        bar
      )
    );
  }

  function summary(model, total) {
    return W.el(
      "ul",
      { class: "print-summary" },
      [
        W.t("cert.grids.value", {
          n: W.number(total.n),
          resident: W.number(total.resident),
          exclusive: W.number(total.exclusive),
          reserved: W.number(total.reserved),
        }),
        W.householdText(total),
        W.t("cert.standard.value", { low: model.low, high: model.high }),
        W.t("print.out", { n: W.number(total.out) }),
      ].map(function (line) {
        return W.el("li", {}, line);
      })
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
