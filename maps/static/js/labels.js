// Places labels so that none covers another; what matters most is placed first.
(function (W) {
  "use strict";

  const FONT =
    '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",' +
    "system-ui,sans-serif";

  /** Return the page's type in a size, for a canvas. */
  function font(size, weight) {
    return (weight || 400) + " " + size + "px " + FONT;
  }
  W.font = font;
  W.font = font;

  /** Boxes already taken, in buckets of 64 pixels. */
  function Room() {
    this.cells = new Map();
  }

  Room.prototype.take = function (box) {
    const cells = this.cells;
    const keys = [];
    for (let i = Math.floor(box[0] / 64); i <= Math.floor(box[2] / 64); i++) {
      for (let j = Math.floor(box[1] / 64); j <= Math.floor(box[3] / 64); j++) {
        keys.push(i + ":" + j);
      }
    }
    const busy = keys.some(function (key) {
      return (cells.get(key) || []).some(function (other) {
        return (
          box[0] < other[2] &&
          box[2] > other[0] &&
          box[1] < other[3] &&
          box[3] > other[1]
        );
      });
    });
    if (busy) return false;
    keys.forEach(function (key) {
      const list = cells.get(key);
      if (list) list.push(box);
      else cells.set(key, [box]);
    });
    return true;
  };

  /** Draw community names, grid labels, street names and building counts. */
  W.paintLabels = function (ctx, model, view, box) {
    const room = new Room();
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    const seen = gridsInView(model, view, box);
    const several = model.communities.length > 1;
    const far = median(seen) < 24 * view.ink;
    if (several && far) communityLabels(ctx, model, view, room);
    seen.forEach(function (item) {
      gridLabel(ctx, model, view, room, item);
    });
    if (several && !far) communityLabels(ctx, model, view, room);
    streetLabels(ctx, model, view, box, room);
    buildingLabels(ctx, model, view, box, room);
  };

  function at(view, label) {
    return { x: label[0] * view.k + view.x, y: view.y - label[1] * view.k };
  }

  function gridsInView(model, view, box) {
    const seen = [];
    W.eachIn(model.index.grids, box, function (f) {
      const grid = model.grids[f];
      const spot = at(view, grid.label);
      if (spot.x < 0 || spot.y < 0 || spot.x > view.width || spot.y > view.height) {
        return;
      }
      seen.push({ grid: grid, spot: spot, radius: grid.label[2] * view.k });
    });
    return seen.sort(function (a, b) {
      return (
        Math.abs(b.grid.off) - Math.abs(a.grid.off) ||
        b.radius - a.radius ||
        a.grid.id - b.grid.id
      );
    });
  }

  function median(seen) {
    if (!seen.length) return Infinity;
    const radii = seen
      .map(function (item) {
        return item.radius;
      })
      .sort(function (a, b) {
        return a - b;
      });
    return radii[radii.length >> 1];
  }

  function gridLabel(ctx, model, view, room, item) {
    const radius = item.radius / view.ink;
    if (radius > 21) boxLabel(ctx, model, view, room, item);
    else if (radius > 9) plainLabel(ctx, model, view, room, item);
    else if (item.grid.off) mark(ctx, model, view, room, item);
  }

  function bandColor(model, grid) {
    if (grid.off > 0) return model.theme.band.above;
    return grid.off < 0 ? model.theme.band.below : null;
  }

  /** How wide words may be, in radii of the largest circle in a grid; else the number
   * stands alone. */
  const ROOMY = 1.8;

  /** The label of planner's maps: number over households on a white plate. */
  function boxLabel(ctx, model, view, room, item) {
    const grid = item.grid;
    const ink = view.ink;
    const large = item.radius / ink > 34 ? 1 : 0.86;
    const size = 14 * ink * large;
    ctx.font = font(size, 600);
    const upper = ctx.measureText(grid.number).width;
    ctx.font = font(size * 0.88);
    let below = caption(grid, "short.households");
    if (ctx.measureText(below).width > ROOMY * item.radius) {
      below = caption(grid, "label.households");
    }
    const wide = Math.max(upper, ctx.measureText(below).width) + 14 * ink * large;
    const tall = 38 * ink * large;
    const plate = [
      item.spot.x - wide / 2,
      item.spot.y - tall / 2,
      item.spot.x + wide / 2,
      item.spot.y + tall / 2,
    ];
    if (!room.take(plate)) {
      plainLabel(ctx, model, view, room, item);
      return;
    }
    const color = bandColor(model, grid);
    rounded(ctx, plate, 4 * ink);
    ctx.fillStyle = "rgba(255,255,255,0.93)";
    ctx.fill();
    ctx.lineWidth = ink * (color ? 1.5 : 1);
    ctx.strokeStyle = color || "#c3d0dd";
    ctx.stroke();
    ctx.fillStyle = model.theme.tokens.ink;
    ctx.font = font(size, 600);
    ctx.fillText(grid.number, item.spot.x, item.spot.y - 8.2 * ink * large);
    ctx.fillStyle = color || model.theme.tokens.muted;
    ctx.font = font(size * 0.88);
    ctx.fillText(below, item.spot.x, item.spot.y + 9.2 * ink * large);
  }

  function caption(grid, words) {
    if (grid.type !== "resident" && grid.households === 0) {
      return W.t("type." + grid.type + ".short");
    }
    const mark = grid.off > 0 ? "▲ " : grid.off < 0 ? "▼ " : "";
    return mark + W.t(words, { n: W.number(grid.households) });
  }

  function plainLabel(ctx, model, view, room, item) {
    const size = 11.5 * view.ink;
    const grid = item.grid;
    const text = (grid.off > 0 ? "▲" : grid.off < 0 ? "▼" : "") + grid.number;
    ctx.font = font(size, 600);
    const half = ctx.measureText(text).width / 2 + 2 * view.ink;
    const spot = item.spot;
    const tall = size * 0.65;
    if (!room.take([spot.x - half, spot.y - tall, spot.x + half, spot.y + tall])) return;
    halo(ctx, text, spot.x, spot.y, bandColor(model, grid) || "#334e68", view.ink * 3);
  }

  function mark(ctx, model, view, room, item) {
    const s = 4.2 * view.ink;
    const spot = item.spot;
    if (!room.take([spot.x - s, spot.y - s, spot.x + s, spot.y + s])) return;
    const up = item.grid.off > 0 ? 1 : -1;
    ctx.beginPath();
    ctx.moveTo(spot.x, spot.y - s * up);
    ctx.lineTo(spot.x + s, spot.y + s * 0.8 * up);
    ctx.lineTo(spot.x - s, spot.y + s * 0.8 * up);
    ctx.closePath();
    ctx.lineWidth = 2 * view.ink;
    ctx.strokeStyle = "#ffffff";
    ctx.stroke();
    ctx.fillStyle = bandColor(model, item.grid);
    ctx.fill();
  }

  function communityLabels(ctx, model, view, room) {
    const size = 14 * view.ink;
    ctx.font = font(size, 600);
    model.communities.forEach(function (community) {
      const spot = at(view, community.label);
      const half = ctx.measureText(community.name).width / 2 + 4 * view.ink;
      if (!community.name || half > community.label[2] * view.k * 1.6) return;
      const tops = [0, -30 * view.ink, 30 * view.ink, -56 * view.ink, 56 * view.ink];
      tops.some(function (shift) {
        const y = spot.y + shift;
        const box = [spot.x - half, y - size * 0.7, spot.x + half, y + size * 0.7];
        if (!room.take(box)) return false;
        halo(ctx, community.name, spot.x, y, "#102a43", 4 * view.ink);
        return true;
      });
    });
  }

  /** Write a text on a white edge. */
  function halo(ctx, text, x, y, color, width) {
    ctx.lineWidth = width;
    ctx.strokeStyle = "rgba(255,255,255,0.92)";
    ctx.lineJoin = "round";
    ctx.strokeText(text, x, y);
    ctx.fillStyle = color;
    ctx.fillText(text, x, y);
  }

  W.halo = halo;

  function rounded(ctx, box, r) {
    ctx.beginPath();
    ctx.moveTo(box[0] + r, box[1]);
    ctx.arcTo(box[2], box[1], box[2], box[3], r);
    ctx.arcTo(box[2], box[3], box[0], box[3], r);
    ctx.arcTo(box[0], box[3], box[0], box[1], r);
    ctx.arcTo(box[0], box[1], box[2], box[1], r);
    ctx.closePath();
  }

  const NAMED_BELOW = [5, 1.7, 0.7];

  /** Write a street's name along its longest nearly straight stretch in view. */
  function streetLabels(ctx, model, view, box, room) {
    if (view.mpp > NAMED_BELOW[0]) return;
    const found = [];
    W.eachIn(model.index.streets, box, function (f) {
      const name = model.streetNames[model.streetName[f]];
      const rank = model.streetRank[f];
      if (name && view.mpp < NAMED_BELOW[rank]) {
        found.push({ f: f, name: name, rank: rank });
      }
    });
    found.sort(function (a, b) {
      return a.rank - b.rank || a.f - b.f;
    });
    const said = new Map();
    found.forEach(function (street) {
      const size = (street.rank === 0 ? 12 : 11) * view.ink;
      ctx.font = font(size);
      const wide = ctx.measureText(street.name).width;
      const run = longestRun(model.shapes.streets, street.f, view);
      if (!run || run.length < wide * 1.15) return;
      const near = (said.get(street.name) || []).some(function (spot) {
        return Math.hypot(spot.x - run.x, spot.y - run.y) < 320 * view.ink;
      });
      if (near) return;
      const w = (Math.abs(Math.cos(run.angle)) * wide) / 2 + size * 0.5;
      const h = (Math.abs(Math.sin(run.angle)) * wide) / 2 + size * 0.5;
      if (!room.take([run.x - w, run.y - h, run.x + w, run.y + h])) return;
      said.set(street.name, (said.get(street.name) || []).concat([run]));
      ctx.save();
      ctx.translate(run.x, run.y);
      ctx.rotate(run.angle);
      halo(ctx, street.name, 0, 0, "#52606d", 3 * view.ink);
      ctx.restore();
    });
  }

  /** The longest stretch whose chord is nearly as long as its path. */
  function longestRun(shapes, f, view) {
    let best = null;
    for (let p = shapes.first[f]; p < shapes.first[f + 1]; p++) {
      let from = null;
      let path = 0;
      let last = null;
      for (let i = shapes.start[p]; i < shapes.start[p + 1]; i++) {
        const point = {
          x: shapes.x[i] * view.k + view.x,
          y: view.y - shapes.y[i] * view.k,
        };
        const seen =
          point.x > 0 && point.y > 0 && point.x < view.width && point.y < view.height;
        if (from) {
          const step = Math.hypot(point.x - last.x, point.y - last.y);
          const chord = Math.hypot(point.x - from.x, point.y - from.y);
          if (chord < 0.975 * (path + step)) {
            from = last;
            path = 0;
          }
          path += step;
          const run = clipRun(from, point, view);
          if (run && (!best || run.length > best.length)) best = run;
        }
        if (!from || (!seen && !clipRun(from, point, view))) {
          from = point;
          path = 0;
        }
        last = point;
      }
    }
    return best;
  }

  /** The part of a straight stretch inside the view, as middle, length, angle. */
  function clipRun(a, b, view) {
    let t0 = 0;
    let t1 = 1;
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const sides = [
      [-dx, a.x],
      [dx, view.width - a.x],
      [-dy, a.y],
      [dy, view.height - a.y],
    ];
    for (let s = 0; s < 4; s++) {
      const d = sides[s][0];
      const q = sides[s][1];
      if (d === 0) {
        if (q < 0) return null;
      } else if (d < 0) {
        t0 = Math.max(t0, q / d);
      } else {
        t1 = Math.min(t1, q / d);
      }
    }
    if (t0 >= t1) return null;
    const middle = (t0 + t1) / 2;
    let angle = Math.atan2(dy, dx);
    if (angle > Math.PI / 2) angle -= Math.PI;
    if (angle < -Math.PI / 2) angle += Math.PI;
    return {
      x: a.x + dx * middle,
      y: a.y + dy * middle,
      length: Math.hypot(dx, dy) * (t1 - t0),
      angle: angle,
    };
  }

  /** Households on each building, once there is room to read them. */
  function buildingLabels(ctx, model, view, box, room) {
    if (view.mpp > 0.45) return;
    const shapes = model.shapes.buildings;
    const size = 10 * view.ink;
    ctx.font = font(size);
    W.eachIn(model.index.buildings, box, function (f) {
      const count = model.buildingHouseholds[f];
      if (!count) return;
      const b = shapes.box.subarray(4 * f, 4 * f + 4);
      const x = ((b[0] + b[2]) / 2) * view.k + view.x;
      const y = view.y - ((b[1] + b[3]) / 2) * view.k;
      const isPoint = b[2] === b[0];
      if (!isPoint && (b[2] - b[0]) * view.k < 20 * view.ink) return;
      if (!room.take([x - size, y - size * 0.6, x + size, y + size * 0.6])) return;
      halo(ctx, W.number(count), x, y, "#334e68", 2.5 * view.ink);
    });
  }
})(window.Wangge);
