//! What a picture is, by its bytes and not by its name; and the picture without what the camera wrote into it.

/// Pictures that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Jpeg,
    Png,
    Webp,
}

/// A picture that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub format: Format,
    pub width: u32,
    pub height: u32,
    /// Without EXIF, XMP, comments and the like.
    pub bytes: Vec<u8>,
}

/// Why a picture is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Neither JPEG nor PNG nor WebP.
    OtherKind,
    /// It begins like one, and does not go on like one.
    Broken,
    /// Wider or higher than anybody needs.
    TooLarge,
}

impl Format {
    /// As HTTP names it.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// Longest side, in pixels.
const SIDE_MOST: u32 = 6_000;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Reads a picture.
///
/// # Errors
/// Why it is not taken.
pub fn read(bytes: &[u8]) -> Result<Picture, Unfit> {
    let picture = if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        jpeg(bytes)
    } else if bytes.starts_with(PNG) {
        png(bytes)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        webp(bytes)
    } else {
        return Err(Unfit::OtherKind);
    };
    let picture = picture.ok_or(Unfit::Broken)?;
    if picture.width == 0 || picture.height == 0 {
        return Err(Unfit::Broken);
    }
    if picture.width.max(picture.height) > SIDE_MOST {
        return Err(Unfit::TooLarge);
    }
    Ok(picture)
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    let two = bytes.get(at..at + 2)?;
    Some(u32::from(two[0]) << 8 | u32::from(two[1]))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_be_bytes(four))
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let three = bytes.get(at..at + 3)?;
    Some(u32::from(three[0]) | u32::from(three[1]) << 8 | u32::from(three[2]) << 16)
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_le_bytes(four))
}

/// Segments until the scan begins; of the `APPn` only JFIF's own (0), the colour profile (2) and Adobe's colours (14) stay.
fn jpeg(bytes: &[u8]) -> Option<Picture> {
    let mut kept = bytes.get(..2)?.to_vec();
    let mut size = None;
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        // Fill bytes may stand before a marker.
        if marker == 0xff {
            at += 1;
            continue;
        }
        let length = usize::try_from(be16(bytes, at + 2)?).ok()?;
        let segment = bytes.get(at..at + 2 + length)?;
        let is_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            size = Some((be16(segment, 7)?, be16(segment, 5)?));
        }
        let told_by_camera = matches!(marker, 0xe1 | 0xe3..=0xed | 0xef | 0xfe);
        if !told_by_camera {
            kept.extend_from_slice(segment);
        }
        at += 2 + length;
        if marker == 0xda {
            // The rest is the picture, up to its end; what follows the end is no picture.
            let rest = bytes.get(at..)?;
            let end = rest.windows(2).rposition(|pair| pair == [0xff, 0xd9])?;
            kept.extend_from_slice(&rest[..end + 2]);
            break;
        }
    }
    let (width, height) = size?;
    Some(Picture {
        format: Format::Jpeg,
        width,
        height,
        bytes: kept,
    })
}

/// The chunks without which there is no picture, and those that say how its colours look.
const PNG_KEPT: [&[u8; 4]; 10] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs",
];

fn png(bytes: &[u8]) -> Option<Picture> {
    let mut kept = PNG.to_vec();
    let mut at = PNG.len();
    let (width, height) = (be32(bytes, 16)?, be32(bytes, 20)?);
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    loop {
        let length = usize::try_from(be32(bytes, at)?).ok()?;
        let end = at.checked_add(12)?.checked_add(length)?;
        let chunk = bytes.get(at..end)?;
        let kind = &chunk[4..8];
        if PNG_KEPT.iter().any(|kept| kept.as_slice() == kind) {
            kept.extend_from_slice(chunk);
        }
        at = end;
        if kind == b"IEND" {
            break;
        }
    }
    Some(Picture {
        format: Format::Png,
        width,
        height,
        bytes: kept,
    })
}

/// EXIF and XMP flags of a `VP8X` header.
const WEBP_TOLD: u8 = 0x08 | 0x04;

fn webp(bytes: &[u8]) -> Option<Picture> {
    let mut chunks: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut size = None;
    let end = usize::try_from(le32(bytes, 4)?).ok()?.checked_add(8)?;
    let bytes = bytes.get(..end)?;
    let mut at = 12;
    while at < end {
        let kind = bytes.get(at..at + 4)?;
        let length = usize::try_from(le32(bytes, at + 4)?).ok()?;
        let padded = length.checked_add(length % 2)?;
        let chunk = bytes.get(at..at.checked_add(8)?.checked_add(padded)?)?;
        let body = &chunk[8..];
        match kind {
            b"EXIF" | b"XMP " => {}
            b"VP8X" => {
                size = Some((le24(body, 4)? + 1, le24(body, 7)? + 1));
                let from = chunks.len();
                chunks.extend_from_slice(chunk);
                *chunks.get_mut(from + 8)? &= !WEBP_TOLD;
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP" => {
                size = size.or_else(|| webp_size(kind, body));
                chunks.extend_from_slice(chunk);
            }
            _ => {}
        }
        at += 8 + padded;
    }
    let (width, height) = size?;
    let mut kept = b"RIFF".to_vec();
    kept.extend_from_slice(&u32::try_from(chunks.len() + 4).ok()?.to_le_bytes());
    kept.extend_from_slice(b"WEBP");
    kept.append(&mut chunks);
    Some(Picture {
        format: Format::Webp,
        width,
        height,
        bytes: kept,
    })
}

