//! The fields of each kind of file, with the column names that mean them.

use super::{Kind, Shape};

/// One field that a column may fill.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub required: bool,
    pub shape: Shape,
    /// Column names that mean it, folded, separated by `|`, the likeliest first.
    pub(super) words: &'static str,
}

/// The fields of a kind, in the order in which a person would fill them in.
#[must_use]
pub const fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Clients => CLIENTS,
        Kind::Products => PRODUCTS,
        Kind::Users => USERS,
        Kind::Opportunities => OPPORTUNITIES,
        Kind::Leads => LEADS,
    }
}

const fn required(name: &'static str, words: &'static str) -> Field {
    Field {
        name,
        required: true,
        shape: Shape::Text,
        words,
    }
}

const fn text(name: &'static str, words: &'static str) -> Field {
    shaped(name, Shape::Text, words)
}

const fn shaped(name: &'static str, shape: Shape, words: &'static str) -> Field {
    Field {
        name,
        required: false,
        shape,
        words,
    }
}

const CLIENTS: &[Field] = &[
    required(
        "name",
        "name|ragione sociale|denominazione|rag sociale|rag soc|company name|account name|client name|\
         customer name|account|cliente|client|customer|company|azienda|societa|nome azienda|nome cliente|\
         intestatario|insegna|nome|organization|organisation|business name",
    ),
    shaped(
        "vat_number",
        Shape::VatNumber,
        "partita iva|p iva|piva|part iva|vat number|vat no|vat id|vat|vat code|numero iva|n iva|tax id|\
         partitaiva|codice iva",
    ),
    shaped(
        "tax_code",
        Shape::TaxCode,
        "codice fiscale|cod fiscale|cod fisc|codicefiscale|tax code|cf|c f|fiscal code",
    ),
    text(
        "sdi_code",
        "codice destinatario|cod destinatario|codice sdi|sdi code|sdi|codice univoco|cod univoco|\
         codice unico|recipient code|codice ipa|cod sdi|codice destinatario sdi",
    ),
    shaped(
        "pec",
        Shape::Pec,
        "pec|indirizzo pec|e mail pec|email pec|mail pec|posta certificata|certified e mail|certified email|\
         posta elettronica certificata",
    ),
    shaped(
        "email",
        Shape::Email,
        "email|e mail|mail|indirizzo email|indirizzo e mail|posta elettronica|email address|e mail address|\
         posta",
    ),
    shaped(
        "phone",
        Shape::Phone,
        "phone|telefono|tel|telephone|phone number|numero di telefono|numero telefono|recapito telefonico|\
         cellulare|cell|mobile|telefono fisso",
    ),
    text(
        "website",
        "website|web site|sito web|sito|sito internet|url|web|homepage|www",
    ),
    text(
        "street",
        "street|via|indirizzo|address|street address|via piazza|sede legale|indirizzo sede|billing street|\
         address line 1|address 1|indirizzo 1",
    ),
    text(
        "street_number",
        "street number|numero civico|civico|n civico|num civico|house number|nr civico",
    ),
    shaped(
        "cap",
        Shape::Cap,
        "cap|codice postale|postal code|postcode|post code|zip|zip code|c a p",
    ),
    text(
        "city",
        "city|citta|comune|localita|town|paese citta|citta comune|municipality|location|office location",
    ),
    text(
        "province",
        "province|provincia|prov|sigla provincia|pr|sigla|state province|county",
    ),
    shaped(
        "country",
        Shape::Country,
        "country|nazione|paese|stato|office location|country code|codice nazione|codice paese|location|state",
    ),
    text(
        "lifecycle",
        "lifecycle|lifecycle stage|stato cliente|tipo cliente|client status|customer status|account status|\
         ciclo di vita|status|stato",
    ),
    text(
        "class",
        "class|classe|classe cliente|abc|fascia|rating|classificazione",
    ),
    text(
        "sector",
        "sector|settore|industry|settore merceologico|attivita|branch|categoria merceologica|settore attivita",
    ),
    shaped(
        "employees",
        Shape::Number,
        "employees|dipendenti|numero dipendenti|n dipendenti|number of employees|no of employees|headcount|\
         addetti|organico",
    ),
    shaped(
        "annual_revenue",
        Shape::Number,
        "annual revenue|revenue|fatturato|fatturato annuo|ricavi|turnover|ricavo|sales volume|giro d affari|\
         giro daffari",
    ),
    shaped(
        "founded_year",
        Shape::Number,
        "founded year|year established|anno fondazione|anno di fondazione|founded|established|\
         anno costituzione|anno di costituzione|year founded|fondazione",
    ),
    text(
        "parent",
        "parent|subsidiary of|parent account|parent company|casa madre|capogruppo|societa madre|gruppo|\
         controllata da|holding|group",
    ),
    text(
        "owner",
        "owner|account owner|sales agent|agente|venditore|commerciale|responsabile|salesperson|sales rep|\
         assegnato a|assigned to|account manager|rappresentante|funzionario",
    ),
    text(
        "notes",
        "notes|note|annotazioni|osservazioni|commenti|comments|description|descrizione|remarks|memo",
    ),
    text(
        "external_ref",
        "external ref|external id|id|account id|codice cliente|cod cliente|client id|customer id|\
         customer number|id cliente|codice|crm id|numero cliente|code|rif esterno|riferimento esterno|\
         record id",
    ),
];

