// The six checks of the certificate beside the list, and the whole document to sign.

import W from "./ground.js";
import { toUnits } from "./pack.js";
import { daysOf } from "./versions.js";

const FAULTS_SHOWN = 20;
const REMARKS_SHOWN = 5;

export class Checks {
  constructor(store, act) {
    this.store = store;
    this.act = act;
    this.panel = W.byId("checks");
    this.body = W.byId("checks-body");
    this.verdict = W.byId("checks-verdict");
    this.dialog = W.byId("certificate");
    this.open = W.byId("open-certificate");
    this.open.addEventListener("click", () => this.openDocument());
    W.byId("print-certificate").addEventListener("click", () => window.print());
    store.on(["model", "proof", "proofFault"], () => this.show());
    W.onLanguage(() => this.show());
  }

  show() {
    const model = this.store.get("model");
    this.panel.hidden = !model;
    if (!model) return;
    const proof = this.store.get("proof");
    const ready = proof && proof.plan === model.plan.id;
    model.data.certificate = ready ? certificateView(proof, model.data.origin) : null;
    this.open.hidden = !ready;
    const passed = ready && (proof.exceptions ? "but" : "good");
    this.verdict.className = ready ? (proof.ok ? passed : "bad") : "";
    this.verdict.textContent = ready ? W.verdict(model) : "";
    const failed = this.store.get("proofFault");
    W.empty(this.body).append(
      ready
        ? W.checkList(model)
        : W.el("p", { class: "note" }, W.t(failed ? "checks.failed" : "checks.running"))
    );
    if (ready) this.linkBounds(model);
    if (ready && this.dialog.open) this.fillDocument();
  }

  /** The figure of the band leads to the grids it counts. */
  linkBounds(model) {
    const at = model.data.certificate.checks.findIndex((check) => check.code === "bounds");
    const found = this.body.querySelectorAll(".found")[at];
    if (!found || !model.out.length) return;
    const text = found.textContent;
    W.empty(found).append(
      W.el(
        "button",
        { type: "button", class: "link", onclick: () => this.act.narrow({ out: true }) },
        text
      )
    );
  }

  openDocument() {
    this.fillDocument();
    this.dialog.showModal();
    W.byId("certificate-body").scrollTop = 0;
  }

  fillDocument() {
    const model = this.store.get("model");
    model.data.title = titleOf(this.store.get("scene"));
    W.empty(W.byId("certificate-body")).append(
      W.certificate(model, (spot) => {
        this.dialog.close();
        this.store.set({ pin: spot });
        this.act.look(spot);
      })
    );
  }
}

/** Return the name of a plan as a document says it. */
export function titleOf(scene) {
  const { ancestors, name } = scene.division.properties;
  const place = [...ancestors.slice(-1).map((each) => each.name), name];
  return W.t("plan.title", {
    place: place.join(W.lang === "zh" ? "" : " · "),
    n: scene.plan.version,
    status: W.t("status." + scene.plan.status),
    days: daysOf(scene.plan),
  });
}

/** Return what the shared document shows of the certificate the service proved. */
function certificateView(proof, origin) {
  const finding = ({ grids, zh, en, lonlat }) => {
    const place = lonlat && toUnits(lonlat[0], lonlat[1]);
    return { grids, zh, en, place: place && place.map((c, i) => Math.round(c - origin[i])) };
  };
  return {
    ...proof,
    checks: proof.checks.map((check) => {
      // Grids out of band have their own list in the document.
      const remarks = check.code === "bounds" ? [] : check.remarks;
      const more = remarks.length ? check.remark_count - REMARKS_SHOWN : 0;
      return {
        ...check,
        faults: check.faults.slice(0, FAULTS_SHOWN).map(finding),
        faults_more: Math.max(0, check.fault_count - FAULTS_SHOWN),
        remarks: remarks.slice(0, REMARKS_SHOWN).map(finding),
        remarks_more: Math.max(0, more),
      };
    }),
  };
}
