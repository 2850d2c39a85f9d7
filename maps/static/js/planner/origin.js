// Says whose data it is, and that a made-up town is made up.

import W from "./ground.js";
import { get } from "./api.js";

/** Tell it on the page; where the service is away, the banner says so already. */
export async function tellOrigin() {
  let origin;
  try {
    origin = await get("origin");
  } catch (error) {
    if (error.name === "ApiError") return;
    throw error;
  }
  W.byId("made-up").hidden = !origin.made_up;
  const whose = W.byId("attribution");
  whose.textContent = origin.attribution;
  whose.hidden = !origin.attribution;
}