const PRODUCTS: &[Field] = &[
    required(
        "name",
        "name|product|prodotto|product name|nome prodotto|nome|articolo|descrizione|descrizione articolo|\
         item|description|denominazione",
    ),
    text(
        "sku",
        "sku|codice articolo|cod articolo|codice prodotto|cod art|cod|codice|item code|product code|article|\
         articolo n|part number|ean|barcode|codice a barre",
    ),
    text(
        "category",
        "category|categoria|series|serie|linea|famiglia|gruppo merceologico|product line|family|reparto|\
         tipo|type|gruppo|categoria merceologica",
    ),
    text(
        "kind",
        "kind|genere|tipologia|tipo prodotto|product kind|natura prodotto",
    ),
    text(
        "variant_of",
        "variant of|variante di|prodotto padre|articolo padre|parent product|parent|modello",
    ),
    text(
        "variant_label",
        "variant|variante|gradazione|gusto|colore|taglia|versione|option",
    ),
    shaped(
        "volume_ml",
        Shape::Number,
        "volume ml|ml|volume|contenuto ml|contenuto|millilitri|formato ml|formato|capacita|capacita ml",
    ),
    shaped(
        "nicotine_mg_ml",
        Shape::Number,
        "nicotine mg ml|nicotina|nicotina mg ml|nicotine|mg ml|mg|tenore nicotina|contenuto nicotina",
    ),
    text(
        "adm_code",
        "adm code|codice adm|cod adm|codice pli|cod pli|pli|codice aams|cod aams|codice identificativo",
    ),
    text(
        "tax_stamp",
        "tax stamp|contrassegno|contrassegno fiscale|fascetta|bollino",
    ),
    text(
        "unit",
        "unit|unita|um|u m|unita di misura|unita misura|unit of measure|uom",
    ),
    text(
        "vat_rate",
        "vat rate|iva|aliquota|aliquota iva|vat|perc iva|iva perc|codice iva",
    ),
    text("vat_nature", "vat nature|natura|natura iva|codice natura"),
    shaped(
        "list_price",
        Shape::Number,
        "list price|sales price|prezzo|prezzo di listino|prezzo listino|listino|price|unit price|\
         prezzo unitario|prezzo di vendita|prezzo vendita|importo",
    ),
    text(
        "external_ref",
        "external ref|external id|id|id prodotto|product id|rif esterno|riferimento esterno|record id|crm id",
    ),
];

const USERS: &[Field] = &[
    required(
        "name",
        "name|full name|nome e cognome|nome cognome|nominativo|sales agent|agente|agent|user|utente|\
         venditore|commerciale|salesperson|sales rep|employee|dipendente|user name|nome|nome utente",
    ),
    text(
        "manager",
        "manager|responsabile|capo area|capoarea|area manager|supervisor|superiore|team lead|sales manager|\
         direttore|reports to|manager name",
    ),
    text(
        "office",
        "office|regional office|sede|ufficio|filiale|regione|region|area|zona|territorio|branch|territory|\
         sede regionale",
    ),
    text(
        "role",
        "role|ruolo|mansione|funzione|profilo|profile|job title|qualifica|title",
    ),
];

