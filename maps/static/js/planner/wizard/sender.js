// Sends a file and tells how much of it has arrived; fetch cannot tell that.

import { ApiError, address, get } from "../api.js";

const CSRF = /(?:^|;\s*)wangge_csrf=([^;]*)/;

/** Send a file; `onShare(0–1)` is told how far it is. Returns {upload, job}. */
export async function sendFile(body, name, division, { onShare, signal }) {
  // Whoever was signed out meanwhile is let in before the bytes go on their way.
  await get("session", {}, signal);
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", address("uploads", { name, division }));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    const found = CSRF.exec(document.cookie);
    if (found) request.setRequestHeader("X-CSRF-Token", decodeURIComponent(found[1]));
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onShare(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const told = parsed(request.responseText);
      if (request.status === 201) done(told);
      else fail(new ApiError(request.status, told));
    });
    request.addEventListener("error", () => fail(new ApiError(0, {})));
    request.addEventListener("abort", () => fail(new DOMException("stopped", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return {};
  }
}
