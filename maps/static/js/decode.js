// Reads what maps/encode.py wrote: variable-length integers, differences, base64.
(function (W) {
  "use strict";

  /** Return the non-negative integers of a base64 text. */
  W.decodeCounts = function (text) {
    const bytes = window.atob(text);
    let count = 0;
    for (let i = 0; i < bytes.length; i++) {
      if (bytes.charCodeAt(i) < 128) count++;
    }
    const values = new Float64Array(count);
    let value = 0;
    let weight = 1;
    let next = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes.charCodeAt(i);
      value += (byte & 127) * weight;
      if (byte < 128) {
        values[next++] = value;
        value = 0;
        weight = 1;
      } else {
        weight *= 128;
      }
    }
    return values;
  };

  function unzigzag(value) {
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  /**
   * Return shapes as flat arrays. Feature f owns parts first[f] … first[f + 1] - 1,
   * part p owns points start[p] … start[p + 1] - 1, box holds four numbers a feature.
   */
  W.decodeShapes = function (packed) {
    const parts = W.decodeCounts(packed.parts);
    const sizes = W.decodeCounts(packed.sizes);
    const steps = W.decodeCounts(packed.xy);
    const first = running(parts);
    const start = running(sizes);
    const x = new Int32Array(steps.length / 2);
    const y = new Int32Array(steps.length / 2);
    let atX = 0;
    let atY = 0;
    for (let i = 0; i < x.length; i++) {
      atX += unzigzag(steps[2 * i]);
      atY += unzigzag(steps[2 * i + 1]);
      x[i] = atX;
      y[i] = atY;
    }
    const shapes = { n: packed.n, first: first, start: start, x: x, y: y };
    shapes.box = W.boxes(shapes);
    return shapes;
  };

  function running(counts) {
    const sums = new Int32Array(counts.length + 1);
    for (let i = 0; i < counts.length; i++) sums[i + 1] = sums[i] + counts[i];
    return sums;
  }

  /** Return west, south, east and north of every feature, one after the other. */
  W.boxes = function (shapes) {
    const box = new Int32Array(4 * shapes.n);
    for (let f = 0; f < shapes.n; f++) {
      let west = Infinity;
      let south = Infinity;
      let east = -Infinity;
      let north = -Infinity;
      const end = shapes.start[shapes.first[f + 1]];
      for (let i = shapes.start[shapes.first[f]]; i < end; i++) {
        if (shapes.x[i] < west) west = shapes.x[i];
        if (shapes.x[i] > east) east = shapes.x[i];
        if (shapes.y[i] < south) south = shapes.y[i];
        if (shapes.y[i] > north) north = shapes.y[i];
      }
      if (west <= east) box.set([west, south, east, north], 4 * f);
    }
    return box;
  };

  /** Sort features into square buckets, so that a view looks at few of them. */
  W.buckets = function (shapes, side) {
    const cells = new Map();
    let reach = 0;
    for (let f = 0; f < shapes.n; f++) {
      const b = shapes.box.subarray(4 * f, 4 * f + 4);
      reach = Math.max(reach, b[2] - b[0], b[3] - b[1]);
      const key = cell((b[0] + b[2]) / 2, side) + ":" + cell((b[1] + b[3]) / 2, side);
      const list = cells.get(key);
      if (list) list.push(f);
      else cells.set(key, [f]);
    }
    return { cells: cells, side: side, reach: reach / 2, shapes: shapes };
  };

  function cell(value, side) {
    return Math.floor(value / side);
  }

  /** Call visit(feature) for every feature whose box meets [west, south, east, north]. */
  W.eachIn = function (index, box, visit) {
    const side = index.side;
    const reach = index.reach;
    const limits = [
      cell(box[0] - reach, side),
      cell(box[1] - reach, side),
      cell(box[2] + reach, side),
      cell(box[3] + reach, side),
    ];
    const span = (limits[2] - limits[0] + 1) * (limits[3] - limits[1] + 1);
    if (span > index.cells.size) {
      index.cells.forEach(function (list) {
        visitList(index.shapes.box, list, box, visit);
      });
      return;
    }
    for (let i = limits[0]; i <= limits[2]; i++) {
      for (let j = limits[1]; j <= limits[3]; j++) {
        const list = index.cells.get(i + ":" + j);
        if (list) visitList(index.shapes.box, list, box, visit);
      }
    }
  };

  function visitList(boxes, list, box, visit) {
    for (let n = 0; n < list.length; n++) {
      const at = 4 * list[n];
      if (
        boxes[at] <= box[2] &&
        boxes[at + 2] >= box[0] &&
        boxes[at + 1] <= box[3] &&
        boxes[at + 3] >= box[1]
      ) {
        visit(list[n]);
      }
    }
  }

  /** Tell whether a point lies in a polygon feature, by the even-odd rule. */
  W.contains = function (shapes, f, x, y) {
    const at = 4 * f;
    const box = shapes.box;
    if (x < box[at] || y < box[at + 1] || x > box[at + 2] || y > box[at + 3]) {
      return false;
    }
    let inside = false;
    for (let p = shapes.first[f]; p < shapes.first[f + 1]; p++) {
      const from = shapes.start[p];
      const to = shapes.start[p + 1];
      for (let i = from, j = to - 1; i < to; j = i++) {
        const above = shapes.y[i] > y;
        if (above !== shapes.y[j] > y) {
          const slope = (shapes.x[j] - shapes.x[i]) / (shapes.y[j] - shapes.y[i]);
          if (x < shapes.x[i] + slope * (y - shapes.y[i])) inside = !inside;
        }
      }
    }
    return inside;
  };
})(window.Wangge);
