//! What a store says when it says no, in words that show no secret.

use std::error::Error as _;
use std::fmt;
use std::io;

use object_store::client::{HttpError, HttpErrorKind};

/// What kind of no it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such object, or no such bucket.
    NotFound,
    /// The credentials are wrong, missing or may not do this.
    Denied,
    /// The object is not the one that was meant.
    Changed,
    /// There is an object already.
    Exists,
    /// The store can't do what was asked for, whatever the object.
    Unsupported,
    /// There is no answer at all.
    Gone,
    /// Something else.
    Other,
}

/// A request that failed, after all that was tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError {
    /// What kind of no it was.
    pub refusal: Refusal,
    text: String,
}

impl StoreError {
    /// What `error` says, without the request: its URL and the answer's body may hold what is secret.
    pub(super) fn of(error: &object_store::Error) -> Self {
        use object_store::Error;
        let refusal = match error {
            Error::NotFound { .. } => Refusal::NotFound,
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Refusal::Denied,
            Error::Precondition { .. } | Error::NotModified { .. } => Refusal::Changed,
            Error::AlreadyExists { .. } => Refusal::Exists,
            Error::NotSupported { .. } | Error::NotImplemented { .. } => Refusal::Unsupported,
            _ => match transport(error) {
                None | Some(HttpErrorKind::Decode | HttpErrorKind::Unknown) => Refusal::Other,
                Some(_) => Refusal::Gone,
            },
        };
        Self {
            refusal,
            text: text(error),
        }
    }

    /// There is no such object any more.
    pub(crate) fn not_found() -> Self {
        Self::new(Refusal::NotFound, "there is no such object any more")
    }

    /// A body that ended too soon.
    pub(crate) fn cut_short(got: usize, of: u64) -> Self {
        Self::new(
            Refusal::Other,
            format!("{got} bytes came where there should be {of}"),
        )
    }

    /// Something else came into the place again and again.
    pub(crate) fn contended() -> Self {
        Self::new(
            Refusal::Other,
            "the object was replaced again and again meanwhile",
        )
    }

    /// A failure that no store told.
    pub(crate) fn new(refusal: Refusal, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { refusal, text }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for StoreError {}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        let kind = match error.refusal {
            Refusal::NotFound => io::ErrorKind::NotFound,
            Refusal::Denied => io::ErrorKind::PermissionDenied,
            Refusal::Exists => io::ErrorKind::AlreadyExists,
            Refusal::Unsupported => io::ErrorKind::Unsupported,
            Refusal::Gone => io::ErrorKind::NotConnected,
            Refusal::Changed | Refusal::Other => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

/// What went wrong on the way, if no answer came.
fn transport(error: &object_store::Error) -> Option<HttpErrorKind> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            return Some(http.kind());
        }
        source = error.source();
    }
    None
}

/// The innermost cause says most, and nothing of the request. If that is an answer, its code and message are taken and
/// the rest is left: S3 repeats the request's signature and session token in it.
fn text(error: &object_store::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let text = innermost.to_string();
    let said = element(&text, "Code").map(|code| match element(&text, "Message") {
        Some(message) => format!("{code}: {message}"),
        None => code.to_owned(),
    });
    let said = said.or_else(|| status(&text));
    let said = said.unwrap_or_else(|| match text.contains("://") || text.contains('<') {
        // Of an answer that is neither, or with a URL in it, nothing is known to be harmless.
        true => "the store's answer makes no sense".to_owned(),
        false => text.lines().next().unwrap_or_default().to_owned(),
    });
    let said = match said == "URL scheme is not allowed" {
        true => "the server speaks no TLS (--allow-http allows that, for tests)".to_owned(),
        false => said,
    };
    said.chars()
        .map(|sign| if sign.is_control() { ' ' } else { sign })
        .collect()
}

/// What stands in the first element `name` of an answer in XML, up to the end of its first line.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (content, _) = rest.split_once(&format!("</{name}>"))?;
    content.lines().next()
}

/// `403 Forbidden` of an answer without a body that makes sense.
fn status(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("status code: ")?;
    let status = rest.split([':', '<', '\n']).next()?.trim();
    Some(format!("the store answers {status}"))
}

/// A path that no key can be.
#[derive(Debug, thiserror::Error)]
#[error("not UTF-8, as keys in a store are")]
pub struct NotUtf8;

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Answer(&'static str);

    fn denied(answer: &'static str) -> StoreError {
        StoreError::of(&object_store::Error::PermissionDenied {
            path: "a.jpg".into(),
            source: Box::new(Answer(answer)),
        })
    }

    #[test]
    fn only_code_and_message_of_an_answer_are_told() {
        let error = denied(
            "Server returned non-2xx status code: 403 Forbidden: <Error><Code>SignatureDoesNotMatch</Code>\
             <Message>The signature does not match.\nRequestId:1</Message><StringToSign>hush</StringToSign></Error>",
        );
        assert_eq!(error.refusal, Refusal::Denied);
        assert_eq!(
            error.to_string(),
            "SignatureDoesNotMatch: The signature does not match."
        );
        for (answer, told) in [
            (
                "Server returned non-2xx status code: 403 Forbidden: hush",
                "the store answers 403 Forbidden",
            ),
            (
                "error sending request for url (https://a/?sig=hush)",
                "the store's answer makes no sense",
            ),
            (
                "Connection refused (os error 111)",
                "Connection refused (os error 111)",
            ),
        ] {
            assert_eq!(denied(answer).to_string(), told);
        }
    }
}
