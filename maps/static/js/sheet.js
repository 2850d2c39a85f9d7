// Starts the page: reads the JSON, builds the map and its panels, binds the keys.
(function (W, L) {
  "use strict";

  /** Say how much of the households is estimated, "" where nothing is. */
  W.estimateNote = function (model) {
    const total = model.total;
    if (!total.estimated) return "";
    return W.t("mark.estimated.long", {
      share: W.percent(total.estimated / Math.max(1, total.households)),
    });
  };

  /** Fill a Leaflet map with the plan that stands in #plan-data. */
  W.start = function (map) {
    const data = JSON.parse(W.byId("plan-data").textContent);
    W.byId("plan-data").textContent = "";
    W.texts = data.texts;
    const model = W.buildModel(data);
    model.alternatives = W.buildAlternatives(data);
    const state = { hover: null, chosen: null, fault: null, trial: null };
    const page = new Page(map, model, state);
    page.build();
    W.setLanguage(data.lang);
    document.documentElement.classList.add("ready");
  };

  function Page(map, model, state) {
    this.map = map;
    this.model = model;
    this.state = state;
    this.act = {
      choose: this.choose.bind(this),
      zoom: this.zoomTo.bind(this),
      zoomCommunity: this.zoomCommunity.bind(this),
      close: this.closeCard.bind(this),
      tryOut: this.tryOut.bind(this),
    };
  }

  Page.prototype.build = function () {
    const model = this.model;
    document.querySelectorAll("[data-when]").forEach(function (node) {
      const shown = {
        made_up: model.data.made_up,
        estimated: model.total.estimated > 0,
        empty: model.grids.length === 0,
        certificate: Boolean(model.data.certificate),
      };
      node.hidden = !shown[node.getAttribute("data-when")];
    });
    document.documentElement.classList.toggle("empty", !model.grids.length);
    W.byId("next-out").hidden = !model.out.length;
    W.byId("none-out").hidden = model.out.length > 0 || !model.total.resident;
    this.addLayers();
    this.fold("list", window.innerWidth < 900);
    this.fold("legend", window.innerWidth < 900);
    this.showAll(false);
    this.list = W.buildList(model, this.act);
    this.bindMap();
    this.bindButtons();
    this.bindKeys();
    this.bindPrint();
    W.onLanguage(this.retell.bind(this));
  };

  Page.prototype.addLayers = function () {
    const page = this;
    this.plan = new W.CanvasLayer({
      model: this.model,
      draw: function (ctx, view) {
        W.paint(ctx, page.model, view);
      },
    });
    this.selection = new W.CanvasLayer({
      model: this.model,
      draw: function (ctx, view) {
        W.paintSelection(ctx, page.model, view, page.state);
        if (page.state.trial) W.paintAlternative(ctx, page.model, view, page.state.trial);
      },
    });
  };

  /** Everything the language changes. */
  Page.prototype.retell = function () {
    const model = this.model;
    const total = model.total;
    document.title = model.data.title + " · " + W.t("page.kind");
    W.byId("list-total").textContent = W.number(total.n);
    W.byId("list-households").textContent = W.t("list.households", {
      n: W.number(total.households),
    });
    W.byId("subtitle").textContent = subtitle(model);
    W.byId("estimated").title = W.estimateNote(model);
    W.empty(W.byId("legend-body")).appendChild(W.legend(model));
    W.empty(W.byId("checks-body")).appendChild(W.checkList(model));
    const verdict = W.byId("checks-verdict");
    verdict.textContent = W.verdict(model);
    const certificate = model.data.certificate;
    verdict.className = certificate ? (certificate.ok ? "good" : "bad") : "";
    W.empty(W.byId("north")).appendChild(W.northArrow());
    if (this.state.chosen) this.fillCard();
    if (W.byId("certificate").open) this.fillCertificate();
    this.plan.redraw();
    this.scale();
  };

  function subtitle(model) {
    const names = model.communities
      .map(function (community) {
        return community.name;
      })
      .filter(Boolean);
    if (model.communities.length < 2) return names[0] || "";
    return W.countCommunities(model);
  }

  Page.prototype.bindMap = function () {
    const page = this;
    const map = this.map;
    this.plan.addTo(map);
    this.selection.addTo(map);
    map.on("click", function (event) {
      const grid = page.gridUnder(event);
      if (grid) page.choose(grid, true);
      else page.closeCard();
    });
    map.on("mousemove", function (event) {
      const grid = page.gridUnder(event);
      if (grid === page.state.hover) return;
      page.state.hover = grid;
      map.getContainer().style.cursor = grid ? "pointer" : "";
      page.selection.redraw();
    });
    map.on("mouseout", function () {
      page.state.hover = null;
      page.selection.redraw();
    });
    map.on("zoomanim", function () {
      page.zooming = true;
    });
    map.on("zoomend", function () {
      page.zooming = false;
      window.setTimeout(function () {
        if (page.pending) page.pending();
      }, 0);
    });
    map.on("zoomend moveend", function () {
      page.scale();
    });
  };

  Page.prototype.gridUnder = function (event) {
    const spot = W.fromLatLng(this.model.data, event.latlng);
    return W.gridAt(this.model, spot.x, spot.y);
  };

  Page.prototype.scale = function () {
    const view = W.viewOf(this.map, this.model, [1, 1], [0, 0]);
    W.scaleBar(W.byId("scale"), view.mpp, 120);
  };

  /** Room the panels take from the map, as Leaflet padding. */
  Page.prototype.padding = function () {
    const wide = window.innerWidth >= 900;
    const list = wide && !W.byId("list").classList.contains("folded");
    const card = !W.byId("card").hidden;
    const legend = wide && !W.byId("legend").classList.contains("folded");
    return {
      paddingTopLeft: [list ? 328 : wide ? 64 : 16, 24],
      paddingBottomRight: wide
        ? [card ? 328 : legend ? 276 : 24, 56]
        : [56, card ? window.innerHeight * 0.55 : 96],
    };
  };

  /** Show a box of units; while the map still zooms, do it right after. */
  Page.prototype.fit = function (box, most, moving) {
    if (this.zooming) {
      this.pending = this.fit.bind(this, box, most, moving);
      return;
    }
    this.pending = null; // the last wish counts
    const map = this.map;
    const bounds = W.toBounds(this.model.data, box);
    const options = this.padding();
    const padding = L.point(options.paddingTopLeft).add(options.paddingBottomRight);
    const zoom = Math.min(most, map.getBoundsZoom(bounds, false, padding));
    options.maxZoom = most;
    options.animate = moving;
    // Leaflet starts a zoom one frame later; a second call in between would lose.
    this.zooming = moving && zoom !== map.getZoom();
    map.fitBounds(bounds, options);
  };

  Page.prototype.showAll = function (moving) {
    this.fit(this.model.data.bounds, 19, moving);
  };

  Page.prototype.zoomTo = function (grid) {
    const box = this.model.shapes.grids.box.subarray(4 * grid.id, 4 * grid.id + 4);
    const x = (box[2] - box[0]) * 0.4;
    const y = (box[3] - box[1]) * 0.4;
    this.fit([box[0] - x, box[1] - y, box[2] + x, box[3] + y], 18.5, true);
  };

  Page.prototype.zoomCommunity = function (n) {
    if (n < 0) return;
    const box = this.model.shapes.communities.box;
    this.fit(Array.from(box.subarray(4 * n, 4 * n + 4)), 19, true);
  };

  /** Choose a grid; from the list the map goes there, on the map it stays. */
  Page.prototype.choose = function (grid, stay) {
    this.state.chosen = grid;
    this.state.fault = null;
    this.state.trial = null;
    this.fillCard();
    W.byId("card").hidden = false;
    this.list.mark(grid);
    if (window.innerWidth < 900) this.fold("list", true);
    if (!stay) this.zoomTo(grid);
    this.selection.redraw();
  };

  Page.prototype.fillCard = function () {
    const state = this.state;
    const others = W.alternativesOf(this.model, state.chosen);
    const list = others.length
      ? W.alternativeList(others, this.act, state.trial)
      : null;
    W.fillCard(W.byId("card"), this.model, state.chosen, this.act, list);
  };

  /** Show an alternative of the chosen grid on the map; the same again: go back. */
  Page.prototype.tryOut = function (other) {
    this.state.trial = this.state.trial === other ? null : other;
    this.fillCard();
    const pressed = W.byId("card").querySelector("#other-" + other.id);
    if (pressed) pressed.focus();
    if (this.state.trial) this.fit(W.alternativeBox(other), 18.5, true);
    W.byId("announce").textContent = W.t(
      this.state.trial ? "other.shown" : "other.back"
    );
    this.selection.redraw();
  };

  Page.prototype.closeCard = function () {
    this.state.chosen = null;
    this.state.fault = null;
    this.state.trial = null;
    const inside = W.byId("card").contains(document.activeElement);
    W.byId("card").hidden = true;
    this.list.mark(null);
    this.selection.redraw();
    if (inside) W.byId("rows").focus();
  };

  /** Go to the next grid out of band, or back; around at the end. */
  Page.prototype.jump = function (by) {
    const out = this.model.out;
    if (!out.length) {
      W.byId("announce").textContent = W.t("list.none_out");
      return;
    }
    const now = out.indexOf(this.state.chosen);
    const next = now < 0 ? (by > 0 ? 0 : out.length - 1) : now + by;
    this.choose(out[(next + out.length) % out.length]);
  };

  Page.prototype.fold = function (name, folded) {
    W.byId(name).classList.toggle("folded", folded);
    document
      .querySelector('[data-fold="' + name + '"]')
      .setAttribute("aria-expanded", String(!folded));
  };

  Page.prototype.bindButtons = function () {
    const page = this;
    const map = this.map;
    function on(id, action) {
      W.byId(id).addEventListener("click", action);
    }
    on("zoom-in", function () {
      map.zoomIn(1);
    });
    on("zoom-out", function () {
      map.zoomOut(1);
    });
    on("zoom-all", function () {
      page.showAll(true);
    });
    on("language", function () {
      W.setLanguage(W.lang === "zh" ? "en" : "zh");
    });
    on("open-certificate", this.openCertificate.bind(this));
    on("open-certificate-2", this.openCertificate.bind(this));
    on("open-print", function () {
      page.openDialog("print-dialog");
    });
    on("open-keys", function () {
      page.openDialog("keys");
    });
    on("next-out", function () {
      page.jump(1);
    });
    document.querySelectorAll("[data-fold]").forEach(function (button) {
      const name = button.getAttribute("data-fold");
      button.addEventListener("click", function () {
        page.fold(name, !W.byId(name).classList.contains("folded"));
      });
    });
    document.querySelectorAll("dialog").forEach(function (dialog) {
      dialog.querySelectorAll("[data-close]").forEach(function (button) {
        button.addEventListener("click", function () {
          dialog.close();
        });
      });
      dialog.addEventListener("click", function (event) {
        if (event.target === dialog) dialog.close();
      });
    });
  };

  Page.prototype.openDialog = function (id) {
    if (!W.byId(id).open) W.byId(id).showModal();
  };

  Page.prototype.openCertificate = function () {
    this.fillCertificate();
    this.openDialog("certificate");
    W.byId("certificate-body").scrollTop = 0;
  };

  Page.prototype.fillCertificate = function () {
    const page = this;
    W.empty(W.byId("certificate-body")).appendChild(
      W.certificate(this.model, function (fault) {
        W.byId("certificate").close();
        page.state.fault = fault;
        page.fit([fault.x - 400, fault.y - 400, fault.x + 400, fault.y + 400], 20, true);
        page.selection.redraw();
      })
    );
  };

  Page.prototype.bindKeys = function () {
    const page = this;
    document.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (document.querySelector("dialog[open]")) return;
      const tag = event.target.tagName;
      if (event.key === "Escape") {
        if (tag === "INPUT") event.target.blur();
        else page.closeCard();
        return;
      }
      if (tag === "INPUT" || tag === "SELECT") return;
      const keys = {
        n: function () {
          page.jump(1);
        },
        N: function () {
          page.jump(event.shiftKey ? -1 : 1);
        },
        "/": function () {
          page.fold("list", false);
          page.list.focusSearch();
        },
        0: function () {
          page.showAll(true);
        },
        "?": function () {
          page.openDialog("keys");
        },
      };
      if (Object.prototype.hasOwnProperty.call(keys, event.key)) {
        event.preventDefault();
        keys[event.key]();
      }
    });
  };

  Page.prototype.bindPrint = function () {
    const page = this;
    W.byId("atlas").hidden = page.model.communities.length < 2;
    const choices = document.querySelectorAll('input[name="paper"]');
    choices.forEach(function (choice) {
      choice.addEventListener("change", function () {
        page.setPaper(choice.value);
      });
    });
    W.byId("print-go").addEventListener("click", function () {
      W.byId("print-dialog").close();
      window.print();
    });
    window.addEventListener("beforeprint", function () {
      document.querySelectorAll("dialog[open]").forEach(function (dialog) {
        dialog.close();
      });
      W.buildPrint(page.model, page.paper || "a4", page.printExtent());
    });
    window.addEventListener("afterprint", function () {
      W.empty(W.byId("print"));
    });
  };

  Page.prototype.setPaper = function (paper) {
    this.paper = paper;
    ["a4", "a3"].forEach(function (name) {
      W.byId("page-" + name).media = name === paper ? "print" : "not all";
    });
  };

  Page.prototype.printExtent = function () {
    const current = document.querySelector('input[name="extent"]:checked').value;
    if (current === "atlas") return null;
    if (current === "all") return this.model.data.bounds;
    const bounds = this.map.getBounds();
    const south = W.fromLatLng(this.model.data, bounds.getSouthWest());
    const north = W.fromLatLng(this.model.data, bounds.getNorthEast());
    return [south.x, south.y, north.x, north.y];
  };
})(window.Wangge, window.L);
