// Who is signed in and what they may do, for hiding what the service would refuse.

import { ApiError, get } from "./api.js";

class Me {
  constructor() {
    this.told = null;
  }

  /** Ask once more, e.g. after somebody signed in again. */
  async load() {
    try {
      this.told = await get("session");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Without an answer nothing is offered; what is asked all the same is refused there.
      this.told = null;
    }
    return this;
  }

  get isKnown() {
    return this.told !== null;
  }

  get account() {
    return this.told && this.told.account;
  }

  get name() {
    return this.told ? this.told.name : "";
  }

  get display() {
    return this.told ? this.told.display : "";
  }

  get grants() {
    return this.told ? this.told.grants : [];
  }

  /** Tell whether somebody may do a thing in a division, or anywhere at all. */
  may(permission, division = null) {
    return this.grants.some(
      (grant) =>
        grant.permissions.includes(permission) &&
        (division === null || division.startsWith(grant.division))
    );
  }
}

export const me = new Me();