const OPPORTUNITIES: &[Field] = &[
    text(
        "name",
        "name|opportunity name|deal name|nome trattativa|nome opportunita|opportunity|opportunita|\
         trattativa|deal|titolo|title|oggetto|subject|nome|progetto",
    ),
    text(
        "client",
        "client|cliente|account|account name|customer|azienda|ragione sociale|company|client name|\
         customer name|societa|nome cliente|company name|denominazione",
    ),
    text(
        "owner",
        "owner|sales agent|agente|venditore|commerciale|deal owner|opportunity owner|salesperson|sales rep|\
         responsabile|assegnato a|assigned to|proprietario|agent|rappresentante",
    ),
    text(
        "product",
        "product|prodotto|articolo|product name|nome prodotto|item|soluzione",
    ),
    required(
        "stage",
        "stage|deal stage|fase|fase trattativa|stadio|stato|stato trattativa|sales stage|pipeline stage|\
         opportunity stage|status|esito|step|avanzamento",
    ),
    shaped(
        "amount",
        Shape::Number,
        "amount|close value|importo|valore|valore trattativa|value|deal value|deal amount|ammontare|totale|\
         valore chiusura|importo trattativa|revenue|total|prezzo|euro",
    ),
    shaped(
        "opened_on",
        Shape::Date,
        "opened on|engage date|data apertura|data inizio|open date|opening date|created date|creation date|\
         data creazione|create date|created at|start date|aperta il|data|date|creata il|created on",
    ),
    shaped(
        "closed_on",
        Shape::Date,
        "closed on|close date|data chiusura|closing date|closed date|closed at|data fine|chiusa il|end date|\
         data di chiusura|data chiusura effettiva|actual close date",
    ),
    shaped(
        "expected_close_on",
        Shape::Date,
        "expected close on|expected close date|expected close|expected closing|data chiusura prevista|\
         chiusura prevista|data prevista|data prevista chiusura|forecast date|estimated close date|scadenza|\
         previsione chiusura|data presunta chiusura",
    ),
    text(
        "lost_reason",
        "lost reason|motivo perdita|motivo della perdita|causa perdita|loss reason|reason lost|\
         motivazione perdita|perche persa|closed lost reason|motivo",
    ),
    text(
        "source",
        "source|fonte|origine|provenienza|lead source|canale|channel|sorgente",
    ),
    text(
        "notes",
        "notes|note|annotazioni|osservazioni|commenti|comments|description|descrizione|remarks|memo",
    ),
    text(
        "external_ref",
        "external ref|external id|opportunity id|deal id|id|id opportunita|id trattativa|codice trattativa|\
         codice opportunita|codice|numero trattativa|crm id|code|rif esterno|riferimento esterno|record id",
    ),
];

const LEADS: &[Field] = &[
    text(
        "company_name",
        "company name|azienda|ragione sociale|denominazione|company|societa|nome azienda|negozio|insegna|\
         organization|account|attivita|cliente|lead",
    ),
    text(
        "person",
        "person|nome e cognome|nominativo|referente|contatto|contact|contact name|full name|lead name|persona",
    ),
    text("first_name", "first name|nome|given name"),
    text("last_name", "last name|cognome|surname|family name"),
    shaped(
        "email",
        Shape::Email,
        "email|e mail|mail|indirizzo email|posta elettronica|email address",
    ),
    shaped(
        "phone",
        Shape::Phone,
        "phone|telefono|tel|cellulare|cell|mobile|numero di telefono|phone number|recapito telefonico",
    ),
    shaped(
        "vat_number",
        Shape::VatNumber,
        "partita iva|p iva|piva|vat number|vat|numero iva|part iva",
    ),
    shaped(
        "tax_code",
        Shape::TaxCode,
        "codice fiscale|cod fiscale|tax code|cf",
    ),
    text("street", "street|via|indirizzo|address"),
    text("street_number", "street number|numero civico|civico"),
    shaped(
        "cap",
        Shape::Cap,
        "cap|codice postale|postal code|postcode|zip",
    ),
    text("city", "city|citta|comune|localita|town"),
    text("province", "province|provincia|prov|sigla provincia|pr"),
    text(
        "source",
        "source|fonte|origine|provenienza|lead source|canale|channel|sorgente",
    ),
    text(
        "campaign",
        "campaign|campagna|fiera|evento|campaign name|trade fair|iniziativa",
    ),
    text("status", "status|stato|lead status|stato lead|fase|esito"),
    text(
        "lost_reason",
        "lost reason|motivo perdita|motivo|causa perdita|reason lost",
    ),
    text(
        "interest",
        "interest|interesse|interessi|richiesta|prodotti di interesse|cosa cerca|request",
    ),
    text(
        "owner",
        "owner|agente|venditore|commerciale|lead owner|assegnato a|assigned to|responsabile|seguito da",
    ),
    shaped(
        "created_on",
        Shape::Date,
        "created on|data|data creazione|created date|creation date|data contatto|data inserimento|created at|arrivato il",
    ),
    shaped(
        "call_on",
        Shape::Date,
        "call on|data chiamata|ultima chiamata|data telefonata|last call|last called",
    ),
    text(
        "call_note",
        "call note|esito chiamata|nota chiamata|note telefonata|call notes|call outcome",
    ),
    shaped(
        "email_on",
        Shape::Date,
        "email on|data email|ultima email|last email|data mail",
    ),
    text(
        "email_note",
        "email note|nota email|testo email|oggetto email|email subject",
    ),
    shaped("note_on", Shape::Date, "note on|data nota|note date"),
    text("note_text", "note text|testo nota|nota datata"),
    text(
        "history",
        "history|storico|storia|cronologia|attivita svolte|activities|log|diario",
    ),
    text("history_2", "history 2|storico 2|cronologia 2"),
    text("history_3", "history 3|storico 3|cronologia 3"),
    text(
        "notes",
        "notes|note|annotazioni|osservazioni|commenti|comments|description|descrizione",
    ),
    text(
        "external_ref",
        "external ref|external id|id|lead id|codice|codice lead|crm id|record id|rif esterno",
    ),
];
