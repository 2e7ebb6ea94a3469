//! Finds the end of a chunked body without touching it: hyper decodes, this only watches.

const EXTENSION_BYTES: usize = 256;
const TRAILER_BYTES: usize = 4 * 1024;

/// Follows a chunked body byte by byte (whole runs of data at once), strictly: CRLF only, at most 15 hex digits.
#[derive(Debug)]
pub struct Chunks {
    state: State,
    size: u64,
    digits: u8,
    extra: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Size,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    Trailer,
    TrailerLf,
    EndLf,
}

/// What the bytes seen so far mean.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    More,
    /// The body ended; so many of the bytes given belong to it.
    Ended(usize),
    Malformed,
}

impl Chunks {
    pub fn new() -> Self {
        Self {
            state: State::Size,
            size: 0,
            digits: 0,
            extra: 0,
        }
    }

    pub fn follow(&mut self, bytes: &[u8]) -> Progress {
        let mut at = 0;
        while at < bytes.len() {
            if self.state == State::Data {
                let run = self.size.min((bytes.len() - at) as u64);
                self.size -= run;
                at += usize::try_from(run).unwrap_or(usize::MAX);
                if self.size == 0 {
                    self.state = State::DataCr;
                }
                continue;
            }
            let byte = bytes[at];
            at += 1;
            match self.step(byte) {
                Some(State::EndLf) if byte == b'\n' => return Progress::Ended(at),
                Some(next) => self.state = next,
                None => return Progress::Malformed,
            }
        }
        Progress::More
    }

    fn step(&mut self, byte: u8) -> Option<State> {
        match (self.state, byte) {
            (State::Size, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F') if self.digits < 15 => {
                let digit = char::from(byte).to_digit(16)?;
                self.size = self.size * 16 + u64::from(digit);
                self.digits += 1;
                Some(State::Size)
            }
            (State::Size, b';') if self.digits > 0 => Some(State::Extension),
            (State::Size, b'\r') if self.digits > 0 => Some(State::SizeLf),
            (State::Extension, b'\r') => Some(State::SizeLf),
            (State::Extension, b'\t' | 0x20..=0x7e | 0x80..) if self.extra < EXTENSION_BYTES => {
                self.extra += 1;
                Some(State::Extension)
            }
            (State::SizeLf, b'\n') => {
                (self.digits, self.extra) = (0, 0);
                Some(if self.size == 0 {
                    State::TrailerStart
                } else {
                    State::Data
                })
            }
            (State::DataCr, b'\r') => Some(State::DataLf),
            (State::DataLf, b'\n') => Some(State::Size),
            (State::TrailerStart, b'\r') => Some(State::EndLf),
            (State::TrailerStart | State::Trailer, b'\t' | 0x20..=0x7e | 0x80..)
                if self.extra < TRAILER_BYTES =>
            {
                self.extra += 1;
                Some(State::Trailer)
            }
            (State::Trailer, b'\r') => Some(State::TrailerLf),
            (State::TrailerLf, b'\n') => Some(State::TrailerStart),
            (State::EndLf, b'\n') => Some(State::EndLf),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_however_the_bytes_are_cut() {
        let body = b"5;a=b\r\nhello\r\n0A\r\n0123456789\r\n0\r\nX: y\r\n\r\n";
        let mut all = body.to_vec();
        all.extend_from_slice(b"GET /");
        assert_eq!(Chunks::new().follow(&all), Progress::Ended(body.len()));
        let mut one_by_one = Chunks::new();
        for byte in &body[..body.len() - 1] {
            assert_eq!(one_by_one.follow(&[*byte]), Progress::More);
        }
        assert_eq!(one_by_one.follow(b"\n"), Progress::Ended(1));
    }

    #[test]
    fn malformed_chunks_are_noticed() {
        let long = format!("5;{}\r\nhello\r\n", "x".repeat(300));
        let cases = [
            "5\nhello\r\n",
            "5 \r\nhello",
            "\r\n",
            "-5\r\n",
            "0x5\r\n",
            "5\r\nhello0\r\n",
            "5\r\nhelloo\r\n",
            "FFFFFFFFFFFFFFFF\r\n",
            "10000000000000000\r\n",
            "0\r\nX: y\n\r\n",
            "0\r\n\rX",
            "5;a\rb\r\n",
            &long,
        ];
        for case in cases {
            assert_eq!(
                Chunks::new().follow(case.as_bytes()),
                Progress::Malformed,
                "{case:?}"
            );
        }
    }
}
