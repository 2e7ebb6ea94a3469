import { expect, it } from 'vitest';
import { xlsxOf } from './xlsx';
import { crc32, zipOf } from './zip';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it('sums are those of every archive', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

it('an archive lists each file where it is', () => {
  const archive = zipOf({ 'a.txt': 'uno', 'b/è.txt': 'due' });
  const view = new DataView(archive.buffer);
  const end = archive.length - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  expect(view.getUint16(end + 10, true)).toBe(2);
  const directory = view.getUint32(end + 16, true);
  expect(view.getUint32(directory, true)).toBe(0x02014b50);
  const second = directory + 46 + 'a.txt'.length;
  const at = view.getUint32(second + 42, true);
  expect(view.getUint32(at, true)).toBe(0x04034b50);
  const name = view.getUint16(at + 26, true);
  expect(text(archive.slice(at + 30, at + 30 + name))).toBe('b/è.txt');
  expect(text(archive.slice(at + 30 + name, at + 33 + name))).toBe('due');
});

it('a workbook keeps numbers as numbers and everything else as text', () => {
  const book = text(
    xlsxOf('Perse: Prezzo/1', ['Nome', 'Valore'], [['=1+1 <b> & "c"\u0007', 12.5]]),
  );
  expect(book).toContain('<sheet name="Perse  Prezzo 1"');
  expect(book).toContain('<t xml:space="preserve">=1+1 &lt;b&gt; &amp; &quot;c&quot;</t>');
  expect(book).toContain('<c><v>12.5</v></c>');
});
