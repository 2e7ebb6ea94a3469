//! What can be wrong with a request head, and how the guard hands it on.

/// A head that is refused. The guard tells the service in band: it gives hyper a request whose method (`!`) no
/// client can send, because heads with unknown methods never get past the guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadFault {
    RequestLine,
    LineEnding,
    Folding,
    HeaderName,
    HeaderValue,
    Target,
    TargetTooLong,
    TooLarge,
    TooSlow,
    Method,
    Version,
    Host,
    Authorization,
    Length,
    Encoding,
    LengthAndEncoding,
    Expectation,
}

/// The method of the request that carries a fault.
pub const FAULT_METHOD: &str = "!";

const ALL: [HeadFault; 17] = [
    HeadFault::RequestLine,
    HeadFault::LineEnding,
    HeadFault::Folding,
    HeadFault::HeaderName,
    HeadFault::HeaderValue,
    HeadFault::Target,
    HeadFault::TargetTooLong,
    HeadFault::TooLarge,
    HeadFault::TooSlow,
    HeadFault::Method,
    HeadFault::Version,
    HeadFault::Host,
    HeadFault::Authorization,
    HeadFault::Length,
    HeadFault::Encoding,
    HeadFault::LengthAndEncoding,
    HeadFault::Expectation,
];

impl HeadFault {
    /// The request that stands for this fault.
    pub fn as_request(self) -> Vec<u8> {
        format!(
            "{FAULT_METHOD} /{} HTTP/1.1\r\nconnection: close\r\n\r\n",
            self as usize
        )
        .into_bytes()
    }

    /// Reads the fault back from that request's path.
    pub fn from_path(path: &str) -> Self {
        path.strip_prefix('/')
            .and_then(|index| index.parse::<usize>().ok())
            .and_then(|index| ALL.get(index).copied())
            .unwrap_or(Self::RequestLine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_survives_the_trip_through_hyper() {
        for fault in ALL {
            let request = String::from_utf8(fault.as_request()).unwrap();
            let path = request.split(' ').nth(1).unwrap();
            assert_eq!(HeadFault::from_path(path), fault);
        }
    }
}
