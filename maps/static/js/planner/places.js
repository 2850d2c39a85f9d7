// Devices and activity spaces on the map: a shape per kind, so that colour is not all.

import W from "./ground.js";
import { placeOf } from "./model.js";

const WITHIN_MPP = 2.2;
const REACH = 9;

const DEVICE = { color: "#b0510b", ring: "#ffffff" };
const SPACE = { color: "#0b6e4f", ring: "#ffffff" };

const SHAPES = {
  camera: (ctx, x, y, r) => ctx.arc(x, y, r, 0, 2 * Math.PI),
  access_control: (ctx, x, y, r) => ctx.rect(x - r, y - r, 2 * r, 2 * r),
  face: (ctx, x, y, r) => polygon(ctx, x, y, r * 1.3, 4),
  fire_lane: (ctx, x, y, r) => polygon(ctx, x, y, r * 1.35, 3),
  space: (ctx, x, y, r) => polygon(ctx, x, y, r * 1.6, 5),
};

function polygon(ctx, x, y, r, corners) {
  for (let i = 0; i < corners; i++) {
    const angle = (2 * Math.PI * i) / corners - Math.PI / 2;
    ctx.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  ctx.closePath();
}

/** Return the shape that stands for a device or a space. */
export function shapeOf(kind, item) {
  if (kind === "spaces") return SHAPES.space;
  return SHAPES[item.kind] || SHAPES.camera;
}

export function toneOf(kind) {
  return kind === "spaces" ? SPACE : DEVICE;
}

/** Draw the devices or the spaces of a model. */
export function paintPlaces(ctx, model, view, kind) {
  if (view.mpp > WITHIN_MPP) return;
  const tone = toneOf(kind);
  const r = kind === "spaces" ? 4.6 : view.mpp > 1 ? 2.4 : 3.4;
  ctx.lineJoin = "round";
  W.eachIn(model.index[kind], W.viewBox(view), (f) => {
    const place = placeOf(model, kind, f);
    ctx.beginPath();
    shapeOf(kind, model[kind][f])(
      ctx,
      place.x * view.k + view.x,
      view.y - place.y * view.k,
      r
    );
    ctx.lineWidth = 2.4;
    ctx.strokeStyle = tone.ring;
    ctx.stroke();
    ctx.fillStyle = tone.color;
    ctx.fill();
  });
}

/** Return {kind, item, place} of what stands under a spot, or null. */
export function placeAt(model, spot, view, kinds) {
  if (view.mpp > WITHIN_MPP) return null;
  const reach = REACH / view.k;
  const box = [spot.x - reach, spot.y - reach, spot.x + reach, spot.y + reach];
  let found = null;
  kinds.forEach((kind) => {
    W.eachIn(model.index[kind], box, (f) => {
      const place = placeOf(model, kind, f);
      const distance = Math.hypot(place.x - spot.x, place.y - spot.y);
      if (distance > reach || (found && found.distance <= distance)) return;
      found = { kind, item: model[kind][f], place, distance };
    });
  });
  return found;
}
