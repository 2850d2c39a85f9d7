// Joins the canvas drawing to Leaflet: one layer for the plan, one for the selection.
(function (W, L) {
  "use strict";

  const EARTH = 2 * Math.PI * 6378137;

  /** View of a Leaflet map: origin is the container's top left corner + offset. */
  W.viewOf = function (map, model, size, offset) {
    const data = model.data;
    const zoom = map.getZoom();
    const k = (256 * Math.pow(2, zoom) * data.unit) / EARTH;
    const top = map.containerPointToLatLng(L.point(offset[0], offset[1]));
    const corner = map.project(top, zoom);
    const half = 128 * Math.pow(2, zoom);
    return {
      k: k,
      x: half + data.origin[0] * k - corner.x,
      y: half - data.origin[1] * k - corner.y,
      width: size[0],
      height: size[1],
      mpp: (data.unit / k) * groundScale(data),
      ink: 1,
      ratio: Math.min(window.devicePixelRatio || 1, 2),
    };
  };

  /** Ground metres in a metre of Web Mercator at the plan's latitude. */
  function groundScale(data) {
    const north = (data.origin[1] * data.unit) / 6378137;
    return 1 / Math.cosh(north);
  }
  W.groundScale = groundScale;

  /** Return [lat, lng] of a point in units. */
  W.toLatLng = function (data, x, y) {
    const point = L.point(
      (data.origin[0] + x) * data.unit,
      (data.origin[1] + y) * data.unit
    );
    return L.CRS.EPSG3857.projection.unproject(point);
  };

  /** Return Leaflet bounds of a box in units. */
  W.toBounds = function (data, box) {
    return L.latLngBounds(
      W.toLatLng(data, box[0], box[1]),
      W.toLatLng(data, box[2], box[3])
    );
  };

  /** Return the unit coordinates of a Leaflet position. */
  W.fromLatLng = function (data, position) {
    const point = L.CRS.EPSG3857.projection.project(position);
    return {
      x: point.x / data.unit - data.origin[0],
      y: point.y / data.unit - data.origin[1],
    };
  };

  /** A Leaflet layer that draws by a function (ctx, view) on its own canvas. */
  W.CanvasLayer = L.Renderer.extend({
    options: { padding: 0.25, draw: null, model: null },

    _initContainer: function () {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._container.className = "plan-canvas";
    },

    _destroyContainer: function () {
      window.cancelAnimationFrame(this._asked);
      this._asked = null;
      this._container.remove();
      delete this._container;
    },

    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const origin = this._bounds.min;
      const size = this._bounds.getSize();
      const canvas = this._container;
      const corner = this._map.layerPointToContainerPoint(origin);
      const view = W.viewOf(this._map, this.options.model, [size.x, size.y], [
        corner.x,
        corner.y,
      ]);
      canvas.width = Math.round(size.x * view.ratio);
      canvas.height = Math.round(size.y * view.ratio);
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      L.DomUtil.setPosition(canvas, origin);
      this._view = view;
      // However often the map changes within a frame, it is drawn once.
      if (!this._asked) this._asked = window.requestAnimationFrame(this._draw.bind(this));
    },

    _draw: function () {
      const ctx = this._container.getContext("2d");
      const ratio = this._view.ratio;
      this._asked = null;
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.options.draw(ctx, this._view);
    },

    getEvents: function () {
      const events = L.Renderer.prototype.getEvents.call(this);
      events.move = this._onMove;
      return events;
    },

    /** Draw again as soon as a long drag would show what is not drawn. */
    _onMove: function () {
      const map = this._map;
      if (map._animatingZoom || map.getZoom() !== this._zoom) return;
      const corner = map.containerPointToLayerPoint([0, 0]);
      const seen = L.bounds(corner, corner.add(map.getSize()));
      if (!this._bounds.contains(seen)) this._update();
    },

    redraw: function () {
      if (this._map) this._update();
    },
  });

  /** Outline of the hovered and the chosen grid. */
  W.paintSelection = function (ctx, model, view, state) {
    if (state.hover && state.hover !== state.chosen) {
      ring(ctx, model, view, state.hover, [["rgba(29,95,168,0.55)", 2.5]]);
    }
    if (state.chosen) {
      ctx.beginPath();
      W.trace(ctx, model.shapes.grids, state.chosen.id, view, true);
      ctx.fillStyle = "rgba(29,95,168,0.10)";
      ctx.fill("evenodd");
      ring(ctx, model, view, state.chosen, [
        ["#ffffff", 6],
        [model.theme.tokens.accent, 3.5],
      ]);
    }
    if (state.fault) pin(ctx, model, view, state.fault);
  };

  function ring(ctx, model, view, grid, strokes) {
    ctx.lineJoin = "round";
    ctx.beginPath();
    W.trace(ctx, model.shapes.grids, grid.id, view, true);
    strokes.forEach(function (stroke) {
      ctx.strokeStyle = stroke[0];
      ctx.lineWidth = stroke[1] * view.ink;
      ctx.stroke();
    });
  }

  function pin(ctx, model, view, fault) {
    const x = fault.x * view.k + view.x;
    const y = view.y - fault.y * view.k;
    [
      ["#ffffff", 6],
      [model.theme.tokens.above, 3],
    ].forEach(function (stroke) {
      ctx.beginPath();
      ctx.arc(x, y, 13, 0, 2 * Math.PI);
      ctx.strokeStyle = stroke[0];
      ctx.lineWidth = stroke[1];
      ctx.stroke();
    });
  }
})(window.Wangge, window.L);
