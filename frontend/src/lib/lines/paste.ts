import { typed } from './decimal';

/** A line out of a spreadsheet: article code or name, quantity, price, discount. */
export interface Pasted {
  text: string;
  quantity: string;
  unit_price: string | null;
  discount_percent: string | null;
}

const HEADINGS = {
  text: /^(sku|codice|cod\.?|articolo|prodotto|nome|descrizione|product|item|name|code)/i,
  quantity: /^(q\.?t[aà]'?|quantit|qty|quantity|pezzi|pz)/i,
  unit_price: /^(prezzo|price|listino|importo)/i,
  discount_percent: /^(sconto|disc)/i,
};
type Field = keyof typeof HEADINGS;
const IN_ORDER: Field[] = ['text', 'quantity', 'unit_price', 'discount_percent'];

/** Whether it is more than a word or a number for one cell. */
export const isTable = (text: string) => /[\t\n]/.test(text.replace(/\r?\n$/, ''));

/** The lines of a copied table. With a heading its columns may stand in any order. */
export function readTable(text: string): Pasted[] {
  const rows = text
    .split(/\r?\n/)
    .map((row) => row.split('\t').map((cell) => cell.trim().replace(/^"|"$/g, '')))
    .filter((cells) => cells.some(Boolean));
  const places = headings(rows[0] ?? []);
  const body = places ? rows.slice(1) : rows;
  return body.map((cells) => read(cells, places)).filter((line) => line.text !== '');
}

function headings(cells: string[]): Map<Field, number> | null {
  const places = new Map<Field, number>();
  cells.forEach((cell, at) => {
    const field = IN_ORDER.find((name) => !places.has(name) && HEADINGS[name].test(cell));
    if (field) places.set(field, at);
  });
  return places.has('text') && places.has('quantity') ? places : null;
}

function read(cells: string[], places: Map<Field, number> | null): Pasted {
  const at = (field: Field) =>
    cells[places ? (places.get(field) ?? -1) : IN_ORDER.indexOf(field)] ?? '';
  return {
    text: at('text'),
    quantity: typed(at('quantity')) || '1',
    unit_price: typed(at('unit_price')) || null,
    discount_percent: typed(at('discount_percent')) || null,
  };
}
