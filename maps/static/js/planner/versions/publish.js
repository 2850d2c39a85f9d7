// Publishing: the day, what changes for whom, the certificate, who approved.

import W from "../ground.js";
import { get, send, wordsFor } from "../api.js";
import { field, openDialog } from "./dialog.js";
import { exceptions } from "./exceptions.js";
import { at, serial, titleOf } from "./words.js";

/** Ask for the day and publish; resolves to the version as it then is. */
export async function publishDialog(version) {
  const detail = await get(`plans/${version.id}/version`);
  const since = W.el("input", {
    type: "date",
    min: detail.earliest,
    value: detail.earliest,
    required: true,
  });
  const begins = W.el("p", { class: "begins", role: "status" });
  const tellDay = () => {
    begins.textContent = since.value ? W.t("publish.begins", { day: since.value }) : "";
  };
  since.addEventListener("input", tellDay);
  tellDay();
  return openDialog({
    title: `${W.t("publish.title")} · ${titleOf(version)}`,
    kind: "wide",
    parts: [
      field(W.t("publish.since"), since, W.t("publish.since.hint")),
      begins,
      findings(detail, { ends: true }, fact("publish.approved", W.el("dd", {}, approval(detail)))),
      W.el("p", { class: "note" }, W.t("publish.fixed")),
    ],
    verb: W.t("do.publish"),
    send: async () => {
      if (!since.value || since.value < detail.earliest) {
        return { wrong: W.t("publish.since.wrong", { day: detail.earliest }) };
      }
      const body = { since: since.value };
      return (await send("POST", `plans/${version.id}/publication`, body)).data;
    },
  });
}

/** List what a version changes and what its certificate says, as it is found. */
export function findings(detail, { ends }, ...more) {
  const changes = W.el("dd", {}, W.el("span", { class: "note" }, W.t("cmp.running")));
  const proof = W.el("dd", {}, W.el("span", { class: "note" }, W.t("submit.proving")));
  tellChanges(detail, changes, ends);
  tellProof(detail, proof);
  return W.el(
    "dl",
    { class: "facts" },
    fact("publish.what", changes),
    fact("publish.certificate", proof),
    ...more
  );
}

function fact(key, value) {
  return W.el("div", {}, W.el("dt", {}, W.t(key)), value);
}

function approval(detail) {
  const { approved } = detail;
  if (!approved) return "–";
  const who = W.t("publish.approved.by", { actor: approved.actor, at: at(approved.at) });
  return approved.comment ? [who, W.el("small", {}, approved.comment)] : who;
}

/** Say what changes against the plan that would end, and that it does. */
async function tellChanges(detail, node, ends) {
  const say = (...lines) =>
    W.empty(node).append(...lines.filter(Boolean).map((line) => W.el("p", {}, line)));
  try {
    const { items } = await get(`divisions/${detail.community}/versions`);
    const last = items
      .filter((each) => each.effective_from && each.stage !== "ended")
      .sort((a, b) => (a.effective_from < b.effective_from ? 1 : -1))[0];
    if (!last) {
      const { grids, households } = detail;
      say(W.t("publish.first", { grids: W.number(grids), households: W.number(households) }));
      return;
    }
    const found = await get(`plans/${last.id}/compare/${detail.id}`);
    say(...changeLines(found), ends && W.t("publish.ends", { n: last.version }));
  } catch (error) {
    if (error.name !== "ApiError") throw error;
    say(W.t("publish.summary.failed", { why: wordsFor(error) }));
  }
}

/** Say the figures of a comparison in lines. */
export function changeLines(found) {
  const devices = found.moves.reduce((sum, row) => sum + row.devices, 0);
  const share = W.percent(
    found.households ? found.households_moved / found.households : null,
    1
  );
  const n = W.number(found.households_moved);
  const lines = [
    !found.households_moved
      ? W.t("publish.same")
      : devices
        ? W.t("publish.moves.devices", { n, share, devices: W.number(devices) })
        : W.t("publish.moves", { n, share }),
  ];
  const grids = [
    W.t("publish.grids", { before: found.grids_before, after: found.grids_after }),
    found.added.length && W.t("publish.added", { codes: listed(found.added) }),
    found.gone.length && W.t("publish.gone", { codes: listed(found.gone) }),
  ];
  return [...lines, grids.filter(Boolean).join(W.t("ver.join.parts"))];
}

function listed(codes) {
  return codes.map(serial).join(W.t("ver.join"));
}

async function tellProof(detail, node) {
  try {
    const proof = await get(`plans/${detail.id}/certificate`);
    const hash = W.el("small", { class: "hash" }, proof.plan_hash.slice(0, 16));
    const sign = proof.ok ? "✓ " : "✗ ";
    const listed = proof.verdict === "valid_with_exceptions" ? exceptions(proof) : "";
    W.empty(node).append(sign + W.t("cert." + proof.verdict), listed, hash);
  } catch (error) {
    if (error.name !== "ApiError") throw error;
    W.empty(node).append(wordsFor(error));
  }
}
