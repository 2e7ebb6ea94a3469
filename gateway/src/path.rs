//! One reading of a request path: decoded once, without anything two readers could understand differently.

use std::borrow::Cow;

/// A path that is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The path is malformed or ambiguous: write it plainly, percent-encoded once.")]
pub struct BadPath;

/// Returns `path` in its only spelling: percent escapes decoded once, then encoded where they must be.
/// Refuses encoded separators, dot segments, empty segments, parameters (`;`), control characters, double encoding.
pub fn canonical(path: &str) -> Result<Cow<'_, str>, BadPath> {
    if !path.starts_with('/') {
        return Err(BadPath);
    }
    if !path.contains('%') {
        check(path)?;
        return Ok(Cow::Borrowed(path));
    }
    let decoded = decode(path)?;
    check(&decoded)?;
    let mut out = String::with_capacity(path.len());
    for byte in decoded.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,=:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(char::from(b"0123456789ABCDEF"[usize::from(nibble)]));
            }
        }
    }
    Ok(Cow::Owned(out))
}

fn check(decoded: &str) -> Result<(), BadPath> {
    let bytes = decoded.as_bytes();
    if bytes
        .iter()
        .any(|b| b.is_ascii_control() || matches!(b, b';' | b'\\'))
    {
        return Err(BadPath);
    }
    let mut segments = bytes[1..].split(|b| *b == b'/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if segment == b"." || segment == b".." || (segment.is_empty() && !last) {
            return Err(BadPath);
        }
    }
    Ok(())
}

fn decode(path: &str) -> Result<String, BadPath> {
    let bytes = path.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'%' {
            decoded.push(bytes[at]);
            at += 1;
            continue;
        }
        let byte = escaped(&bytes[at + 1..]).ok_or(BadPath)?;
        let encoded_twice = byte == b'%' && bytes.get(at + 3).is_some_and(u8::is_ascii_hexdigit);
        if matches!(byte, b'/' | b'\\' | 0) || encoded_twice {
            return Err(BadPath);
        }
        decoded.push(byte);
        at += 3;
    }
    String::from_utf8(decoded).map_err(|_| BadPath)
}

fn escaped(rest: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*rest.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Queries pass as they are, but for a null byte, which nothing behind the gateway could store.
pub fn query_is_sound(query: &str) -> bool {
    !query.contains("%00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_are_left_alone() {
        for path in ["/", "/api/v1/clients/", "/a.b/c-d_e~", "/assets/x..y.js"] {
            assert!(
                matches!(canonical(path), Ok(Cow::Borrowed(same)) if same == path),
                "{path}"
            );
        }
    }

    #[test]
    fn escapes_get_their_only_spelling() {
        assert_eq!(
            canonical("/%61pi/v1/%75sers").as_deref(),
            Ok("/api/v1/users")
        );
        assert_eq!(canonical("/caff%c3%a8").as_deref(), Ok("/caff%C3%A8"));
        assert_eq!(canonical("/a%20b").as_deref(), Ok("/a%20b"));
        assert_eq!(canonical("/100%25").as_deref(), Ok("/100%25"));
    }

    #[test]
    fn ambiguous_paths_are_refused() {
        for path in [
            "",
            "a",
            "*",
            "//",
            "/a//b",
            "/./a",
            "/a/..",
            "/a/../b",
            "/%2e%2e/a",
            "/a/.%2E/b",
            "/a%2fb",
            "/a%5Cb",
            "/a\\b",
            "/a%00",
            "/a;b",
            "/a%3bb",
            "/a%0d%0a",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%252e",
            "/a%ff",
            "/a%7f",
        ] {
            assert_eq!(canonical(path), Err(BadPath), "{path}");
        }
    }
}
