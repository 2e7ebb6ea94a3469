//! Folding: the form of a text in which `D'Angelo`, `d’angelo` and `DANGELO` are one, used to search and to match names.

/// Longest text, in characters, that [`similar`] compares; names beyond it are compared by their beginning.
const COMPARED: usize = 120;

/// Lower case, without accents or apostrophes; every other run of punctuation or blanks becomes one space.
/// `Forlì`, `FORLI'` → `forli`; `Bar «Sport» – S.r.l.` → `bar sport s r l`; `Straße` → `strasse`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().flat_map(char::to_lowercase) {
        if is_apostrophe(c) || is_combining(c) {
            continue;
        }
        if !c.is_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && !folded.is_empty() {
            folded.push(' ');
        }
        gap = false;
        match plain(c) {
            "" => folded.push(c),
            letters => folded.push_str(letters),
        }
    }
    folded
}

/// [`fold`] without spaces: `GTX Pro` and `GTXPro` have one key.
#[must_use]
pub fn key(text: &str) -> String {
    let mut key = fold(text);
    key.retain(|c| c != ' ');
    key
}

/// How alike two texts are once folded, from 0 (nothing in common) to 1 (equal): one less the share of letters to
/// add, drop, change or swap.
#[must_use]
pub fn similar(a: &str, b: &str) -> f64 {
    let (a, b) = (letters(a), letters(b));
    let longest = a.len().max(b.len());
    if longest == 0 {
        return 1.0;
    }
    let changes = u32::try_from(changes(&a, &b)).unwrap_or(u32::MAX);
    let longest = u32::try_from(longest).unwrap_or(u32::MAX);
    1.0 - f64::from(changes) / f64::from(longest)
}

/// Whether the folded texts differ by at most one letter added, dropped, changed, or two neighbours swapped.
#[must_use]
pub fn one_typo_apart(a: &str, b: &str) -> bool {
    let (a, b) = (letters(a), letters(b));
    a.len().abs_diff(b.len()) <= 1 && changes(&a, &b) <= 1
}

/// Whether a text has the shape of an e-mail address: something, one `@`, a domain with a dot, no blanks.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let labels_are_plain = domain.split('.').all(|label| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    });
    let local_is_plain = !local.is_empty()
        && local.len() <= 64
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && !local.contains(|c: char| {
            c.is_whitespace() || c.is_control() || "@()<>[]\\,;:\"".contains(c)
        });
    let ending = domain.rsplit('.').next().unwrap_or_default();
    text.len() <= 256
        && local_is_plain
        && labels_are_plain
        && domain.contains('.')
        && ending.chars().count() >= 2
}

fn letters(text: &str) -> Vec<char> {
    key(text).chars().take(COMPARED).collect()
}

/// Letters to add, drop, change or swap with a neighbour (optimal string alignment).
fn changes(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row = last.clone();
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '´' | '‘' | '’' | '‛' | 'ʼ' | 'ʻ' | '′')
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}')
}

/// The plain letters of a lower-case Latin letter; empty if it is one already, or of another script.
fn plain(c: char) -> &'static str {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ª' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' | 'º' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_accents_apostrophes_and_punctuation() {
        let table = [
            ("D'Angelo", "dangelo"),
            ("D’ANGELO", "dangelo"),
            ("Niccolò", "niccolo"),
            ("Niccolo\u{300}", "niccolo"),
            ("FORLI'", "forli"),
            ("Forlì", "forli"),
            ("  Bar «Sport» – S.r.l.  ", "bar sport s r l"),
            ("P.IVA", "p iva"),
            ("Straße ẞ", "strasse ss"),
            ("Œuvre Ærø", "oeuvre aero"),
            ("İstanbul Łódź", "istanbul lodz"),
            ("Südtirol/Alto\u{a0}Adige", "sudtirol alto adige"),
            ("deal_stage", "deal stage"),
            ("Ελλάδα 2", "ελλάδα 2"),
            ("---", ""),
            ("", ""),
        ];
        for (text, folded) in table {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for text in ["D'Angelo & Figli S.r.l.", "ẞŒİ·ŀ", "  a--b  "] {
            assert_eq!(fold(&fold(text)), fold(text));
        }
    }

    #[test]
    fn a_key_has_no_spaces() {
        assert_eq!(key("GTX Pro"), key("GTXPro"));
        assert_eq!(key("GTX-Pro"), "gtxpro");
        assert_ne!(key("GTX Plus Pro"), key("GTX Pro"));
    }

    #[test]
    fn likeness_counts_the_letters_that_differ() {
        assert_eq!(similar("Philippines", "philippines"), 1.0);
        assert_eq!(similar("", ""), 1.0);
        assert_eq!(similar("abcd", "efgh"), 0.0);
        assert_eq!(similar("abcd", "abdc"), 0.75);
        assert!(similar("Tabaccheria Rossi", "Tabacheria Rosi") > 0.85);
        assert!(similar("Tabaccheria Rossi", "Vape Store") < 0.4);
    }

    #[test]
    fn one_typo_is_one_letter() {
        assert!(one_typo_apart("Philipines", "Philippines"));
        assert!(one_typo_apart("Itlay", "Italy"));
        assert!(one_typo_apart("Italy", "italy"));
        assert!(!one_typo_apart("Austria", "Australia"));
    }

    #[test]
    fn an_email_has_a_name_and_a_domain() {
        for good in [
            "a@b.it",
            "mario.rossi+x@pec.esempio.it",
            "o'neil@ex-ample.co.uk",
            "è@ünï.it",
        ] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.it",
            "a@",
            "a@b",
            "a@@b.it",
            "a b@c.it",
            "a@b..it",
            ".a@b.it",
            "a.@b.it",
            "a..b@c.it",
            "a@-b.it",
            "a@b.i",
            "a@b,it",
            "Mario <a@b.it>",
            "a@b.it;c@d.it",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(!is_email(&format!("a@{}.it", "b".repeat(254))));
    }
}
