// The list of grids: filter, search, sort; draws only the rows in view.
(function (W) {
  "use strict";

  const ROW = 34;

  const SORTS = {
    code: function (a, b) {
      return a.id - b.id;
    },
    off: function (a, b) {
      return Math.abs(b.off) - Math.abs(a.off) || a.id - b.id;
    },
    households: function (a, b) {
      return b.households - a.households || a.id - b.id;
    },
  };

  /** Build the list panel. `act.choose(grid)` and `act.zoomCommunity(n)` are called. */
  W.buildList = function (model, act) {
    const box = W.byId("rows");
    const sky = W.byId("rows-sky");
    const state = {
      outOnly: false,
      type: "",
      sort: "code",
      query: "",
      rows: [],
      active: -1,
    };
    let chosen = null;
    let drawn = new Map(); // place in the list → node

    function refresh() {
      const words = state.query.trim().toLowerCase();
      const grids = model.grids
        .filter(function (grid) {
          return (
            (!state.outOnly || grid.off !== 0) &&
            (!state.type || grid.type === state.type) &&
            (!words || matches(grid, words))
          );
        })
        .sort(SORTS[state.sort]);
      state.rows = withHeadings(grids);
      state.active = indexOf(chosen);
      sky.style.height = state.rows.length * ROW + "px";
      box.scrollTop = 0;
      const none = grids.length === 0;
      W.byId("rows-empty").hidden = !none;
      box.hidden = none;
      drawn = new Map();
      W.empty(sky);
      if (none) {
        W.byId("rows-empty-text").textContent = W.t(
          model.grids.length === 0
            ? "list.empty.plan"
            : state.outOnly && !words && !model.out.length
              ? "list.none_out"
              : "list.empty.search"
        );
        W.byId("rows-clear").hidden = model.grids.length === 0;
      }
      draw();
    }

    function matches(grid, words) {
      return (
        grid.code.toLowerCase().indexOf(words) >= 0 ||
        grid.name.toLowerCase().indexOf(words) >= 0 ||
        W.communityName(model, grid).toLowerCase().indexOf(words) >= 0
      );
    }

    function withHeadings(grids) {
      if (state.sort !== "code" || model.communities.length < 2) return grids;
      const rows = [];
      let last = null;
      grids.forEach(function (grid) {
        if (grid.community !== last) {
          last = grid.community;
          rows.push({ heading: true, community: last, n: 0, households: 0 });
        }
        rows.push(grid);
      });
      let heading = null;
      rows.forEach(function (row) {
        if (row.heading) {
          heading = row;
        } else {
          heading.n += 1;
          heading.households += row.households;
        }
      });
      return rows;
    }

    function indexOf(grid) {
      return grid ? state.rows.indexOf(grid) : -1;
    }

    function draw() {
      const top = Math.max(0, Math.floor(box.scrollTop / ROW) - 4);
      const end = Math.min(
        state.rows.length,
        Math.ceil((box.scrollTop + (box.clientHeight || 600)) / ROW) + 4
      );
      drawn.forEach(function (node, i) {
        if (i >= top && i < end) return;
        node.remove();
        drawn.delete(i);
      });
      let next = sky.firstChild;
      for (let i = top; i < end; i++) {
        const node = nodeAt(i);
        if (node === next) next = next.nextSibling;
        else sky.insertBefore(node, next);
      }
      if (state.active >= top && state.active < end) {
        box.setAttribute("aria-activedescendant", "row-" + state.active);
      } else {
        box.removeAttribute("aria-activedescendant");
      }
    }

    /** The node of a row stays while it is in view: a click is lost on one that goes
     * between press and release. */
    function nodeAt(i) {
      const row = state.rows[i];
      if (!drawn.has(i)) drawn.set(i, rowNode(row, i));
      const node = drawn.get(i);
      node.setAttribute("aria-selected", String(row === chosen));
      node.classList.toggle("active", i === state.active);
      return node;
    }

    function rowNode(row, i) {
      const node = row.heading ? headingNode(row) : W.gridRow(model, row);
      node.id = "row-" + i;
      node.style.top = i * ROW + "px";
      node.setAttribute("role", "option");
      node.setAttribute("aria-setsize", state.rows.length);
      node.setAttribute("aria-posinset", i + 1);
      return node;
    }

    function headingNode(row) {
      const community = model.communities[row.community];
      return W.el(
        "div",
        { class: "row heading" },
        W.el("span", { class: "name" }, community ? community.name : ""),
        W.el(
          "span",
          { class: "count" },
          W.t("list.group", { n: row.n, households: W.number(row.households) })
        )
      );
    }

    function open(row) {
      if (row.heading) act.zoomCommunity(row.community);
      else act.choose(row);
    }

    function step(by) {
      const last = state.rows.length - 1;
      state.active = Math.max(0, Math.min(last, state.active + by));
      reveal();
    }

    function reveal() {
      const top = state.active * ROW;
      if (top < box.scrollTop) box.scrollTop = top;
      if (top + ROW > box.scrollTop + box.clientHeight) {
        box.scrollTop = top + ROW - box.clientHeight;
      }
      draw();
    }

    box.addEventListener("scroll", draw);
    // By place, not by node: rows are made anew while the list scrolls.
    sky.addEventListener("click", function (event) {
      const top = sky.getBoundingClientRect().top;
      const i = Math.floor((event.clientY - top) / ROW);
      if (!state.rows[i]) return;
      state.active = i;
      open(state.rows[i]);
    });
    box.addEventListener("keydown", function (event) {
      const page = Math.max(1, Math.floor(box.clientHeight / ROW) - 1);
      const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
      if (event.key in moves) step(moves[event.key]);
      else if (event.key === "Home") step(-state.rows.length);
      else if (event.key === "End") step(state.rows.length);
      else if (event.key === "Enter" || event.key === " ") {
        if (state.active >= 0) open(state.rows[state.active]);
      } else return;
      event.preventDefault();
    });
    W.byId("search").addEventListener("input", function (event) {
      state.query = event.target.value;
      refresh();
    });
    W.byId("sort").addEventListener("change", function (event) {
      state.sort = event.target.value;
      refresh();
    });
    W.byId("type").addEventListener("change", function (event) {
      state.type = event.target.value;
      refresh();
    });
    W.byId("rows-clear").addEventListener("click", function () {
      W.byId("search").value = "";
      W.byId("type").value = "";
      state.query = "";
      state.type = "";
      showOut(false);
      W.byId("search").focus();
    });

    function showOut(only) {
      state.outOnly = only;
      chips.forEach(function (chip) {
        const mine = (chip.getAttribute("data-filter") === "out") === only;
        chip.setAttribute("aria-pressed", String(mine));
      });
      refresh();
    }

    const chips = document.querySelectorAll("#filters button");
    chips.forEach(function (chip) {
      const only = chip.getAttribute("data-filter") === "out";
      const count = only ? model.out.length : model.grids.length;
      chip.querySelector("b").textContent = W.number(count);
      chip.addEventListener("click", function () {
        showOut(only);
      });
    });

    function nameTypes() {
      W.byId("type")
        .querySelectorAll("option[value]")
        .forEach(function (option) {
          if (!option.value) return;
          const count = W.number(model.total[option.value]);
          option.textContent = W.t("type." + option.value + ".short") + " " + count;
        });
    }

    W.onLanguage(nameTypes);
    if (window.ResizeObserver) new window.ResizeObserver(draw).observe(box);
    W.onLanguage(refresh);

    return {
      /** Show which grid is chosen and bring its row into view. */
      mark: function (grid) {
        chosen = grid;
        state.active = indexOf(grid);
        if (state.active >= 0) reveal();
        else draw();
      },
      focusSearch: function () {
        W.byId("search").focus();
        W.byId("search").select();
      },
    };
  };
})(window.Wangge);
