import { analyticsWords } from './analytics.it';
import { calendarWords } from './calendar.it';
import { clientWords } from './clients.it';
import { codeWords } from './codes.it';
import { coverageWords } from './coverage.it';
import { dealWords } from './deals.it';
import { importWords } from './imports.it';
import { leadWords } from './leads.it';
import { peopleWords } from './people.it';
import { productWords } from './products.it';
import { reportWords } from './reports.it';
import { selling } from './selling.it';
import { visitSettingWords } from './visit-settings.it';
import { tourWords } from './tours.it';
import { visitWords } from './visits.it';

/** Italian is the reference: its shape is the type every other language has to fill. */
export const it = {
  ...analyticsWords,
  ...calendarWords,
  ...clientWords,
  ...codeWords,
  ...coverageWords,
  ...dealWords,
  ...importWords,
  ...peopleWords,
  ...productWords,
  ...reportWords,
  ...leadWords,
  ...selling,
  ...visitSettingWords,
  ...tourWords,
  ...visitWords,
  app: {
    name: 'NEXUS-CRM',
    skipToContent: 'Vai al contenuto',
    offline: 'Sei senza rete: quello che vedi potrebbe non essere aggiornato.',
    partsDown: (parts: string) =>
      `Al momento non risponde: ${parts}. Il resto funziona; appena torna, questo avviso sparisce.`,
    parts: {
      auth: 'accessi e utenti',
      keys: 'accessi e utenti',
      crm: 'clienti, trattative e ordini',
      visits: 'visite e giri',
      analytics: 'analisi',
    },
  },
  nav: {
    home: 'Home',
    clients: 'Clienti',
    leads: 'Lead',
    tasks: 'Attività',
    pipeline: 'Trattative',
    proposals: 'Proposte',
    orders: 'Ordini',
    visits: 'Visite',
    approvals: 'Approvazioni',
    analytics: 'Analisi',
    products: 'Prodotti',
    import: 'Importa',
    settings: 'Impostazioni',
    main: 'Navigazione principale',
    add: 'Aggiungi',
    more: 'Altro',
  },
  common: {
    save: 'Salva',
    cancel: 'Annulla',
    close: 'Chiudi',
    edit: 'Modifica',
    add: 'Aggiungi',
    archive: 'Archivia',
    restore: 'Ripristina',
    unsaved: 'Hai scritto qualcosa che non è salvato.',
    goOn: 'Continua',
    discard: 'Scarta',
    undo: 'Annulla',
    retry: 'Riprova',
    loadMore: 'Mostra altri',
    loading: 'Caricamento…',
    all: 'Tutti',
    none: 'Nessuno',
    optional: 'facoltativo',
    actions: 'Azioni',
    copied: 'Copiato.',
    saved: 'Salvato.',
    archived: 'Archiviato',
    search: 'Cerca',
    you: 'tu',
    unknown: 'Sconosciuto',
    moveUp: 'Sposta su',
    moveDown: 'Sposta giù',
    updated: 'Aggiornato',
  },
  /** What is wrong with a field, by the code after its last dot or by the whole code. */
  search: {
    kinds: {
      client: 'Cliente',
      lead: 'Lead',
      opportunity: 'Trattativa',
      proposal: 'Proposta',
      order: 'Ordine',
    },
    placeholder: 'Cerca clienti, lead, trattative, numeri',
    open: 'Cerca',
    empty: (q: string) => `Niente per «${q}».`,
    hint: 'Scrivi almeno due lettere: nome, città, partita IVA, numero di proposta o d’ordine.',
    allClients: (q: string) => `Tutti i clienti con «${q}»`,
    keys: '↑ ↓ per scegliere, Invio per aprire, Esc per chiudere',
  },
  shortcuts: {
    title: 'Scorciatoie da tastiera',
    search: 'Cerca',
    sheet: 'Questa finestra',
    newClient: 'Nuovo cliente',
    newOpportunity: 'Nuova trattativa',
    newNote: 'Nuova nota',
    goHome: 'Vai alla Home',
    goClients: 'Vai ai Clienti',
    goPipeline: 'Vai alle Trattative',
    goImport: 'Vai a Importa',
    goSettings: 'Vai alle Impostazioni',
    save: 'Salva il modulo',
    close: 'Chiudi la finestra',
  },
  home: {
    greeting: (name: string) => `Ciao ${name}`,
    firstSteps: 'Per cominciare',
    firstStepsText: 'L’azienda è ancora vuota. Bastano pochi passi:',
    firstStepsMine: 'Non hai ancora clienti né trattative.',
    stepImport: 'Importa i tuoi dati',
    stepImportText: 'Clienti, prodotti, agenti e trattative da file CSV.',
    stepClient: 'Crea il primo cliente',
    stepClientText: 'Con partita IVA, indirizzo e codice SDI controllati mentre scrivi.',
    stepInvite: 'Invita i colleghi',
    stepInviteText: 'Ognuno vede i propri clienti; i responsabili quelli della squadra.',
    closing: 'In chiusura',
    closingMine: 'Le mie trattative in chiusura',
    noneClosing: 'Nessuna trattativa aperta ha una data di chiusura prevista.',
    withoutNextStep: 'Senza prossimo passo',
    withoutNextStepText: 'Decidi cosa fare adesso, prima che si raffreddino.',
    allPlanned: 'Tutte le trattative hanno un prossimo passo.',
    stale: 'Ferme da troppo tempo',
    noneStale: 'Nessuna trattativa ferma.',
    quick: 'Azioni rapide',
    openBoard: 'Apri le trattative',
  },
  map: { failed: 'La mappa non si è caricata: l’elenco ha le stesse informazioni.' },
  conflict: {
    title: 'Modificato da qualcun altro',
    text: 'Mentre scrivevi, questi dati sono cambiati. Per ogni campo scegli quale valore tenere.',
    mine: 'Il mio',
    theirs: 'Il loro',
    empty: '(vuoto)',
    save: 'Salva le scelte',
    takeTheirs: 'Tieni tutto il loro',
  },
  pages: {
    notFound: 'Questa pagina non c’è',
    notFoundText: 'Il collegamento è sbagliato, oppure quello che cerchi non è tra i tuoi dati.',
    goHome: 'Vai alla Home',
  },
};

export type Dict = typeof it;
