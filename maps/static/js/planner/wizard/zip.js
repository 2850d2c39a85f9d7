// Packs several files into one zip without pressing them: a Shapefile is four files at
// least, and a folder of layers is many. Pure; the bytes stay on disk until they are sent.

const CHUNK = 4 << 20;
const TEXT = new TextEncoder();
const LIMIT = 0xffffffff;

let table = null;

function crcTable() {
  if (table) return table;
  table = new Uint32Array(256);
  for (let n = 0; n < 256; n++) {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    table[n] = c >>> 0;
  }
  return table;
}

/** Return the CRC-32 of a file, read piece by piece. */
export async function crcOf(file) {
  const known = crcTable();
  let crc = 0xffffffff;
  for (let at = 0; at < file.size; at += CHUNK) {
    const bytes = new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer());
    for (let i = 0; i < bytes.length; i++) crc = known[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Return one Blob that is a zip of the files, under their own names. */
export async function zipOf(files) {
  const parts = [];
  const index = [];
  let offset = 0;
  for (const file of files) {
    const name = TEXT.encode(file.name);
    const crc = await crcOf(file);
    const about = { name, crc, size: file.size, offset };
    const head = headOf(about, false);
    parts.push(head, name, file);
    index.push(about);
    offset += head.byteLength + name.length + file.size;
    if (offset > LIMIT) throw new RangeError("more than a plain zip holds");
  }
  const begin = offset;
  for (const about of index) {
    const head = headOf(about, true);
    parts.push(head, about.name);
    offset += head.byteLength + about.name.length;
  }
  parts.push(endOf(index.length, offset - begin, begin));
  return new Blob(parts, { type: "application/zip" });
}

function headOf({ name, crc, size, offset }, central) {
  const view = new DataView(new ArrayBuffer(central ? 46 : 30));
  const skip = central ? 2 : 0;
  view.setUint32(0, central ? 0x02014b50 : 0x04034b50, true);
  view.setUint16(4, 20, true);
  if (central) view.setUint16(6, 20, true);
  view.setUint16(6 + skip, 0x0800, true); // names are UTF-8
  view.setUint16(12 + skip, 0x21, true); // 1 January 1980
  view.setUint32(14 + skip, crc, true);
  view.setUint32(18 + skip, size, true);
  view.setUint32(22 + skip, size, true);
  view.setUint16(26 + skip, name.length, true);
  if (central) view.setUint32(42, offset, true);
  return view.buffer;
}

function endOf(count, size, begin) {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, size, true);
  view.setUint32(16, begin, true);
  return view.buffer;
}
