//! AWS Signature Version 4, which all S3-compatible storages ask for.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;

use crate::backup::chain::hex;

/// Who signs, and for which region.
pub struct Signer {
    pub key: String,
    pub secret: String,
    pub region: String,
}

/// What is signed. Headers are sorted by name, lower case; query parameters by name.
pub struct Request<'r> {
    pub method: &'r str,
    /// Percent-encoded, with its slashes.
    pub path: &'r str,
    pub query: &'r [(&'r str, &'r str)],
    pub headers: &'r [(&'r str, &'r str)],
    /// The body's SHA-256 in hex.
    pub payload: &'r str,
    /// `20130524T000000Z`.
    pub at: &'r str,
}

impl Signer {
    /// The value of `Authorization`.
    pub fn authorization(&self, request: &Request<'_>) -> String {
        let day = &request.at[..8];
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let asked = hex(digest(&SHA256, canonical(request, &names).as_bytes()).as_ref());
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{asked}", request.at);
        let mut key = format!("AWS4{}", self.secret).into_bytes();
        for part in [day, &self.region, "s3", "aws4_request", &text] {
            key = mac(&key, part);
        }
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={}",
            self.key,
            hex(&key)
        )
    }
}

fn canonical(request: &Request<'_>, names: &str) -> String {
    let query: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name, false), encoded(value, false)))
        .collect();
    let headers: String = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    format!(
        "{}\n{}\n{}\n{headers}\n{names}\n{}",
        request.method,
        request.path,
        query.join("&"),
        request.payload
    )
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
}

/// Everything but letters, digits and `-._~`, and slashes where they part a path.
pub fn encoded(text: &str, slashes_stay: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            b'/' if slashes_stay => out.push('/'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn signer() -> Signer {
        Signer {
            key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            region: "us-east-1".to_owned(),
        }
    }

    /// The worked examples of Amazon's "Authenticating requests: using the Authorization header".
    #[test]
    fn signatures_are_those_of_the_published_examples() {
        let host = ("host", "examplebucket.s3.amazonaws.com");
        let (payload, date) = (
            ("x-amz-content-sha256", EMPTY),
            ("x-amz-date", "20130524T000000Z"),
        );
        let object = Request {
            method: "GET",
            path: "/test.txt",
            query: &[],
            headers: &[host, ("range", "bytes=0-9"), payload, date],
            payload: EMPTY,
            at: "20130524T000000Z",
        };
        let list = Request {
            path: "/",
            query: &[("max-keys", "2"), ("prefix", "J")],
            headers: &[host, payload, date],
            ..object
        };
        for (request, signature) in [
            (
                &object,
                "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
            ),
            (
                &list,
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
        ] {
            let made = signer().authorization(request);
            assert!(made.ends_with(&format!("Signature={signature}")), "{made}");
        }
    }

    #[test]
    fn what_is_not_plain_is_encoded() {
        assert_eq!(encoded("a/b c~ü", true), "a/b%20c~%C3%BC");
        assert_eq!(encoded("a/b", false), "a%2Fb");
    }
}
