//! The strict reading of a request head: what hyper repairs or hides is refused here.

use super::fault::HeadFault;
use super::host::valid_host;

/// How the body after a head is delimited.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Framing {
    None,
    Length(u64),
    Chunked,
}

/// Bounds of a head, in bytes and lines.
#[derive(Debug, Clone, Copy)]
pub struct HeadLimits {
    pub head_bytes: usize,
    pub target_bytes: usize,
    pub headers: usize,
}

impl Default for HeadLimits {
    fn default() -> Self {
        Self {
            head_bytes: 16 * 1024,
            target_bytes: 8 * 1024,
            headers: 100,
        }
    }
}

const METHODS: [&[u8]; 9] = [
    b"GET", b"POST", b"PATCH", b"DELETE", b"HEAD", b"PUT", b"OPTIONS", b"TRACE", b"CONNECT",
];

/// Looks for the end of the head from `from` on; `Some(end)` is the first byte after it.
/// A line that ends in a bare LF, or a CR that ends nothing, is refused at once.
pub fn find_end(buf: &[u8], from: usize) -> Result<Option<usize>, HeadFault> {
    for step in memchr::memchr_iter(b'\n', &buf[from..]) {
        let lf = from + step;
        if lf == 0 || buf[lf - 1] != b'\r' {
            return Err(HeadFault::LineEnding);
        }
        if lf >= 3 && buf[lf - 3..lf] == *b"\r\n\r" {
            return Ok(Some(lf + 1));
        }
    }
    Ok(None)
}

/// Why a head that has grown past its bounds without ending is refused.
pub fn too_large(buf: &[u8], limits: HeadLimits) -> Option<HeadFault> {
    let line = buf.iter().position(|b| *b == b'\r');
    if line.unwrap_or(buf.len()) > limits.target_bytes + 32 {
        Some(HeadFault::TargetTooLong)
    } else if buf.len() > limits.head_bytes {
        Some(HeadFault::TooLarge)
    } else {
        None
    }
}

/// Checks a whole head, blank line included, and says how its body is framed.
pub fn check(head: &[u8], limits: HeadLimits) -> Result<Framing, HeadFault> {
    // `find_end` has seen that every line ends in CR LF; the last two bytes are the blank line.
    let mut ends = memchr::memchr_iter(b'\n', &head[..head.len() - 2]);
    let first = ends.next().ok_or(HeadFault::RequestLine)?;
    let version = request_line(&head[..first - 1], limits)?;
    let (mut seen, mut count, mut begin) = (Seen::default(), 0, first + 1);
    for end in ends {
        count += 1;
        if count > limits.headers {
            return Err(HeadFault::TooLarge);
        }
        seen.header(&head[begin..end - 1])?;
        begin = end + 1;
    }
    seen.framing(version)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Http10,
    Http11,
}

fn request_line(line: &[u8], limits: HeadLimits) -> Result<Version, HeadFault> {
    let mut parts = line.splitn(3, |b| *b == b' ');
    let (Some(method), Some(target), Some(version)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err(HeadFault::RequestLine);
    };
    if method.is_empty() || !method.iter().all(|b| is_token(*b)) {
        return Err(HeadFault::RequestLine);
    }
    if target.len() > limits.target_bytes {
        return Err(HeadFault::TargetTooLong);
    }
    if target.is_empty() || !target.iter().all(|b| is_target(*b)) {
        return Err(HeadFault::Target);
    }
    let version = match version {
        b"HTTP/1.1" => Version::Http11,
        b"HTTP/1.0" => Version::Http10,
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor]
            if major.is_ascii_digit() && minor.is_ascii_digit() =>
        {
            return Err(HeadFault::Version);
        }
        _ => return Err(HeadFault::RequestLine),
    };
    if METHODS.contains(&method) {
        Ok(version)
    } else {
        Err(HeadFault::Method)
    }
}

/// The headers that may come only once, or decide the framing.
#[derive(Default)]
struct Seen {
    host: bool,
    authorization: bool,
    length: Option<u64>,
    chunked: bool,
}

