//! The two fonts that ship with the service, and how wide a text is in them.

use std::collections::HashMap;
use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::MetadataProvider as _;
use skrifa::instance::{LocationRef, Size};

/// A font, ready to be measured and drawn with.
pub struct Typeface {
    pub font: Font,
    glyphs: HashMap<char, (u32, f32)>,
}

/// For running text.
pub static REGULAR: LazyLock<Typeface> =
    LazyLock::new(|| Typeface::read(include_bytes!("../../data/fonts/Inter-Regular.ttf")));
/// For names, headings and totals.
pub static BOLD: LazyLock<Typeface> =
    LazyLock::new(|| Typeface::read(include_bytes!("../../data/fonts/Inter-SemiBold.ttf")));

impl Typeface {
    fn read(bytes: &'static [u8]) -> Self {
        let font = Font::new(bytes.into(), 0).expect("the shipped fonts are well made");
        let metrics = skrifa::FontRef::new(bytes).expect("the shipped fonts are well made");
        let widths = metrics.glyph_metrics(Size::new(1.0), LocationRef::default());
        let glyphs = metrics
            .charmap()
            .mappings()
            .filter_map(|(code, glyph)| {
                let width = widths.advance_width(glyph).unwrap_or_default();
                Some((char::from_u32(code)?, (glyph.to_u32(), width)))
            })
            .collect();
        Self { font, glyphs }
    }

    fn glyph(&self, c: char) -> (u32, f32) {
        let known = self.glyphs.get(&c).or_else(|| self.glyphs.get(&'?'));
        known.copied().unwrap_or_default()
    }

    /// How wide the text is, in the size's unit.
    #[must_use]
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.glyph(c).1).sum::<f32>() * size
    }

    /// The glyphs of a text, each with the bytes that it stands for, so that the text can be found and copied.
    #[must_use]
    pub fn set(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(at, c)| {
                let (glyph, width) = self.glyph(c);
                let bytes = at..at + c.len_utf8();
                KrillaGlyph::new(GlyphId::new(glyph), width, 0.0, 0.0, 0.0, bytes, None)
            })
            .collect()
    }

    /// The text in lines no wider than `most`: broken at blanks, and within a word only where it is wider than a line.
    #[must_use]
    pub fn wrap(&self, text: &str, size: f32, most: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let gap = if line.is_empty() { "" } else { " " };
                if self.width(&format!("{line}{gap}{word}"), size) <= most {
                    line.push_str(gap);
                    line.push_str(word);
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                for c in word.chars() {
                    line.push(c);
                    if self.width(&line, size) > most && line.chars().nth(1).is_some() {
                        line.pop();
                        lines.push(std::mem::replace(&mut line, c.to_string()));
                    }
                }
            }
            lines.push(line);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_catalogue_writes_can_be_printed() {
        for face in [&*REGULAR, &*BOLD] {
            for c in "aZ09àèéìòùÀÈÉçñşțŁ€%°×½·–—’“”™®Ωµ".chars()
            {
                assert!(face.glyphs.contains_key(&c), "{c}");
            }
        }
    }
}
