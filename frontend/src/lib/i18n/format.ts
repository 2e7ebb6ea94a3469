/** How people here write amounts, dates and times. Business dates are days in Rome. */

const ZONE = 'Europe/Rome';
const DAY_MS = 86_400_000;

export class Formats {
  readonly #locale: string;
  readonly #number: Intl.NumberFormat;
  readonly #money: Intl.NumberFormat;
  readonly #wholeMoney: Intl.NumberFormat;
  readonly #date: Intl.DateTimeFormat;
  readonly #dateTime: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #dayMonth: Intl.DateTimeFormat;
  readonly #relative: Intl.RelativeTimeFormat;

  constructor(language: string) {
    const locale = (this.#locale = language === 'en' ? 'en-GB' : 'it-IT');
    const grouped = { useGrouping: 'always' } as const;
    const euro = { ...grouped, style: 'currency', currency: 'EUR' } as const;
    this.#number = new Intl.NumberFormat(locale, grouped);
    this.#money = new Intl.NumberFormat(locale, euro);
    this.#wholeMoney = new Intl.NumberFormat(locale, { ...euro, maximumFractionDigits: 0 });
    const date = { day: '2-digit', month: '2-digit', year: 'numeric' } as const;
    const time = { hour: '2-digit', minute: '2-digit' } as const;
    this.#date = new Intl.DateTimeFormat(locale, { ...date, timeZone: ZONE });
    this.#dateTime = new Intl.DateTimeFormat(locale, { ...date, ...time, timeZone: ZONE });
    this.#time = new Intl.DateTimeFormat(locale, { ...time, timeZone: ZONE });
    this.#dayMonth = new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'short',
      timeZone: ZONE,
    });
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  }

  number(value: number): string {
    return this.#number.format(value);
  }

  /** Cents as euro; cents are left out when there are none. */
  money(cents: number | null | undefined): string {
    if (cents == null) return '–';
    return (cents % 100 === 0 ? this.#wholeMoney : this.#money).format(cents / 100);
  }

  /** Cents as euro to the cent, as documents write them. */
  exactMoney(cents: number | null | undefined): string {
    if (cents == null) return '–';
    return this.#money.format(cents / 100);
  }

  /** Rounded to euro, for sums in narrow places. */
  roundMoney(cents: number): string {
    return this.#wholeMoney.format(cents / 100);
  }

  /** A calendar date (`2026-03-01`) or an instant. */
  date(value: string | null | undefined): string {
    return value ? this.#date.format(instant(value)) : '–';
  }

  dateTime(value: string): string {
    return this.#dateTime.format(new Date(value));
  }

  /** As people say it: oggi 14:30, ieri, 3 mar, 03/03/2024. */
  day(value: string, now = new Date()): string {
    const days = daysBetween(now, value);
    const clock = value.includes('T') ? ` ${this.#time.format(new Date(value))}` : '';
    if (Math.abs(days) <= 1) return this.#relative.format(days, 'day') + clock;
    const sameYear = romeDay(value).slice(0, 4) === romeDay(now).slice(0, 4);
    return sameYear ? this.#dayMonth.format(instant(value)) : this.date(value);
  }

  /** The clock in Rome: 09:30. */
  time(value: string): string {
    return this.#time.format(new Date(value));
  }

  /** A calendar date with the name of its day: lunedì 30 novembre; short: lun 30 nov. */
  weekday(day: string, width: 'long' | 'short' = 'long'): string {
    const parts = { weekday: width, day: 'numeric', month: width, timeZone: ZONE } as const;
    return new Intl.DateTimeFormat(this.#locale, parts).format(instant(day));
  }

  /** Day and month of a calendar date: 24 giu. */
  dayMonth(day: string): string {
    return this.#dayMonth.format(instant(day));
  }

  /** The month of a calendar date: dicembre 2026. */
  month(day: string): string {
    const parts = { month: 'long', year: 'numeric', timeZone: ZONE } as const;
    return new Intl.DateTimeFormat(this.#locale, parts).format(instant(day));
  }

  /** A span as people say it on the road: 45 min, 1 h 20 min. */
  span(seconds: number): string {
    const minutes = Math.round(seconds / 60);
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    if (hours === 0) return `${rest} min`;
    return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
  }

  /** A way by car: 800 m, 12 km. */
  distance(meters: number): string {
    if (meters < 950) return `${Math.round(meters / 50) * 50} m`;
    const km = meters / 1000;
    return `${this.#number.format(km < 10 ? Math.round(km * 10) / 10 : Math.round(km))} km`;
  }

  /** A span in its largest unit: 3 giorni, 5 ore, 2 minuti. */
  duration(seconds: number): string {
    const [amount, unit] =
      seconds >= 86_400
        ? [seconds / 86_400, 'day']
        : seconds >= 3600
          ? [seconds / 3600, 'hour']
          : seconds >= 60
            ? [seconds / 60, 'minute']
            : [seconds, 'second'];
    return new Intl.NumberFormat(this.#locale, {
      style: 'unit',
      unit,
      unitDisplay: 'long',
      maximumFractionDigits: 0,
    }).format(Math.floor(amount));
  }
}

/** `2026-03-01` stands for noon, so that no zone moves it to another day. */
function instant(value: string): Date {
  return new Date(value.includes('T') ? value : `${value}T12:00:00Z`);
}

const ISO_IN_ROME = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE });

/** The day in Rome as `YYYY-MM-DD`. */
export function romeDay(value: Date | string): string {
  return ISO_IN_ROME.format(typeof value === 'string' ? instant(value) : value);
}

/** Whole days from `from` to `to`, by the calendar in Rome. */
export function daysBetween(from: Date | string, to: Date | string): number {
  return Math.round((Date.parse(romeDay(to)) - Date.parse(romeDay(from))) / DAY_MS);
}

/** Cents out of what a person typed: `1.234,50`, `1234.5`, `1 234`; null when empty, NaN when it is no amount. */
export function parseMoney(text: string): number | null {
  const compact = text.replace(/[\s€]/g, '');
  if (compact === '') return null;
  if (!/^-?[\d.,]+$/.test(compact)) return NaN;
  const comma = compact.lastIndexOf(',');
  const dot = compact.lastIndexOf('.');
  // The later of the two separators is the decimal one; a lone dot before three digits groups thousands.
  const decimal =
    comma > dot ? comma : dot > comma && (comma >= 0 || !/\.\d{3}$/.test(compact)) ? dot : -1;
  const whole = (decimal < 0 ? compact : compact.slice(0, decimal)).replace(/[.,]/g, '');
  const cents = decimal < 0 ? '' : compact.slice(decimal + 1);
  if (/[.,]/.test(cents) || cents.length > 2) return NaN;
  const sign = whole.startsWith('-') ? -1 : 1;
  return Number(whole || '0') * 100 + sign * Number(cents.padEnd(2, '0') || '0');
}

/** What a money field shows for an amount: no symbol, a comma for the decimals. */
export function moneyInput(cents: number | null | undefined): string {
  if (cents == null) return '';
  const fixed = (cents / 100).toFixed(cents % 100 === 0 ? 0 : 2);
  return fixed.replace('.', ',');
}
