//! Just enough XML: elements, texts, two blanks an indent.

use crate::documents::wording;
use crate::italy::text::fold;

/// A document under construction.
pub struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    pub fn new() -> Self {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        Self { text, depth: 0 }
    }

    pub fn finish(self) -> String {
        self.text
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    /// Opens an element; attributes stand in `tag` as written.
    pub fn open(&mut self, tag: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(tag);
        self.text.push_str(">\n");
        self.depth += 1;
    }

    pub fn close(&mut self, tag: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push_str(">\n");
    }

    /// An element with others in it.
    pub fn within(&mut self, tag: &str, write: impl FnOnce(&mut Self)) {
        self.open(tag);
        write(self);
        self.close(tag);
    }

    /// An element with a text.
    pub fn leaf(&mut self, tag: &str, text: &str) {
        self.indent();
        self.text.push('<');
        self.text.push_str(tag);
        self.text.push('>');
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                c => self.text.push(c),
            }
        }
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push_str(">\n");
    }

    /// [`Self::leaf`] of what is there.
    pub fn leaf_of(&mut self, tag: &str, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.leaf(tag, text);
        }
    }
}

/// At most `most` characters of Latin-1, in one line: what the schema takes of a text.
pub fn latin(text: &str, most: usize) -> String {
    written(text, most, '\u{ff}')
}

/// At most `most` characters of ASCII, in one line.
pub fn ascii(text: &str, most: usize) -> String {
    written(text, most, '\u{7e}')
}

fn written(text: &str, most: usize, last: char) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in wording::clean(text).chars() {
        match c {
            c if c.is_whitespace() => plain.push(' '),
            '€' => plain.push_str("EUR"),
            '‘' | '’' | 'ʼ' | '′' => plain.push('\''),
            '“' | '”' | '„' | '″' => plain.push('"'),
            '‐'..='―' | '−' => plain.push('-'),
            '…' => plain.push_str("..."),
            '™' => plain.push_str("(TM)"),
            c if c <= last => plain.push(c),
            c => plain.push_str(&folded(c)),
        }
    }
    let plain: Vec<&str> = plain.split_whitespace().collect();
    let short: String = plain.join(" ").chars().take(most).collect();
    short.trim_end().to_owned()
}

/// A letter without its marks; a question mark of another script.
fn folded(c: char) -> String {
    let letters = fold(&c.to_string());
    if letters.is_empty() || !letters.is_ascii() {
        return "?".to_owned();
    }
    if c.is_uppercase() {
        letters.to_uppercase()
    } else {
        letters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_brought_to_what_the_schema_takes() {
        for (text, most, out) in [
            ("Caffè “Nürnberg” – 50 €", 80, "Caffè \"Nürnberg\" - 50 EUR"),
            ("Łukasz Žižek\nS.r.l.", 80, "Lukasz Zizek S.r.l."),
            ("Ария", 80, "????"),
            ("  a   b  ", 80, "a b"),
            ("uno due", 4, "uno"),
            ("perche\u{301}", 80, "perché"),
        ] {
            assert_eq!(latin(text, most), out);
        }
        assert_eq!(ascii("Unità", 10), "Unita");
    }
}
