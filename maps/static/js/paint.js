// Draws the plan on a canvas for a view; the screen and the printed sheet share it.
// A view: k pixels a unit, x and y of the origin in pixels, width, height,
// mpp = ground metres a CSS pixel, ink = line scale (1 on screen, more in print).
(function (W) {
  "use strict";

  const MIN_STEP = 0.7;

  /** Add a feature to the current path; points nearer than MIN_STEP are skipped. */
  W.trace = function (ctx, shapes, f, view, close) {
    const k = view.k;
    for (let p = shapes.first[f]; p < shapes.first[f + 1]; p++) {
      const from = shapes.start[p];
      const to = shapes.start[p + 1];
      let lastX = shapes.x[from] * k + view.x;
      let lastY = view.y - shapes.y[from] * k;
      ctx.moveTo(lastX, lastY);
      for (let i = from + 1; i < to; i++) {
        const x = shapes.x[i] * k + view.x;
        const y = view.y - shapes.y[i] * k;
        const near =
          Math.abs(x - lastX) < MIN_STEP && Math.abs(y - lastY) < MIN_STEP;
        if (near && i < to - 1) continue;
        ctx.lineTo(x, y);
        lastX = x;
        lastY = y;
      }
      if (close) ctx.closePath();
    }
  };

  // A path of many features is slow to fill; some at a time are not.
  const BATCH = 48;

  /** Draw many features in batches: trace each, then call draw. */
  function inBatches(ctx, features, trace, draw) {
    for (let n = 0; n < features.length; n += BATCH) {
      ctx.beginPath();
      const end = Math.min(features.length, n + BATCH);
      for (let i = n; i < end; i++) trace(features[i]);
      draw();
    }
  }

  function listIn(index, box) {
    const list = [];
    W.eachIn(index, box, function (f) {
      list.push(f);
    });
    return list;
  }

  /** Return the box of a view in units, a little wider than what is seen. */
  W.viewBox = function (view) {
    const edge = 24 / view.k;
    return [
      -view.x / view.k - edge,
      (view.y - view.height) / view.k - edge,
      (view.width - view.x) / view.k + edge,
      view.y / view.k + edge,
    ];
  };

  /** Draw everything below the selection. */
  W.paint = function (ctx, model, view) {
    W.paintFills(ctx, model, view);
    if (view.mpp < 2.2) W.paintCells(ctx, model, view);
    const box = W.viewBox(view);
    paintStreets(ctx, model, view, box);
    if (showsBuildings(model, view)) paintBuildings(ctx, model, view, box);
    W.paintBorders(ctx, model, view);
    W.paintLabels(ctx, model, view, box);
  };

  function roundPen(ctx) {
    ctx.lineJoin = "round";
    ctx.lineCap = "round";
  }

  /** What lies below streets and buildings: the ground and the grids' fills. */
  W.paintFills = function (ctx, model, view) {
    const box = W.viewBox(view);
    roundPen(ctx);
    paintGround(ctx, model, view, box);
    paintGrids(ctx, model, view, box);
  };

  /** What lies above them: seams, marks of the band, outlines of communities. */
  W.paintBorders = function (ctx, model, view) {
    const box = W.viewBox(view);
    roundPen(ctx);
    paintSeams(ctx, model, view, box);
    paintBandEdges(ctx, model, view, box);
    paintCommunities(ctx, model, view, box);
  };

  function showsBuildings(model, view) {
    return view.mpp < 2.6 || (view.mpp < 9 && model.shapes.buildings.n < 20000);
  }

  function paintGround(ctx, model, view, box) {
    ctx.beginPath();
    W.eachIn(model.index.communities, box, function (f) {
      W.trace(ctx, model.shapes.communities, f, view, true);
    });
    ctx.fillStyle = model.theme.tokens.paper;
    ctx.fill("evenodd");
  }

  function paintGrids(ctx, model, view, box) {
    const patterns = W.patterns(ctx, model.theme, view);
    W.eachIn(model.index.grids, box, function (f) {
      const grid = model.grids[f];
      ctx.beginPath();
      W.trace(ctx, model.shapes.grids, f, view, true);
      if (grid.type === "resident") {
        ctx.fillStyle = model.theme.tints[grid.color];
        ctx.fill("evenodd");
      } else {
        ctx.fillStyle = patterns[grid.type].wash;
        ctx.fill("evenodd");
        ctx.fillStyle = patterns[grid.type].texture;
        ctx.fill("evenodd");
      }
    });
  }

  const TILE_SIDES = { exclusive: 9, reserved: 8 };

  /** Return a canvas with one tile of the hatch or the dots of a type. */
  W.patternTile = function (theme, type, ink, ratio) {
    const side = Math.round(TILE_SIDES[type] * ink);
    const tile = document.createElement("canvas");
    tile.width = tile.height = Math.max(2, Math.round(side * ratio));
    const pen = tile.getContext("2d");
    pen.scale(tile.width / side, tile.width / side);
    pen.strokeStyle = pen.fillStyle = theme.types[type];
    pen.globalAlpha = 0.6;
    pen.beginPath();
    if (type === "exclusive") {
      pen.lineWidth = ink;
      for (let d = -side; d <= side; d += side) {
        pen.moveTo(d - 2, side + 2);
        pen.lineTo(d + side + 2, -2);
      }
      pen.stroke();
    } else {
      pen.arc(side / 2, side / 2, 1.1 * ink, 0, 2 * Math.PI);
      pen.fill();
    }
    return tile;
  };

  /** Hatch and dots, fixed to the ground so that they do not swim on a pan. */
  W.patterns = function (ctx, theme, view) {
    const made = {};
    Object.keys(TILE_SIDES).forEach(function (type) {
      const side = Math.round(TILE_SIDES[type] * view.ink);
      const tile = W.patternTile(theme, type, view.ink, view.ratio);
      const texture = ctx.createPattern(tile, "repeat");
      const shrink = side / tile.width;
      texture.setTransform(
        new DOMMatrix([shrink, 0, 0, shrink, view.x % side, view.y % side])
      );
      made[type] = { wash: theme.types[type] + "40", texture: texture };
    });
    return made;
  };

  W.paintCells = function (ctx, model, view) {
    const box = W.viewBox(view);
    roundPen(ctx);
    ctx.strokeStyle = "rgba(72,101,129,0.2)";
    ctx.lineWidth = 0.6 * view.ink;
    inBatches(
      ctx,
      listIn(model.index.cells, box),
      function (f) {
        W.trace(ctx, model.shapes.cells, f, view, true);
      },
      function () {
        ctx.stroke();
      }
    );
  };

  // Per rank: ground width in metres, least and most pixels, shown below this mpp.
  const STREET_STYLE = [
    { metres: 13, least: 1.6, most: 16, until: 60 },
    { metres: 7.5, least: 0.9, most: 10, until: 14 },
    { metres: 3.2, least: 0.7, most: 4, until: 2.6 },
  ];

  function paintStreets(ctx, model, view, box) {
    const ranks = [[], [], []];
    W.eachIn(model.index.streets, box, function (f) {
      ranks[model.streetRank[f]].push(f);
    });
    [2, 1, 0].forEach(function (rank) {
      const style = STREET_STYLE[rank];
      if (view.mpp > style.until || !ranks[rank].length) return;
      const width = Math.min(
        style.most,
        Math.max(style.least, style.metres / view.mpp / view.ink)
      );
      const passes =
        width > 2
          ? [
              ["#c3ced9", width + 1.2],
              ["#ffffff", width],
            ]
          : [[rank === 2 ? "#dfe6ed" : "#cbd5df", width]];
      passes.forEach(function (pass) {
        ctx.strokeStyle = pass[0];
        ctx.lineWidth = pass[1] * view.ink;
        inBatches(
          ctx,
          ranks[rank],
          function (f) {
            W.trace(ctx, model.shapes.streets, f, view, false);
          },
          function () {
            ctx.stroke();
          }
        );
      });
    });
  }

  function paintBuildings(ctx, model, view, box) {
    const shapes = model.shapes.buildings;
    const least = 1.4 / view.k;
    const kinds = [[], []];
    W.eachIn(model.index.buildings, box, function (f) {
      kinds[model.buildingHouseholds[f] > 0 ? 1 : 0].push(f);
    });
    kinds.forEach(function (features, homes) {
      ctx.fillStyle = homes ? "rgba(98,116,135,0.62)" : "rgba(130,146,163,0.34)";
      inBatches(
        ctx,
        features,
        function (f) {
          const at = 4 * f;
          const wide = shapes.box[at + 2] - shapes.box[at];
          const tall = shapes.box[at + 3] - shapes.box[at + 1];
          if (wide === 0 && tall === 0) dot(ctx, shapes, f, view);
          else if (wide > least || tall > least) W.trace(ctx, shapes, f, view, true);
        },
        function () {
          ctx.fill("evenodd");
        }
      );
    });
  }

  function dot(ctx, shapes, f, view) {
    const i = shapes.start[shapes.first[f]];
    const side = Math.max(2, 10 / view.mpp);
    const x = shapes.x[i] * view.k + view.x;
    const y = view.y - shapes.y[i] * view.k;
    ctx.rect(x - side / 2, y - side / 2, side, side);
  }

  function paintSeams(ctx, model, view, box) {
    const shapes = model.shapes.seams;
    const wide = view.mpp < 3 ? 2 : view.mpp < 8 ? 1.5 : view.mpp < 20 ? 1 : 0.7;
    [true, false].forEach(function (onStreet) {
      ctx.strokeStyle = onStreet ? model.theme.seams.street : model.theme.seams.none;
      ctx.lineWidth = (onStreet ? wide : wide * 0.9) * view.ink;
      ctx.lineCap = onStreet ? "round" : "butt";
      const dash = view.mpp < 8 ? [6, 4] : [3, 2];
      ctx.setLineDash(
        onStreet
          ? []
          : dash.map(function (part) {
              return part * view.ink;
            })
      );
      inBatches(
        ctx,
        listIn(model.index.seams, box).filter(function (f) {
          return (model.seamKind[f] !== model.seamNone) === onStreet;
        }),
        function (f) {
          W.trace(ctx, shapes, f, view, false);
        },
        function () {
          ctx.stroke();
        }
      );
    });
    ctx.setLineDash([]);
    ctx.lineCap = "round";
    if (shapes.n === 0) outlineGrids(ctx, model, view, box, wide);
  }

  function outlineGrids(ctx, model, view, box, wide) {
    ctx.beginPath();
    W.eachIn(model.index.grids, box, function (f) {
      W.trace(ctx, model.shapes.grids, f, view, true);
    });
    ctx.strokeStyle = model.theme.seams.street;
    ctx.lineWidth = wide * view.ink;
    ctx.stroke();
  }

  const BAND_WASH = 0.16;

  /** Mark grids out of band by a coloured line just inside their outline, and a wash. */
  function paintBandEdges(ctx, model, view, box) {
    const wide = view.mpp < 3 ? 5 : view.mpp < 8 ? 3.5 : 2;
    model.out.forEach(function (grid) {
      const at = 4 * grid.id;
      const b = model.shapes.grids.box;
      if (b[at] > box[2] || b[at + 2] < box[0]) return;
      if (b[at + 1] > box[3] || b[at + 3] < box[1]) return;
      W.strokeInside(ctx, model, grid, view, {
        color: grid.off > 0 ? model.theme.band.above : model.theme.band.below,
        width: Math.min(wide * view.ink, 0.4 * grid.label[2] * view.k),
        wash: BAND_WASH,
      });
    });
  }

  W.strokeInside = function (ctx, model, grid, view, style) {
    ctx.save();
    ctx.beginPath();
    W.trace(ctx, model.shapes.grids, grid.id, view, true);
    ctx.clip("evenodd");
    if (style.wash) {
      ctx.globalAlpha = style.wash;
      ctx.fillStyle = style.color;
      ctx.fill("evenodd");
      ctx.globalAlpha = 1;
    }
    ctx.strokeStyle = style.color;
    ctx.lineWidth = 2 * style.width;
    ctx.stroke();
    ctx.restore();
  };

  function paintCommunities(ctx, model, view, box) {
    if (!model.shapes.communities.n) return;
    ctx.beginPath();
    W.eachIn(model.index.communities, box, function (f) {
      W.trace(ctx, model.shapes.communities, f, view, true);
    });
    ctx.strokeStyle = "#102a43";
    ctx.lineWidth = (view.mpp < 8 ? 3 : 2) * view.ink;
    ctx.stroke();
  }
})(window.Wangge);
