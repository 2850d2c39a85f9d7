// Tiles for the canvas engine with only the layers that are drawn from them: reading the
// rest would hold up the page, and at some zooms the rest is nine tenths of a tile.

const LAYER = 3; // field of a tile that is a layer
const NAME = 1; // field of a layer that is its name
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A source of protomaps-leaflet. `drawn(zoom)` names the layers to keep, as a set. */
export class LeanTiles {
  constructor(address, drawn) {
    this.address = address;
    this.drawn = drawn;
  }

  async getZxy(z, x, y, signal) {
    const kept = this.drawn(z);
    if (!kept.size) return undefined;
    const place = { z, x, y };
    const url = this.address.replace(/\{([zxy])\}/g, (whole, name) => place[name]);
    const answer = await fetch(url, { signal });
    if (!answer.ok) return undefined;
    return { data: keepLayers(new Uint8Array(await answer.arrayBuffer()), kept) };
  }
}

/** Return a vector tile without the layers that are not in the set. */
export function keepLayers(tile, kept) {
  const parts = [];
  eachField(tile, (field, from, start, end) => {
    if (field === LAYER && kept.has(nameOf(tile.subarray(start, end)))) {
      parts.push(tile.subarray(from, end));
    }
  });
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const lean = new Uint8Array(size);
  let at = 0;
  parts.forEach((part) => {
    lean.set(part, at);
    at += part.length;
  });
  return lean;
}

function nameOf(layer) {
  let name = "";
  eachField(layer, (field, from, start, end) => {
    if (field !== NAME) return true;
    name = new TextDecoder().decode(layer.subarray(start, end));
    return false;
  });
  return name;
}

/** Call tell(field, from, start, end) for fields of bytes until it returns false. */
function eachField(bytes, tell) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (!(byte & 128)) return value;
    }
  };
  while (at < bytes.length) {
    const from = at;
    const key = varint();
    const kind = key & 7;
    if (kind === VARINT) varint();
    else if (kind === FIXED64) at += 8;
    else if (kind === FIXED32) at += 4;
    else if (kind === BYTES) {
      const size = varint();
      const start = at;
      at += size;
      if (tell(key >> 3, from, start, at) === false) return;
    } else throw new Error("no vector tile");
  }
}
