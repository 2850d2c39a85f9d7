// Takes a file from the service, or orders it as a job where it is too large to wait for.

import { fetchFile, send } from "../api.js";

const TOO_LARGE = "export_too_large";
const KEEP_MS = 60000;

/** Return {name, size} once the browser has saved the file, or {job}. */
export async function take(subject, query, signal) {
  const where = subject.plan ? `plans/${subject.plan}/export` : `divisions/${subject.code}/export`;
  const shown = subject.plan ? {} : shownOf(subject);
  try {
    const answer = await fetchFile(where, { ...query, ...shown }, signal);
    const blob = await answer.blob();
    const name = nameOf(answer.headers.get("Content-Disposition"));
    save(blob, name);
    return { name, size: blob.size };
  } catch (error) {
    if (error.code !== TOO_LARGE) throw error;
    return { job: await order(subject, query) };
  }
}

/** Which plans of a division: those of a day, perhaps with drafts. */
function shownOf(subject) {
  return { on: subject.on, drafts: subject.drafts ? "true" : null };
}

async function order(subject, query) {
  const what = subject.plan
    ? { plan: subject.plan }
    : { division: subject.code, drafts: Boolean(subject.drafts), ...(subject.on ? { on: subject.on } : {}) };
  return (await send("POST", "exports", { ...query, ...what })).data;
}

/** Read the name from RFC 5987's form, which alone can hold Chinese. */
export function nameOf(header) {
  const found = /filename\*=UTF-8''([^;]+)/i.exec(header || "");
  return found ? decodeURIComponent(found[1]) : "export";
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  // Revoked at once, some browsers would save nothing.
  window.setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}
