//! A4 pages under construction. Marks are kept until the end, when the number of pages is known.

use super::typeface::{BOLD, REGULAR, Typeface};

/// A4, in points.
pub const WIDTH: f32 = 595.28;
pub const HEIGHT: f32 = 841.89;
/// Margins.
pub const LEFT: f32 = 42.0;
pub const RIGHT: f32 = WIDTH - 42.0;
const TOP: f32 = 42.0;
/// Where text ends and the footer begins.
pub const BOTTOM: f32 = HEIGHT - 66.0;

/// Grey levels, from black.
pub const INK: u8 = 0x1b;
pub const MUTED: u8 = 0x5c;
pub const RULE: u8 = 0xc9;
pub const SHADE: u8 = 0xf3;

/// Which font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Regular,
    Bold,
}

impl Face {
    #[must_use]
    pub fn type_face(self) -> &'static Typeface {
        match self {
            Self::Regular => &REGULAR,
            Self::Bold => &BOLD,
        }
    }
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    pub face: Face,
    pub size: f32,
    pub grey: u8,
}

impl Style {
    #[must_use]
    pub const fn new(face: Face, size: f32, grey: u8) -> Self {
        Self { face, size, grey }
    }

    #[must_use]
    pub fn width(self, text: &str) -> f32 {
        self.face.type_face().width(text, self.size)
    }

    #[must_use]
    pub fn wrap(self, text: &str, most: f32) -> Vec<String> {
        self.face.type_face().wrap(text, self.size, most)
    }

    /// From one line to the next.
    #[must_use]
    pub fn leading(self) -> f32 {
        self.size * 1.36
    }
}

/// Where a text stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A text from its left end on the baseline.
    Text {
        x: f32,
        y: f32,
        style: Style,
        text: String,
    },
    /// A filled rectangle; a rule is a thin one.
    Fill {
        x: f32,
        y: f32,
        width: f32,
        height: f32,
        grey: u8,
    },
}

/// The pages so far, and how far down the last one is written.
#[derive(Debug)]
pub struct Sheet {
    pub pages: Vec<Vec<Mark>>,
    pub y: f32,
}

impl Sheet {
    #[must_use]
    pub fn new() -> Self {
        Self {
            pages: vec![Vec::new()],
            y: TOP,
        }
    }

    /// Whether so much still goes onto this page.
    #[must_use]
    pub fn fits(&self, height: f32) -> bool {
        self.y + height <= BOTTOM
    }

    /// Begins a page.
    pub fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP;
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// Writes one line whose top is at `y`, from `x` or up to it.
    pub fn write_at(&mut self, x: f32, y: f32, align: Align, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        let x = match align {
            Align::Left => x,
            Align::Right => x - style.width(text),
        };
        let y = y + style.size;
        self.put(Mark::Text {
            x,
            y,
            style,
            text: text.to_owned(),
        });
    }

    /// Writes a text in lines below one another from `y`; where the next one would stand.
    pub fn write_block(&mut self, x: f32, y: f32, width: f32, style: Style, text: &str) -> f32 {
        let mut y = y;
        for line in style.wrap(text, width) {
            self.write_at(x, y, Align::Left, style, &line);
            y += style.leading();
        }
        y
    }

    /// A hairline.
    pub fn rule(&mut self, x: f32, y: f32, width: f32, grey: u8) {
        self.put(Mark::Fill {
            x,
            y,
            width,
            height: 0.6,
            grey,
        });
    }

    /// A grey ground.
    pub fn shade(&mut self, x: f32, y: f32, width: f32, height: f32) {
        self.put(Mark::Fill {
            x,
            y,
            width,
            height,
            grey: SHADE,
        });
    }
}
