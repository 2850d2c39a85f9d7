// What could be drawn instead of a grid outside the band: listed on its card, and
// shown on the map over the plan.
(function (W) {
  "use strict";

  const INK = "#6a3d9a";
  const WASH = "rgba(240,234,247,0.94)";

  /** Give the model its alternatives, shapes decoded once. */
  W.buildAlternatives = function (data) {
    return (data.alternatives || []).map(function (other, id) {
      return Object.assign({}, other, { id: id, shapes: W.decodeShapes(other.shapes) });
    });
  };

  W.alternativesOf = function (model, grid) {
    return model.alternatives.filter(function (other) {
      return other.grid === grid.id;
    });
  };

  /** The box of all grids an alternative changes, with some air. */
  W.alternativeBox = function (other) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    const all = other.shapes.box;
    for (let i = 0; i < all.length; i += 4) {
      box[0] = Math.min(box[0], all[i]);
      box[1] = Math.min(box[1], all[i + 1]);
      box[2] = Math.max(box[2], all[i + 2]);
      box[3] = Math.max(box[3], all[i + 3]);
    }
    const x = (box[2] - box[0]) * 0.2;
    const y = (box[3] - box[1]) * 0.2;
    return [box[0] - x, box[1] - y, box[2] + x, box[3] + y];
  };

  /** The section of a card: a button for each, pressed while it is shown. */
  W.alternativeList = function (others, act, trial) {
    return W.el(
      "section",
      { class: "others" },
      W.el("h3", {}, W.t("card.others")),
      W.el("p", { class: "note" }, W.t("card.others.hint")),
      W.el(
        "ul",
        {},
        others.map(function (other) {
          return W.el("li", {}, choice(other, act, other === trial));
        })
      )
    );
  };

  function choice(other, act, shown) {
    return W.el(
      "button",
      {
        type: "button",
        id: "other-" + other.id,
        "aria-pressed": String(shown),
        title: other.file,
        onclick: function () {
          act.tryOut(other);
        },
      },
      W.el("span", {}, W.lang === "zh" ? other.text_zh : other.text_en),
      W.el("span", { class: "figures" }, figures(other).join(" · "))
    );
  }

  function figures(other) {
    const told = [
      W.t("other.held", { fewest: W.number(other.fewest), most: W.number(other.most) }),
      W.t("other.moved", { n: W.number(other.households_moved) }),
      other.grids_out
        ? W.t("other.out", { n: W.number(other.grids_out) })
        : W.t("other.none_out"),
    ];
    if (other.certified) told.push(W.t("other.certified"));
    return told;
  }

  /** Draw the grids of an alternative over the plan: seams, numbers, households. */
  W.paintAlternative = function (ctx, model, view, other) {
    const shapes = other.shapes;
    ctx.lineJoin = "round";
    for (let f = 0; f < shapes.n; f++) {
      ctx.beginPath();
      W.trace(ctx, shapes, f, view, true);
      ctx.fillStyle = WASH;
      ctx.fill("evenodd");
    }
    [
      ["#ffffff", 6],
      [INK, 3],
    ].forEach(function (stroke) {
      ctx.strokeStyle = stroke[0];
      ctx.lineWidth = stroke[1] * view.ink;
      for (let f = 0; f < shapes.n; f++) {
        ctx.beginPath();
        W.trace(ctx, shapes, f, view, true);
        ctx.stroke();
      }
    });
    other.households.forEach(function (households, f) {
      label(ctx, view, other, f);
    });
  };

  function label(ctx, view, other, f) {
    const spot = other.label[f];
    const x = spot[0] * view.k + view.x;
    const y = view.y - spot[1] * view.k;
    const count =
      other.type[f] === "resident"
        ? W.t("short.households", { n: W.number(other.households[f]) })
        : W.t("type." + other.type[f]);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.font = W.font(15 * view.ink, 700);
    W.halo(ctx, other.number[f], x, y - 9 * view.ink, INK, 4 * view.ink);
    ctx.font = W.font(13 * view.ink, 400);
    W.halo(ctx, count, x, y + 9 * view.ink, INK, 4 * view.ink);
  }
})(window.Wangge);
