// The card of one grid.
(function (W) {
  "use strict";

  /**
   * Fill the card with a grid. `act` has choose, zoom and close; `more` is a node to
   * stand after the reason, if there is one.
   */
  W.fillCard = function (card, model, grid, act, more) {
    W.empty(card);
    card.appendChild(head(grid, act));
    card.appendChild(figure(model, grid));
    card.appendChild(facts(model, grid));
    if (grid.off !== 0) card.appendChild(reason(grid));
    if (more) card.appendChild(more);
    card.appendChild(neighbours(model, grid, act));
    card.appendChild(
      W.el(
        "div",
        { class: "actions" },
        button("card.previous", function () {
          act.choose(model.grids[(grid.id + model.grids.length - 1) % model.grids.length]);
        }),
        button("card.next", function () {
          act.choose(model.grids[(grid.id + 1) % model.grids.length]);
        }),
        button("card.zoom", function () {
          act.zoom(grid);
        })
      )
    );
  };

  function button(key, action) {
    return W.el("button", { type: "button", onclick: action }, W.t(key));
  }

  function head(grid, act) {
    return W.el(
      "header",
      {},
      W.el("h2", { id: "card-title" }, W.t("card.title", { number: grid.number })),
      W.el("span", { class: "tag " + grid.type }, W.t("type." + grid.type)),
      W.el(
        "button",
        {
          type: "button",
          class: "plain",
          "aria-label": W.t("card.close"),
          title: W.t("card.close") + " (Esc)",
          onclick: act.close,
        },
        "×"
      )
    );
  }

  const BAND_NOTES = {
    above: "card.band.above",
    below: "card.band.below",
    inside: "card.band",
  };

  function figure(model, grid) {
    const band = { low: model.low, high: model.high };
    const resident = grid.type === "resident";
    const tone = grid.off > 0 ? "above" : grid.off < 0 ? "below" : "inside";
    const words = !resident
      ? W.t("card.no_band")
      : grid.off > 0
        ? "▲ " + W.t("card.above", { n: W.number(grid.off) })
        : grid.off < 0
          ? "▼ " + W.t("card.below", { n: W.number(-grid.off) })
          : "✓ " + W.t("card.inside");
    return W.el(
      "div",
      { class: "figure" },
      W.el(
        "p",
        {},
        W.el("strong", { class: tone }, W.number(grid.households)),
        " " + W.t("unit.household") + " ",
        W.el("span", { class: "state " + tone }, words)
      ),
      resident && W.slider(model, grid, true),
      resident &&
        W.el(
          "p",
          { class: "ticks", "aria-hidden": "true" },
          W.el("span", {}, model.low),
          W.el("span", {}, model.high)
        ),
      resident && W.el("p", { class: "note " + tone }, W.t(BAND_NOTES[tone], band)),
      estimate(grid)
    );
  }

  function estimate(grid) {
    if (!grid.estimated) return null;
    return W.el(
      "p",
      { class: "estimate" },
      "≈ " +
        (grid.estimated >= grid.households
          ? W.t("card.estimated.all")
          : W.t("card.estimated.some", { n: W.number(grid.estimated) }))
    );
  }

  function facts(model, grid) {
    const community = W.communityName(model, grid);
    return W.el(
      "dl",
      {},
      fact("card.buildings", W.t("card.buildings.value", { n: W.number(grid.buildings) })),
      fact("card.area", W.area(grid.area_m2)),
      fact("card.shape", W.number(grid.compactness, 2), "card.shape.help"),
      fact("card.street", W.percent(grid.street_share), "card.street.help"),
      community && wide("card.community", community),
      wide("card.code", grid.code)
    );
  }

  function fact(key, value, help) {
    return W.el(
      "div",
      { title: help ? W.t(help) : null },
      W.el("dt", {}, W.t(key)),
      W.el("dd", {}, value)
    );
  }

  function wide(key, value) {
    const node = fact(key, value);
    node.className = "wide";
    return node;
  }

  function reason(grid) {
    const text = W.lang === "zh" ? grid.reason_zh : grid.reason_en;
    return W.el(
      "section",
      { class: "reason " + (grid.off > 0 ? "above" : "below") },
      W.el("h3", {}, W.t("card.why")),
      W.el("p", {}, text || grid.reason || "–")
    );
  }

  function neighbours(model, grid, act) {
    const several = model.communities.length > 1;
    return W.el(
      "section",
      { class: "neighbours" },
      W.el("h3", {}, W.t(several ? "card.neighbours.here" : "card.neighbours")),
      grid.neighbours.length
        ? W.el(
            "ul",
            {},
            grid.neighbours.map(function (link) {
              return neighbour(link, act);
            })
          )
        : W.el("p", { class: "note" }, W.t("card.no_neighbours"))
    );
  }

  function neighbour(link, act) {
    const other = link.grid;
    return W.el(
      "li",
      {},
      W.el(
        "button",
        {
          type: "button",
          title: other.name,
          onclick: function () {
            act.choose(other);
          },
        },
        W.sign(other),
        W.el("span", { class: "number" }, other.number),
        W.el("span", {}, W.t("short.households", { n: W.number(other.households) })),
        W.el(
          "span",
          { class: "length" },
          W.t("seam." + link.kind) + " " + W.metres(link.length)
        )
      )
    );
  }
})(window.Wangge);
