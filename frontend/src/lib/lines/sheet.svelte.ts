import { byField, Problem } from '$lib/api/problem';
import { explain, explainField } from '$lib/i18n/problems';
import { debounce } from '$lib/ui/debounce';
import { totalsOf, type Totals } from './amounts';
import { amountsOf, isBlank, isComplete, newLine, withProduct } from './draft';
import type { Known, LineDraft, Product } from './draft';
import { readTable } from './paste';
import { matchProducts, priceLines, type PricedLines, type Reason } from './requests';

/** What is known of the lines as a whole. */
export interface SheetState {
  totals: Totals;
  /** Why a manager must look at it, as far as prices go. */
  needsApproval: Reason[];
  /** Every line can be saved as it is. */
  complete: boolean;
  /** Somebody wrote on them; otherwise only their prices came. */
  edited: boolean;
}

type Faults = Record<string, Record<string, string>>;

interface Options {
  clientId: () => string | null;
  lines: () => LineDraft[];
  change: (lines: LineDraft[], edited: boolean) => void;
}

/** The lines being written: edits at once, prices from the server as soon as the typing pauses. */
export class Sheet {
  needsApproval = $state.raw<Reason[]>([]);
  warnings = $state.raw<string[]>([]);
  /** What is wrong with a line's fields: `key` → `field` → words. */
  faults = $state.raw<Faults>({});
  problem = $state.raw<Problem>();
  pasting = $state(false);
  /** The row that waits for the next line; it becomes a line with its first letter. */
  next = $state.raw(newLine());
  readonly #options: Options;
  #latest = 0;
  #priced = '';

  constructor(options: Options) {
    this.#options = options;
  }

  get lines() {
    return this.#options.lines();
  }

  get rows(): LineDraft[] {
    return [...this.lines, this.next];
  }

  get totals(): Totals {
    return totalsOf(this.lines.map(amountsOf));
  }

  state(edited: boolean): SheetState {
    const complete = this.lines.every(isComplete) && Object.keys(this.faults).length === 0;
    return { totals: this.totals, needsApproval: this.needsApproval, complete, edited };
  }

  edit(key: string, changes: Partial<LineDraft>) {
    if (key === this.next.key) {
      const line = { ...this.next, ...changes };
      if (isBlank(line)) return;
      this.next = newLine();
      this.#set([...this.lines, line]);
    } else {
      this.#set(this.lines.map((line) => (line.key === key ? { ...line, ...changes } : line)));
    }
  }

  pick(key: string, product: Product) {
    const line = this.rows.find((row) => row.key === key);
    if (line) this.edit(key, withProduct(line, product));
  }

  remove(key: string) {
    this.#set(this.lines.filter((line) => line.key !== key));
  }

  /** A new row below a line. */
  insertAfter(key: string): string {
    const at = this.lines.findIndex((line) => line.key === key);
    if (at < 0 || at === this.lines.length - 1) return this.next.key;
    const line = newLine();
    this.#set([...this.lines.slice(0, at + 1), line, ...this.lines.slice(at + 1)]);
    return line.key;
  }

  /** Lines out of a spreadsheet, where the row stands. What names no product stays as text. */
  async paste(key: string, text: string): Promise<number> {
    const pasted = readTable(text);
    if (pasted.length === 0) return 0;
    this.pasting = true;
    try {
      const products = await matchProducts(pasted.map((line) => line.text));
      const lines = pasted.map(({ text: description, ...numbers }, at) => {
        const product = products[at];
        const line = product ? withProduct(newLine(), product) : { ...newLine(), description };
        return { ...line, ...numbers };
      });
      const at = this.lines.findIndex((line) => line.key === key);
      const before = at < 0 ? this.lines : this.lines.slice(0, at);
      const after = at < 0 ? [] : this.lines.slice(at).filter((line) => !isBlank(line));
      this.#set([...before, ...lines, ...after]);
      return lines.length;
    } catch (thrown) {
      this.problem = Problem.from(thrown);
      return 0;
    } finally {
      this.pasting = false;
    }
  }

  #set(lines: LineDraft[]) {
    this.#options.change(lines, true);
    this.reprice();
  }

  /** Asks the server again, for the client as it is now. */
  reprice = debounce(() => void this.#ask(), 250);

  async #ask() {
    const lines = this.lines.filter(isComplete);
    const clientId = this.#options.clientId();
    const asked = JSON.stringify([clientId, lines.map((line) => ({ ...line, known: null }))]);
    if (asked === this.#priced) return;
    const mine = ++this.#latest;
    try {
      const answer = await priceLines(clientId, lines);
      if (mine === this.#latest) this.#take(lines, answer, {});
    } catch (thrown) {
      if (mine === this.#latest) await this.#refused(mine, lines, Problem.from(thrown));
    }
    if (mine === this.#latest) this.#priced = this.problem ? '' : asked;
  }

  #take(asked: LineDraft[], answer: PricedLines, faults: Faults) {
    const known = (line: LineDraft): Known | null => {
      const priced = answer.lines[asked.findIndex(({ key }) => key === line.key)];
      return priced ? { ...priced, vat_nature: priced.vat_nature ?? null } : line.known;
    };
    this.faults = faults;
    this.problem = undefined;
    this.needsApproval = answer.needs_approval;
    this.warnings = answer.warnings.map(explainField);
    this.#options.change(
      this.lines.map((line) => ({ ...line, known: known(line) })),
      false,
    );
  }

  /** Says what is wrong with which line, and prices the others. */
  async #refused(mine: number, asked: LineDraft[], problem: Problem) {
    const faults: Faults = {};
    for (const [name, field] of Object.entries(byField(problem.fields))) {
      const [, at, of] = /^lines\/(\d+)\/(\w+)$/.exec(name) ?? [];
      const line = asked[Number(at)];
      if (line && of) faults[line.key] = { ...faults[line.key], [of]: explainField(field) };
    }
    const good = asked.filter((line) => !faults[line.key]);
    if (good.length === asked.length) {
      this.problem = problem;
      return;
    }
    const answer = await priceLines(this.#options.clientId(), good).catch(() => null);
    if (mine !== this.#latest) return;
    if (answer) this.#take(good, answer, faults);
    else this.faults = faults;
  }

  /** What to say when nothing can be priced. */
  get trouble(): string {
    return this.problem ? explain(this.problem) : '';
  }
}