impl Seen {
    fn header(&mut self, line: &[u8]) -> Result<(), HeadFault> {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            return Err(HeadFault::Folding);
        }
        let colon = memchr::memchr(b':', line);
        let (name, value) = line.split_at(colon.ok_or(HeadFault::HeaderName)?);
        let value = value[1..].trim_ascii();
        // Underscored names turn into their dashed twins in many stacks: nothing legitimate uses them.
        if name.is_empty() || !name.iter().all(|b| is_token(*b) && *b != b'_') {
            return Err(HeadFault::HeaderName);
        }
        // Every byte is looked at, without a way out: that is what makes it fast.
        let stray = |b: &u8| ((*b < 0x20) & (*b != b'\t')) | (*b == 0x7f);
        if value.iter().fold(false, |bad, b| bad | stray(b)) {
            let cr = value.contains(&b'\r');
            return Err(if cr {
                HeadFault::LineEnding
            } else {
                HeadFault::HeaderValue
            });
        }
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => {
                once(&mut self.host, HeadFault::Host)?;
                if !valid_host(value) {
                    return Err(HeadFault::Host);
                }
            }
            6 if name.eq_ignore_ascii_case(b"expect")
                && !value.eq_ignore_ascii_case(b"100-continue") =>
            {
                return Err(HeadFault::Expectation);
            }
            13 if name.eq_ignore_ascii_case(b"authorization") => {
                once(&mut self.authorization, HeadFault::Authorization)?;
            }
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                if self.length.is_some() {
                    return Err(HeadFault::Length);
                }
                self.length = Some(length(value)?);
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
                once(&mut self.chunked, HeadFault::Encoding)?;
                if !value.eq_ignore_ascii_case(b"chunked") {
                    return Err(HeadFault::Encoding);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn framing(&self, version: Version) -> Result<Framing, HeadFault> {
        if version == Version::Http11 && !self.host {
            return Err(HeadFault::Host);
        }
        match (self.length, self.chunked) {
            (Some(_), true) => Err(HeadFault::LengthAndEncoding),
            (None, true) if version == Version::Http10 => Err(HeadFault::LengthAndEncoding),
            (None, true) => Ok(Framing::Chunked),
            (Some(0) | None, false) => Ok(Framing::None),
            (Some(n), false) => Ok(Framing::Length(n)),
        }
    }
}

fn once(seen: &mut bool, fault: HeadFault) -> Result<(), HeadFault> {
    if std::mem::replace(seen, true) {
        Err(fault)
    } else {
        Ok(())
    }
}

fn length(value: &[u8]) -> Result<u64, HeadFault> {
    if value.is_empty() || value.len() > 18 || !value.iter().all(u8::is_ascii_digit) {
        return Err(HeadFault::Length);
    }
    Ok(value
        .iter()
        .fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0')))
}

fn is_token(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'!' | b'#'..=b'\'' | b'*' | b'+' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// What may stand in a request target; stricter than browsers are nowhere, looser than RFC 3986 in queries.
fn is_target(byte: u8) -> bool {
    (0x21..0x7f).contains(&byte) && !b"#\"<>\\".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(head: &str) -> Result<Framing, HeadFault> {
        let bytes = head.as_bytes();
        assert_eq!(find_end(bytes, 0)?, Some(bytes.len()), "{head:?}");
        check(bytes, HeadLimits::default())
    }

    #[test]
    fn ordinary_heads_pass_and_tell_their_framing() {
        let with = |rest: &str| {
            read(&format!(
                "POST /a?b=c HTTP/1.1\r\nHost: x.it:8080\r\n{rest}\r\n"
            ))
        };
        assert_eq!(with(""), Ok(Framing::None));
        assert_eq!(with("Content-Length: 12\r\n"), Ok(Framing::Length(12)));
        assert_eq!(with("Transfer-Encoding: Chunked\r\n"), Ok(Framing::Chunked));
        assert_eq!(read("GET / HTTP/1.0\r\n\r\n"), Ok(Framing::None));
    }

    #[test]
    fn whatever_two_parsers_could_read_differently_is_refused() {
        let cases = [
            (
                "Content-Length: 1\r\nTransfer-Encoding: chunked",
                HeadFault::LengthAndEncoding,
            ),
            ("Content-Length: 1\r\nContent-Length: 1", HeadFault::Length),
            ("Content-Length: 1, 1", HeadFault::Length),
            ("Content-Length: +1", HeadFault::Length),
            ("Content-Length: 18446744073709551617", HeadFault::Length),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                HeadFault::Encoding,
            ),
            ("Transfer-Encoding: gzip, chunked", HeadFault::Encoding),
            ("Transfer-Encoding: xchunked", HeadFault::Encoding),
            ("Transfer-Encoding : chunked", HeadFault::HeaderName),
            ("Transfer_Encoding: chunked", HeadFault::HeaderName),
            ("X-A: b\r\n c", HeadFault::Folding),
            ("X-A: b\0c", HeadFault::HeaderValue),
            ("X-A: b\rc", HeadFault::LineEnding),
            ("Host: y", HeadFault::Host),
            (
                "Authorization: a\r\nauthorization: b",
                HeadFault::Authorization,
            ),
            ("Expect: 200-maybe", HeadFault::Expectation),
            ("no colon", HeadFault::HeaderName),
            (": empty", HeadFault::HeaderName),
        ];
        for (lines, fault) in cases {
            let head = format!("POST / HTTP/1.1\r\nHost: x\r\n{lines}\r\n\r\n");
            assert_eq!(read(&head), Err(fault), "{lines:?}");
        }
        let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(read(old), Err(HeadFault::LengthAndEncoding));
        assert_eq!(
            find_end(b"GET / HTTP/1.1\nHost: x\r\n\r\n", 0),
            Err(HeadFault::LineEnding)
        );
    }

    #[test]
    fn request_lines_are_read_strictly() {
        let cases = [
            ("GET  / HTTP/1.1", HeadFault::Target),
            ("GET / HTTP/1.1 ", HeadFault::RequestLine),
            ("GET /\t HTTP/1.1", HeadFault::Target),
            ("GET /#a HTTP/1.1", HeadFault::Target),
            ("GET /\\a HTTP/1.1", HeadFault::Target),
            ("GET /è HTTP/1.1", HeadFault::Target),
            ("GET / HTTP/9.9", HeadFault::Version),
            ("GET / http/1.1", HeadFault::RequestLine),
            ("BREW / HTTP/1.1", HeadFault::Method),
            ("GET /", HeadFault::RequestLine),
        ];
        for (line, fault) in cases {
            assert_eq!(
                read(&format!("{line}\r\nHost: x\r\n\r\n")),
                Err(fault),
                "{line:?}"
            );
        }
    }
}
