const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let code = byte;
  for (let bit = 0; bit < 8; bit += 1) code = code & 1 ? (code >>> 1) ^ 0xedb88320 : code >>> 1;
  return code;
});

export function crc32(bytes: Uint8Array): number {
  let code = ~0;
  for (const byte of bytes) code = (code >>> 8) ^ TABLE[(code ^ byte) & 0xff]!;
  return ~code >>> 0;
}

/** Numbers of two or four bytes, the low byte first. */
function header(size: number, fields: [at: number, bytes: 2 | 4, value: number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  for (const [at, bytes, value] of fields) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  }
  return new Uint8Array(view.buffer);
}

const VERSION = 20;
const UTF8 = 0x0800;
/** 1 January 1980: the same content is the same file. */
const DAY = 0x21;

/** An archive of texts, not compressed. */
export function zipOf(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, data] = [encoder.encode(path), encoder.encode(text)];
    const common = (at: number): [number, 2 | 4, number][] => [
      [at, 2, VERSION],
      [at + 2, 2, UTF8],
      [at + 8, 2, DAY],
      [at + 10, 4, crc32(data)],
      [at + 14, 4, data.length],
      [at + 18, 4, data.length],
      [at + 22, 2, name.length],
    ];
    parts.push(header(30, [[0, 4, 0x04034b50], ...common(4)]), name, data);
    directory.push(
      header(46, [[0, 4, 0x02014b50], [4, 2, VERSION], ...common(6), [42, 4, offset]]),
      name,
    );
    offset += 30 + name.length + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = directory.length / 2;
  const end = header(22, [
    [0, 4, 0x06054b50],
    [8, 2, count],
    [10, 2, count],
    [12, 4, size],
    [16, 4, offset],
  ]);
  return joined([...parts, ...directory, end]);
}

function joined(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