fn webp_size(kind: &[u8], body: &[u8]) -> Option<(u32, u32)> {
    match kind {
        b"VP8 " if body.get(3..6)? == [0x9d, 0x01, 0x2a] => {
            let side = |at| {
                Some((u32::from(*body.get(at)?) | u32::from(*body.get(at + 1)?) << 8) & 0x3fff)
            };
            Some((side(6)?, side(8)?))
        }
        b"VP8L" if body.first()? == &0x2f => {
            let packed = le32(body, 1)?;
            Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker], length.as_slice(), body].concat()
    }

    /// 640 × 480, with a camera's EXIF and a comment.
    fn a_jpeg() -> Vec<u8> {
        [
            vec![0xff, 0xd8],
            segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
            segment(0xe1, b"Exif\0\0GPSLatitude 45.07"),
            segment(0xfe, b"taken by Anna"),
            segment(0xc0, &[8, 1, 0xe0, 2, 0x80, 1, 1, 0x11, 0]),
            segment(0xda, &[1, 1, 0, 0, 0x3f, 0]),
            vec![0x12, 0xff, 0x00, 0x34, 0xff, 0xd9],
            b"PK\x03\x04 something behind".to_vec(),
        ]
        .concat()
    }

    fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len()).unwrap().to_be_bytes();
        [length.as_slice(), kind, body, &[0; 4]].concat()
    }

    fn a_png() -> Vec<u8> {
        [
            PNG.to_vec(),
            chunk(b"IHDR", &[0, 0, 2, 128, 0, 0, 1, 224, 8, 2, 0, 0, 0]),
            chunk(b"eXIf", b"GPSLatitude"),
            chunk(b"tEXt", b"Author\0Anna"),
            chunk(b"IDAT", &[1, 2, 3]),
            chunk(b"IEND", &[]),
            b"behind".to_vec(),
        ]
        .concat()
    }

    fn riff(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
        let mut body = b"WEBP".to_vec();
        for (kind, bytes) in chunks {
            body.extend_from_slice(kind.as_slice());
            body.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
            body.extend_from_slice(bytes);
            if bytes.len() % 2 == 1 {
                body.push(0);
            }
        }
        let length = u32::try_from(body.len()).unwrap().to_le_bytes();
        [b"RIFF".as_slice(), &length, &body].concat()
    }

    fn a_webp() -> Vec<u8> {
        riff(&[
            (b"VP8X", vec![0x0c, 0, 0, 0, 127, 2, 0, 223, 1, 0]),
            (
                b"VP8 ",
                vec![0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 2, 0xe0, 1, 7],
            ),
            (b"EXIF", b"GPSLatitude".to_vec()),
        ])
    }

    fn holds(bytes: &[u8], text: &str) -> bool {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    }

    #[test]
    fn a_picture_is_known_by_its_bytes_and_loses_what_the_camera_wrote() {
        for (bytes, format) in [
            (a_jpeg(), Format::Jpeg),
            (a_png(), Format::Png),
            (a_webp(), Format::Webp),
        ] {
            let picture = read(&bytes).unwrap();
            assert_eq!(
                (picture.format, picture.width, picture.height),
                (format, 640, 480)
            );
            for told in ["GPS", "Anna", "behind"] {
                assert!(!holds(&picture.bytes, told), "{format:?} {told}");
            }
            // What is left is still the same picture, and nothing more is lost.
            assert_eq!(read(&picture.bytes), Ok(picture.clone()), "{format:?}");
        }
        assert!(holds(&read(&a_jpeg()).unwrap().bytes, "JFIF"));
        // The flags that announce EXIF and XMP are gone with them.
        assert_eq!(read(&a_webp()).unwrap().bytes[20], 0);
    }

    #[test]
    fn the_sizes_of_every_kind_of_webp_are_read() {
        let lossless = riff(&[(b"VP8L", vec![0x2f, 0x7f, 0xc2, 0x77, 0, 0])]);
        let picture = read(&lossless).unwrap();
        assert_eq!((picture.width, picture.height), (640, 480));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let cut = |bytes: Vec<u8>, at: usize| bytes[..at].to_vec();
        let end = a_jpeg()
            .windows(2)
            .rposition(|pair| pair == [0xff, 0xd9])
            .unwrap();
        let giant = chunk(b"IHDR", &[0, 1, 0, 0, 0, 0, 1, 224, 8, 2, 0, 0, 0]);
        let giant = [PNG.to_vec(), giant, chunk(b"IEND", &[])].concat();
        for (what, bytes, expected) in [
            ("nothing", Vec::new(), Unfit::OtherKind),
            ("a page", b"<html><script>".to_vec(), Unfit::OtherKind),
            (
                "an SVG",
                b"<svg xmlns='http://www.w3.org/2000/svg'>".to_vec(),
                Unfit::OtherKind,
            ),
            ("a GIF", b"GIF89a\x01\0\x01\0".to_vec(), Unfit::OtherKind),
            ("half a JPEG", cut(a_jpeg(), 60), Unfit::Broken),
            ("a JPEG without end", cut(a_jpeg(), end), Unfit::Broken),
            ("half a PNG", cut(a_png(), 50), Unfit::Broken),
            ("half a WebP", cut(a_webp(), 40), Unfit::Broken),
            (
                "a script behind a JPEG's first bytes",
                b"\xff\xd8\xff<script>".to_vec(),
                Unfit::Broken,
            ),
            ("65,536 pixels wide", giant, Unfit::TooLarge),
        ] {
            assert_eq!(read(&bytes), Err(expected), "{what}");
        }
    }

    #[test]
    fn no_bytes_make_the_reader_stumble() {
        for whole in [a_jpeg(), a_png(), a_webp()] {
            for at in 0..whole.len() {
                let _cut = read(&whole[..at]);
                for value in [0, 0x7f, 0xff] {
                    let mut changed = whole.clone();
                    changed[at] = value;
                    let _changed = read(&changed);
                }
            }
        }
    }
}
