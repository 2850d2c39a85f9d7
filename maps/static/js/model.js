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
    linkNeighbours(model);
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
      grid.off = 0;
      if (grid.type === "resident") {
        if (grid.households > data.high) grid.off = grid.households - data.high;
        if (grid.households < data.low) grid.off = grid.households - data.low;
      }
      return grid;
    });
  }

  function buildCommunities(columns) {
    return columns.code.map(function (code, i) {
      return { code: code, name: columns.name[i] || code, label: columns.label[i] };
    });
  }

  function linkNeighbours(model) {
    const seams = model.data.seams;
    const shared = new Map();
    seams.left.forEach(function (left, s) {
      const right = seams.right[s];
      if (left < 0 || right < 0) return;
      add(left, right, s);
      add(right, left, s);
    });
    function add(from, to, s) {
      const key = from + ":" + to;
      let link = shared.get(key);
      if (!link) {
        link = { grid: model.grids[to], length: 0, longest: 0, kind: "" };
        shared.set(key, link);
        model.grids[from].neighbours.push(link);
      }
      link.length += seams.length_m[s];
      if (seams.length_m[s] > link.longest) {
        link.longest = seams.length_m[s];
        link.kind = seams.kinds[seams.kind[s]];
      }
    }
    model.grids.forEach(function (grid) {
      grid.neighbours.sort(function (a, b) {
        return b.length - a.length || a.grid.id - b.grid.id;
      });
    });
  }

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
