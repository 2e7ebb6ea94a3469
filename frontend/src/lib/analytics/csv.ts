/** A cell as spreadsheets in Italy read it; what would run as a formula is taken as text. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value).replace('.', ',');
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[;"\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines with semicolons, and a mark that says UTF-8. */
export function csvOf(heads: string[], rows: (string | number)[][]): string {
  return '\uFEFF' + [heads, ...rows].map((row) => row.map(cell).join(';') + '\r\n').join('');
}
