// Mouse, pen and finger on the map as one: press, drag, let go. Two fingers and the held
// space bar move the map in place of painting.

import { L } from "../ground.js";

const TYPING = "input:not([type=checkbox]):not([type=range]), select, textarea";

/**
 * `hand` has move(spot, event), and where it drags start(spot, event) → whether the drag
 * is taken, drag(spot, event), end(spot, event), cancel(). A spot is [x, y] of the map.
 * Returns what to do when the tool is put down.
 */
export function takePointer(stage, hand) {
  const { map } = stage;
  const box = map.getContainer();
  const pointers = new Set();
  let held = null;
  let panning = false;

  const spotOf = (event) => {
    const { x, y } = map.mouseEventToContainerPoint(event);
    return [x, y];
  };
  const isOnMap = (event) => !event.target.closest(".leaflet-control, .leaflet-popup");

  const giveUp = () => {
    if (held === null) return;
    held = null;
    hand.cancel();
  };
  const onDown = (event) => {
    pointers.add(event.pointerId);
    if (pointers.size > 1) {
      giveUp();
      return;
    }
    if (event.button !== 0 || panning || !isOnMap(event)) return;
    if (!hand.start || !hand.start(spotOf(event), event)) return;
    held = event.pointerId;
    if (box.setPointerCapture) box.setPointerCapture(event.pointerId);
    // Without the mouse events that would follow, nobody else moves the focus here.
    event.preventDefault();
    box.focus({ preventScroll: true });
  };
  const onMove = (event) => {
    if (event.pointerId === held) {
      const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      (all.length ? all : [event]).forEach((each) => hand.drag(spotOf(each), event));
    } else if (held === null && !panning && pointers.size === 0) {
      hand.move(spotOf(event), event);
    }
  };
  const onUp = (event) => {
    pointers.delete(event.pointerId);
    if (event.pointerId !== held) return;
    held = null;
    hand.end(spotOf(event), event);
  };
  const onCancel = (event) => {
    pointers.delete(event.pointerId);
    if (event.pointerId === held) giveUp();
  };
  const onOut = () => held === null && hand.out && hand.out();
  const onKey = (event) => {
    if (event.key !== " " || event.isComposing || event.target.matches(TYPING)) return;
    if (event.target.closest("button, [role=listbox], dialog")) return;
    event.preventDefault();
    const down = event.type === "keydown";
    if (down === panning) return;
    panning = down;
    if (down) {
      giveUp();
      map.dragging.enable();
    } else if (hand.start) map.dragging.disable();
    box.classList.toggle("panning", down);
  };

  // Leaflet would drag and zoom by itself under a tool that draws.
  const wasZoomed = map.doubleClickZoom.enabled();
  if (hand.start) map.dragging.disable();
  map.doubleClickZoom.disable();
  const touch = box.style.touchAction;
  box.style.touchAction = "none";
  L.DomEvent.on(box, "contextmenu", L.DomEvent.preventDefault);
  const listening = [
    ["pointerdown", onDown],
    ["pointermove", onMove],
    ["pointerup", onUp],
    ["pointercancel", onCancel],
    ["pointerleave", onOut],
  ];
  listening.forEach(([name, tell]) => box.addEventListener(name, tell));
  document.addEventListener("keydown", onKey);
  document.addEventListener("keyup", onKey);
  return () => {
    giveUp();
    listening.forEach(([name, tell]) => box.removeEventListener(name, tell));
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("keyup", onKey);
    L.DomEvent.off(box, "contextmenu", L.DomEvent.preventDefault);
    box.style.touchAction = touch;
    box.classList.remove("panning");
    map.dragging.enable();
    if (wasZoomed) map.doubleClickZoom.enable();
  };
}
