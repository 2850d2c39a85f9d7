// The certificate as a document an official can sign, and its short form.
(function (W) {
  "use strict";

  const MAX_REASONS = 40;

  function pick(zh, en) {
    return W.lang === "zh" ? zh : en;
  }

  function failed(certificate) {
    return certificate.checks.filter(function (check) {
      return !check.ok;
    });
  }

  /** Return the short list of checks for the side panel and the printed sheet. */
  W.checkList = function (model) {
    const certificate = model.data.certificate;
    if (!certificate) return W.el("p", { class: "note" }, W.t("cert.none"));
    return W.el(
      "ul",
      { class: "checks" },
      certificate.checks.map(function (check) {
        return W.el(
          "li",
          { class: tone(check) },
          W.el("b", { "aria-hidden": "true" }, sign(check)),
          W.el("span", {}, pick(check.title_zh, check.title_en)),
          W.el("span", { class: "found" }, pick(check.short_zh, check.short_en))
        );
      })
    );
  };

  /** Return one line that says whether the plan passed. */
  W.verdict = function (model) {
    const certificate = model.data.certificate;
    if (!certificate) return W.t("cert.none");
    const bad = failed(certificate).length;
    if (bad) return W.t("cert.fail", { n: bad });
    const off = certificate.exceptions;
    return off ? W.t("cert.pass.off", { n: W.number(off) }) : W.t("cert.pass");
  };

  function tone(check) {
    return check.ok ? "good" : "bad";
  }

  function sign(check) {
    return check.ok ? "✓" : "✗";
  }

  /** Return the whole document; `show(fault)` puts a fault on the map. */
  W.certificate = function (model, show) {
    const data = model.data;
    const certificate = data.certificate;
    if (!certificate) return W.el("p", { class: "note" }, W.t("cert.none"));
    return W.el(
      "article",
      { class: "certificate" },
      W.el("h2", { class: "cert-title" }, W.t("cert.title")),
      data.made_up && W.el("p", { class: "cert-mark" }, W.t("mark.made_up.long")),
      about(model),
      checks(certificate, show),
      conclusion(certificate),
      reasons(model),
      communityTable(certificate),
      digests(certificate),
      signatures()
    );
  };

  function about(model) {
    const total = model.total;
    const rows = [
      ["cert.plan", model.data.title],
      ["cert.community", communityText(model)],
      [
        "cert.grids",
        W.t("cert.grids.value", {
          n: W.number(total.n),
          resident: W.number(total.resident),
          exclusive: W.number(total.exclusive),
          reserved: W.number(total.reserved),
        }),
      ],
      [
        "cert.households",
        W.householdText(total),
      ],
      ["cert.standard", W.t("cert.standard.value", { low: model.low, high: model.high })],
    ];
    return W.el(
      "table",
      { class: "cert-about" },
      W.el(
        "tbody",
        {},
        rows.map(function (row) {
          return W.el(
            "tr",
            {},
            W.el("th", { scope: "row" }, W.t(row[0])),
            W.el("td", {}, row[1])
          );
        })
      )
    );
  }

  function communityText(model) {
    const names = model.communities
      .map(function (community) {
        return community.name;
      })
      .filter(Boolean);
    const shown = names.slice(0, 20).join(W.lang === "zh" ? "、" : ", ");
    const count = model.communities.length;
    if (!names.length) return count === 1 ? W.t("cert.unnamed") : W.countCommunities(model);
    if (count === 1) return shown;
    return W.countCommunities(model) + W.colon() + shown + (names.length > 20 ? " …" : "");
  }

  function checks(certificate, show) {
    return W.el(
      "table",
      { class: "cert-checks" },
      W.el(
        "thead",
        {},
        W.el(
          "tr",
          {},
          ["cert.item", "cert.found", "cert.verdict"].map(function (key) {
            return W.el("th", { scope: "col" }, W.t(key));
          })
        )
      ),
      W.el(
        "tbody",
        {},
        certificate.checks.map(function (check) {
          return W.el(
            "tr",
            { class: tone(check) },
            W.el(
              "th",
              { scope: "row" },
              pick(check.title_zh, check.title_en),
              check.rule && W.el("small", {}, W.t("cert.rule", { rule: check.rule }))
            ),
            W.el(
              "td",
              {},
              pick(check.found_zh, check.found_en),
              findings("faults", check.faults, check.faults_more, show),
              findings("remarks", check.remarks, check.remarks_more, show)
            ),
            W.el(
              "td",
              { class: "verdict" },
              sign(check) + " " + W.t(check.ok ? "cert.ok" : "cert.bad")
            )
          );
        })
      )
    );
  }

  /** What a check found, each with a way to its place on the map. */
  function findings(kind, list, more, show) {
    if (!list.length) return null;
    return W.el(
      "ul",
      { class: "findings " + kind },
      list.map(function (finding) {
        const grids = finding.grids.length ? finding.grids.join(" / ") + W.colon() : "";
        return W.el(
          "li",
          {},
          grids + pick(finding.zh, finding.en) + " ",
          show &&
            finding.place &&
            W.el(
              "button",
              {
                type: "button",
                class: "link",
                onclick: function () {
                  show({ x: finding.place[0], y: finding.place[1] });
                },
              },
              W.t("cert.fault.show")
            )
        );
      }),
      more > 0 && W.el("li", {}, W.t("cert.more", { n: W.number(more) }))
    );
  }

  function conclusion(certificate) {
    const count =
      certificate.verdict === "invalid"
        ? failed(certificate).length
        : certificate.exceptions;
    return W.el(
      "p",
      { class: "cert-conclusion " + (certificate.ok ? "good" : "bad") },
      W.el("b", {}, W.t("cert.result")),
      " ",
      W.t("cert.verdict." + certificate.verdict, { n: W.number(count) })
    );
  }

  function communityTable(certificate) {
    if (certificate.communities.length < 2) return null;
    return W.el(
      "section",
      { class: "cert-communities" },
      W.el("h3", {}, W.t("cert.communities")),
      W.el(
        "table",
        {},
        W.el(
          "tbody",
          {},
          certificate.communities.map(function (each) {
            return W.el(
              "tr",
              {},
              W.el("th", { scope: "row" }, each.name || each.code),
              W.el("td", {}, each.code),
              W.el("td", {}, W.t("cert.word." + each.verdict)),
              W.el("td", { class: "hash" }, each.plan_hash.slice(0, 16))
            );
          })
        )
      )
    );
  }

  function reasons(model) {
    if (!model.out.length) return null;
    const shown = model.out.slice(0, MAX_REASONS);
    return W.el(
      "section",
      { class: "cert-reasons" },
      W.el("h3", {}, W.t("cert.reasons")),
      W.el(
        "ul",
        {},
        shown.map(function (grid) {
          return W.el(
            "li",
            {},
            W.el("b", {}, grid.code),
            " " +
              W.t("short.households", { n: W.number(grid.households) }) +
              " " +
              W.offMark(grid) +
              W.colon(),
            pick(grid.reason_zh, grid.reason_en) || grid.reason
          );
        })
      ),
      model.out.length > MAX_REASONS &&
        W.el(
          "p",
          { class: "note" },
          W.t("cert.reasons.more", { n: W.number(model.out.length - MAX_REASONS) })
        )
    );
  }

  function digests(certificate) {
    return W.el(
      "dl",
      { class: "cert-digests" },
      digest("cert.crs", certificate.crs),
      digest("cert.hash", certificate.plan_hash),
      digest("cert.digest", certificate.inputs_digest || W.t("cert.digest.none"))
    );
  }

  function digest(key, value) {
    return W.el("div", {}, W.el("dt", {}, W.t(key)), W.el("dd", {}, value));
  }

  function signatures() {
    return W.el(
      "div",
      { class: "cert-sign" },
      ["cert.drafted", "cert.reviewed", "cert.date", "cert.seal"].map(function (key) {
        return W.el("p", {}, W.t(key), W.el("span", {}));
      })
    );
  }
})(window.Wangge);
