// MapLibre's worker, a file of ours so that the page's policy needs no blob.
"use strict";

importScripts(
  "polyfills.js",
  "../../vendor/maplibre-gl/dist/maplibre-gl-csp-worker.js"
);
