//! Marks on pages become a PDF (PDF/A-2b, the form for archives).

use chrono::{Datelike as _, NaiveDate};
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::{Document, SerializeSettings};

use super::sheet::{HEIGHT, Mark, WIDTH};
use super::template::Unprintable;

/// What a PDF says of itself.
pub struct About {
    pub title: String,
    pub author: String,
    /// Part of the bytes; the content's own day, never today's.
    pub day: NaiveDate,
    /// Names these bytes among all others.
    pub id: String,
}

/// The file.
pub fn pdf(pages: &[Vec<Mark>], about: About) -> Result<Vec<u8>, Unprintable> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish()
        .map_err(|error| Unprintable(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let year = u16::try_from(about.day.year()).unwrap_or_default();
    let (month, day) = (about.day.month(), about.day.day());
    let written = DateTime::new(year)
        .month(u8::try_from(month).unwrap_or(1))
        .day(u8::try_from(day).unwrap_or(1))
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    document.set_metadata(
        Metadata::new()
            .title(about.title)
            .authors(vec![about.author])
            .language("it-IT".to_owned())
            .creator("NEXUS-CRM".to_owned())
            .creation_date(written)
            .document_id(about.id),
    );
    for marks in pages {
        let size = PageSettings::from_wh(WIDTH, HEIGHT).expect("A4 has a width and a height");
        let mut page = document.start_page_with(size);
        let mut surface = page.surface();
        for mark in marks {
            draw(&mut surface, mark);
        }
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|error| Unprintable(format!("{error:?}")))
}

fn draw(surface: &mut Surface<'_>, mark: &Mark) {
    match mark {
        Mark::Text { x, y, style, text } => {
            let face = style.face.type_face();
            surface.set_fill(Some(paint(style.grey)));
            let from = Point::from_xy(*x, *y);
            surface.draw_glyphs(
                from,
                &face.set(text),
                face.font.clone(),
                text,
                style.size,
                false,
            );
        }
        Mark::Fill {
            x,
            y,
            width,
            height,
            grey,
        } => {
            let Some(area) = Rect::from_xywh(*x, *y, *width, *height) else {
                return;
            };
            let mut path = PathBuilder::new();
            path.push_rect(area);
            if let Some(path) = path.finish() {
                surface.set_fill(Some(paint(*grey)));
                surface.draw_path(&path);
            }
        }
    }
}

fn paint(grey: u8) -> Fill {
    Fill {
        paint: rgb::Color::new(grey, grey, grey).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::NonZero,
    }
}
