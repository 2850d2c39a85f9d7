// Finds things on the planner's page for the tests that edit.
window.find = (() => {
  const desk = () => window.Wangge.desk;
  const model = () => desk().store.get("model");
  const mesh = () => desk().bench.session.mesh;
  const residents = () => model().grids.filter((grid) => grid.type === "resident");
  /** A cell of one resident grid that may go to a neighbour, and what would not. */
  const move = (breaks) => {
    for (const grid of residents()) {
      for (let f = 0; f < mesh().count; f++) {
        const from = mesh().code[f];
        const other = model().byCode.get(from);
        if (!other || from === grid.code || other.type !== "resident") continue;
        if (!mesh().links[f].some((g) => mesh().code[g] === grid.code)) continue;
        const broken = mesh().broken(new Set([f]), grid.code);
        const parts = broken.some(({ emptied }) => !emptied);
        if (breaks ? !parts : broken.length || !mesh().cells[f].households) continue;
        return { cell: mesh().cells[f].number, place: mesh().spot(f), from, to: grid.code,
                 households: mesh().cells[f].households };
      }
    }
    return null;
  };
  const pair = () => {
    for (const a of residents()) {
      for (const b of residents()) {
        if (a !== b && mesh().areNeighbours(a.code, b.code)) return [a.code, b.code];
      }
    }
    return null;
  };
  const boxOf = (code) => {
    const { id } = model().byCode.get(code);
    return [...model().shapes.grids.box.subarray(4 * id, 4 * id + 4)];
  };
  const largest = () => residents().sort((a, b) => b.households - a.households)[0].code;
  /** The longest seam of two resident grids: places along it, and one off it. */
  const seam = (off) => {
    const long = model().parts.seams
      .map((seam, f) => ({ ...seam.properties, f }))
      .filter(({ left, right }) => [left, right].every((code) => {
        const grid = model().byCode.get(code);
        return grid && grid.type === "resident";
      }))
      .sort((a, b) => b.length_m - a.length_m)[0];
    const { first, start, x, y } = model().shapes.seams;
    const from = start[first[long.f]];
    const to = start[first[long.f] + 1];
    const lengths = [];
    for (let i = from + 1; i < to; i++) {
      lengths.push(Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]));
    }
    const all = lengths.reduce((sum, length) => sum + length, 0);
    const at = (share) => {
      let left = share * all;
      for (let i = 0; i < lengths.length; i++) {
        if (left <= lengths[i]) {
          const t = left / lengths[i];
          return [x[from + i] + (x[from + i + 1] - x[from + i]) * t,
                  y[from + i] + (y[from + i + 1] - y[from + i]) * t];
        }
        left -= lengths[i];
      }
      return [x[to - 1], y[to - 1]];
    };
    const [p, q] = [at(0.2), at(0.8)];
    const n = [-(q[1] - p[1]), q[0] - p[0]];
    const length = Math.hypot(...n);
    const middle = [(p[0] + q[0]) / 2 + (n[0] / length) * off,
                    (p[1] + q[1]) / 2 + (n[1] / length) * off];
    return { places: [p, middle, q], left: long.left, right: long.right };
  };
  /** A building at the edge of its grid, and the neighbour it could go to. */
  const building = () => {
    for (let i = 0; i < model().buildings.length; i++) {
      const { cell, grid, households, code } = model().buildings[i];
      const f = mesh().placeOf.get(cell);
      if (!households || f === undefined) continue;
      const to = mesh().links[f].map((g) => mesh().code[g])
        .find((other) => other && other !== grid &&
              model().byCode.get(other).type === "resident");
      if (!to || mesh().broken(new Set([f]), to).length) continue;
      const shapes = model().shapes.buildings;
      const k = shapes.start[shapes.first[i]];
      return { code, to, place: [shapes.x[k], shapes.y[k]] };
    }
    return null;
  };
  const spot = ([x, y]) => {
    const view = desk().stage.view();
    const box = document.getElementById("map").getBoundingClientRect();
    return [x * view.k + view.x + box.left, view.y - y * view.k + box.top];
  };
  return { model, mesh, move, pair, boxOf, largest, seam, building, spot };
})();
