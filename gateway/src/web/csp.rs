//! The content security policy of a page: its own inline scripts are allowed by their hashes, no others.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use sha2::{Digest as _, Sha256};

/// Styles may be inline: the component library positions its pop-ups that way.
pub fn policy(page: &str) -> HeaderValue {
    let hashes: String = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
        .collect();
    let policy = format!(
        "default-src 'self'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
         connect-src 'self'; frame-src blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}

/// The contents of `<script>` elements that have no `src`.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        let external = attributes
            .split_ascii_whitespace()
            .any(|a| a.starts_with("src="));
        (!external).then_some(script)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_hashed_and_linked_ones_are_not() {
        let page = "<script>\n1\n</script><script type=\"module\" src=\"/a.js\"></script><script nonce>alert(1)</script>";
        assert_eq!(
            inline_scripts(page).collect::<Vec<_>>(),
            ["\n1\n", "alert(1)"]
        );
        let policy = policy("<script>alert(1)</script>");
        let policy = policy.to_str().unwrap();
        assert!(
            policy.contains(
                "script-src 'self' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI=';"
            ),
            "{policy}"
        );
        assert!(!policy.contains("unsafe-eval"));
    }
}
