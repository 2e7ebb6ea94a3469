//! Every failure the gateway answers itself, as `application/problem+json`. One table, one shape.

use hyper::body::Bytes;
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use hyper::{Response, StatusCode};

use crate::body::Reply;
use crate::guard::HeadFault;
use crate::trace::Trace;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Head(HeadFault),
    Path,
    Target,
    NotFound,
    /// Carries the value of `Allow`.
    Method(&'static str),
    Unauthenticated,
    /// The keys that verify tokens are not known yet.
    KeysUnknown,
    ForeignOrigin,
    BodyTooLarge,
    BodyTooSlow,
    BodyBroken,
    Overloaded,
    /// The service behind cannot be reached.
    Unavailable,
    UpstreamTimeout,
    BadGateway,
    /// No service's API description has been read yet.
    NoDocument,
}

struct Words {
    status: StatusCode,
    slug: &'static str,
    title: &'static str,
    detail: &'static str,
}

const fn words(
    status: StatusCode,
    slug: &'static str,
    title: &'static str,
    detail: &'static str,
) -> Words {
    Words {
        status,
        slug,
        title,
        detail,
    }
}

fn unreadable(detail: &'static str) -> Words {
    words(
        StatusCode::BAD_REQUEST,
        "unreadable",
        "The request cannot be read",
        detail,
    )
}

fn unavailable(detail: &'static str) -> Words {
    words(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "Not available right now",
        detail,
    )
}

impl Refusal {
    pub fn status(self) -> StatusCode {
        self.words().status
    }

    fn words(self) -> Words {
        match self {
            Self::Head(fault) => head_words(fault),
            Self::Path => unreadable(
                "The path is malformed or ambiguous: write it plainly, percent-encoded once.",
            ),
            Self::Target => unreadable(
                "The request target must be a path, or a URL of the host that Host names.",
            ),
            Self::NotFound => words(
                StatusCode::NOT_FOUND,
                "not-found",
                "Nothing is here",
                "No such path. /api/openapi.json lists what there is.",
            ),
            Self::Method(_) => words(
                StatusCode::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "This method is not allowed here",
                "The Allow header lists what is.",
            ),
            Self::Unauthenticated => words(
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "You are not signed in",
                "Sign in, or renew the session: the access token is missing, expired or not valid.",
            ),
            Self::KeysUnknown => {
                unavailable("Sign-in cannot be checked at the moment. Try again shortly.")
            }
            Self::ForeignOrigin => words(
                StatusCode::FORBIDDEN,
                "forbidden",
                "Not allowed from another site",
                "This may only be called from the application's own pages.",
            ),
            Self::BodyTooLarge => words(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "The request is too large",
                "The body is larger than this path accepts: 1 MiB, for imports 64 MiB.",
            ),
            Self::BodyTooSlow => words(
                StatusCode::REQUEST_TIMEOUT,
                "request-timeout",
                "The request took too long to arrive",
                "The body did not arrive in time. Send it again.",
            ),
            Self::BodyBroken => unreadable("The body ended early or its chunks are malformed."),
            Self::Overloaded => {
                unavailable("Too many requests are being answered. Try again shortly.")
            }
            Self::Unavailable => {
                unavailable("A part of the system is not answering. Try again shortly.")
            }
            Self::UpstreamTimeout => words(
                StatusCode::GATEWAY_TIMEOUT,
                "upstream-timeout",
                "The answer took too long",
                "A part of the system did not answer in time. It may still finish what was asked.",
            ),
            Self::BadGateway => words(
                StatusCode::BAD_GATEWAY,
                "bad-gateway",
                "The answer got lost",
                "A part of the system broke off its answer. It may still finish what was asked.",
            ),
            Self::NoDocument => {
                unavailable("The API description is not known yet. Try again shortly.")
            }
        }
    }

    /// Whether the rest of the connection cannot be trusted, or is not worth reading.
    fn closes(self) -> bool {
        matches!(
            self,
            Self::Head(_) | Self::BodyTooLarge | Self::BodyTooSlow | Self::BodyBroken
        )
    }

    pub fn answer(self, trace: &Trace) -> Response<Reply> {
        let words = self.words();
        let mut response = Response::new(Reply::whole(self.body(&words, trace)));
        *response.status_mut() = words.status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self {
            Self::Method(allowed) => {
                headers.insert(ALLOW, HeaderValue::from_static(allowed));
            }
            Self::Unauthenticated => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ if words.status == StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        if self.closes() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    /// The texts are ours and the trace id is hex: nothing needs escaping.
    fn body(self, words: &Words, trace: &Trace) -> Bytes {
        format!(
            r#"{{"type":"/problems/{}","title":"{}","status":{},"detail":"{}","trace_id":"{}"}}"#,
            words.slug,
            words.title,
            words.status.as_u16(),
            words.detail,
            trace.id()
        )
        .into()
    }
}

fn head_words(fault: HeadFault) -> Words {
    match fault {
        HeadFault::RequestLine => unreadable("The request line is malformed."),
        HeadFault::LineEnding => unreadable("Lines of the head must end in CR LF."),
        HeadFault::Folding => unreadable("Folded header lines are not accepted."),
        HeadFault::HeaderName => unreadable("A header name is malformed, or has an underscore."),
        HeadFault::HeaderValue => unreadable("A header value has control characters."),
        HeadFault::Target => {
            unreadable("The request target has characters that must be percent-encoded.")
        }
        HeadFault::Host => unreadable("Exactly one valid Host header is needed."),
        HeadFault::Authorization => unreadable("Only one Authorization header may be sent."),
        HeadFault::Length => {
            unreadable("Only one Content-Length header with plain digits may be sent.")
        }
        HeadFault::LengthAndEncoding => {
            unreadable("Transfer-Encoding goes neither with Content-Length nor with HTTP/1.0.")
        }
        HeadFault::Encoding => words(
            StatusCode::NOT_IMPLEMENTED,
            "not-implemented",
            "This transfer coding is not known",
            "The only transfer coding accepted is one plain 'chunked'.",
        ),
        HeadFault::Method => words(
            StatusCode::NOT_IMPLEMENTED,
            "not-implemented",
            "This method is not known",
            "Use GET, HEAD, POST, PUT, PATCH or DELETE.",
        ),
        HeadFault::Version => words(
            StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            "version-not-supported",
            "This HTTP version is not spoken here",
            "Use HTTP/1.1.",
        ),
        HeadFault::TargetTooLong => words(
            StatusCode::URI_TOO_LONG,
            "uri-too-long",
            "The address is too long",
            "A request target may have 8 KiB.",
        ),
        HeadFault::TooLarge => words(
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers-too-large",
            "The headers are too large",
            "A request may have 100 headers and 16 KiB of them.",
        ),
        HeadFault::TooSlow => words(
            StatusCode::REQUEST_TIMEOUT,
            "request-timeout",
            "The request took too long to arrive",
            "The head did not arrive in time. Send it again.",
        ),
        HeadFault::Expectation => words(
            StatusCode::EXPECTATION_FAILED,
            "expectation-failed",
            "This expectation cannot be met",
            "The only expectation accepted is 100-continue.",
        ),
    }
}
