//! What may stand in a Host header.

/// `uri-host [":" port]` (RFC 9112 §3.2): a name, an IPv4 address or a bracketed IPv6 address.
pub fn valid_host(value: &[u8]) -> bool {
    if let Some(rest) = value.strip_prefix(b"[") {
        let Some(end) = rest.iter().position(|b| *b == b']') else {
            return false;
        };
        let address = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        return address.parse::<std::net::Ipv6Addr>().is_ok() && valid_port(&rest[end + 1..]);
    }
    let colon = value.iter().position(|b| *b == b':');
    let (name, port) = value.split_at(colon.unwrap_or(value.len()));
    !name.is_empty()
        && name.len() <= 253
        && name
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
        && valid_port(port)
}

fn valid_port(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b':', digits @ ..] => {
            std::str::from_utf8(digits).is_ok_and(|digits| digits.parse::<u16>().is_ok())
                && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_names_or_addresses_with_an_optional_port() {
        for good in [
            "a",
            "a.it",
            "localhost:8080",
            "127.0.0.1",
            "[::1]",
            "[::1]:80",
        ] {
            assert!(valid_host(good.as_bytes()), "{good}");
        }
        for bad in [
            "", "a b", "a@b", "a/b", "a,b", "[::1", "[zz]", "a:x", "a:99999", "[::1]x", ":80",
            "a:+1",
        ] {
            assert!(!valid_host(bad.as_bytes()), "{bad}");
        }
    }
}
