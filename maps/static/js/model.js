// The plan as the page uses it: grids as objects, neighbours, who is out of band.
(function (W) {
  "use strict";

  /** Build the model from the page's JSON. */
  W.buildModel = function (data) {
    const model = {
      data: data,
      low: data.low,
      high: data.high,
      theme: data.theme,
      grids: buildGrids(data),
      communities: buildCommunities(data.communities),
      shapes: {
        grids: W.decodeShapes(data.grids.shapes),
        communities: W.decodeShapes(data.communities.shapes),
        cells: W.decodeShapes(data.cells.shapes),
        seams: W.decodeShapes(data.seams.shapes),
        streets: W.decodeShapes(data.streets.shapes),
        buildings: W.decodeShapes(data.buildings.shapes),
      },
      streetRank: W.decodeCounts(data.streets.rank),
      streetName: W.decodeCounts(data.streets.name),
      streetNames: data.streets.names,
      buildingHouseholds: W.decodeCounts(data.buildings.households),
      seamKind: data.seams.kind,
      seamNone: data.seams.kinds.indexOf("none"),
    };
    model.index = {};
    Object.keys(model.shapes).forEach(function (name) {
      model.index[name] = W.buckets(model.shapes[name], 4000);
    });
    W.linkNeighbours(
      data.seams.left.map(function (left, s) {
        return {
          left: model.grids[left],
          right: model.grids[data.seams.right[s]],
          kind: data.seams.kinds[data.seams.kind[s]],
          length_m: data.seams.length_m[s],
        };
      })
    );
    model.out = model.grids.filter(function (grid) {
      return grid.off !== 0;
    });
    model.total = W.totals(model.grids);
    return model;
  };

  function buildGrids(data) {
    const columns = data.grids;
    return columns.code.map(function (code, i) {
      const grid = { id: i, neighbours: [] };
      Object.keys(columns).forEach(function (name) {
        if (name !== "shapes") grid[name] = columns[name][i];
      });
      grid.off = W.offBand(grid, data.low, data.high);
      return grid;
    });
  }

  /** How many households a grid has above the band; negative below, 0 inside. */
  W.offBand = function (grid, low, high) {
    if (grid.type !== "resident") return 0;
    if (grid.households > high) return grid.households - high;
    return Math.min(0, grid.households - low);
  };

  function buildCommunities(columns) {
    return columns.code.map(function (code, i) {
      return { code: code, name: columns.name[i] || code, label: columns.label[i] };
    });
  }

  /** Give grids their neighbours, longest shared border first, from the seams. */
  W.linkNeighbours = function (seams) {
    const shared = new Map();
    const joined = new Set();
    seams.forEach(function (seam) {
      if (!seam.left || !seam.right) return;
      add(seam.left, seam.right, seam);
      add(seam.right, seam.left, seam);
    });
    function add(from, to, seam) {
      const key = from.id + ":" + to.id;
      let link = shared.get(key);
      joined.add(from);
      if (!link) {
        link = { grid: to, length: 0, longest: 0, kind: "" };
        shared.set(key, link);
        from.neighbours.push(link);
      }
      link.length += seam.length_m;
      if (seam.length_m > link.longest) {
        link.longest = seam.length_m;
        link.kind = seam.kind;
      }
    }
    joined.forEach(function (grid) {
      grid.neighbours.sort(function (a, b) {
        return b.length - a.length || a.grid.id - b.grid.id;
      });
    });
  };

  W.totals = function (grids) {
    const total = { n: grids.length, households: 0, estimated: 0, buildings: 0, out: 0 };
    ["resident", "exclusive", "reserved"].forEach(function (type) {
      total[type] = 0;
    });
    grids.forEach(function (grid) {
      total[grid.type] += 1;
      total.households += grid.households;
      total.estimated += grid.estimated;
      total.buildings += grid.buildings;
      total.out += grid.off === 0 ? 0 : 1;
    });
    return total;
  };

  /** Return the grid at a point, or null. */
  W.gridAt = function (model, x, y) {
    let found = null;
    W.eachIn(model.index.grids, [x, y, x, y], function (f) {
      if (!found && W.contains(model.shapes.grids, f, x, y)) found = model.grids[f];
    });
    return found;
  };

  /** Name of the community of a grid, "" where there is none. */
  W.communityName = function (model, grid) {
    return grid.community < 0 ? "" : model.communities[grid.community].name;
  };

  /** Households of some grids, and how many of them are estimates. */
  W.householdText = function (total) {
    const key = !total.estimated
      ? "value"
      : total.estimated >= total.households
        ? "all"
        : "estimated";
    return W.t("cert.households." + key, {
      n: W.number(total.households),
      estimated: W.number(total.estimated),
    });
  };

  /** Say how many communities a plan has. */
  W.countCommunities = function (model) {
    const n = model.communities.length;
    return n === 1 ? W.t("bar.community") : W.t("bar.communities", { n: W.number(n) });
  };

  /** Words for where a grid stands to the band: "▲ 12" or "▼ 19". */
  W.offMark = function (grid) {
    if (grid.off === 0) return "";
    return (grid.off > 0 ? "▲" : "▼") + " " + W.number(Math.abs(grid.off));
  };
})(window.Wangge);
