// What MapLibre calls without asking and browsers before Chromium 93 do not have.
// A classic script, for the page and for MapLibre's worker.
(function () {
  "use strict";

  if (!Object.hasOwn) {
    Object.defineProperty(Object, "hasOwn", {
      configurable: true,
      writable: true,
      value: function (object, key) {
        return Object.prototype.hasOwnProperty.call(object, key);
      },
    });
  }

  [Array.prototype, String.prototype].forEach(function (prototype) {
    if (prototype.at) return;
    Object.defineProperty(prototype, "at", {
      configurable: true,
      writable: true,
      value: function (index) {
        const whole = Math.trunc(index) || 0;
        return this[whole < 0 ? this.length + whole : whole];
      },
    });
  });
})();
