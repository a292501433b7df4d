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
    /// This may not be done.
    Denied,
    /// The credentials are missing, wrong or have run out, whatever was asked for.
    Credentials,
    /// The object is not the one that was meant.
    Changed,
    /// There is an object already.
    Exists,
    /// The store can't do what was asked for, whatever the object.
    Unsupported,
    /// There is no answer at all.
    Gone,
    /// The store answers that it can't answer, again and again.
    Failing,
    /// The answer broke off, or makes no sense.
    Broken,
    /// The answer is whole by its form, but the object has another length.
    OtherLength,
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
        if lacks_credentials(error) {
            return Self::new(Refusal::Credentials, NO_CREDENTIALS);
        }
        let answer = innermost(error);
        let refusal = match error {
            _ if element(&answer, "Code").is_some_and(|code| OF_CREDENTIALS.contains(&code)) => {
                Refusal::Credentials
            }
            Error::NotFound { .. } => Refusal::NotFound,
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => Refusal::Denied,
            Error::Precondition { .. } | Error::NotModified { .. } => Refusal::Changed,
            Error::AlreadyExists { .. } => Refusal::Exists,
            Error::NotSupported { .. } | Error::NotImplemented { .. } => Refusal::Unsupported,
            _ => match transport(error) {
                None if status(&answer).is_some_and(|status| status.starts_with('5')) => {
                    Refusal::Failing
                }
                None if status(&answer).is_some() || element(&answer, "Code").is_some() => {
                    Refusal::Other
                }
                None | Some(HttpErrorKind::Decode | HttpErrorKind::Unknown) => Refusal::Broken,
                Some(_) => Refusal::Gone,
            },
        };
        Self {
            refusal,
            text: text(&answer),
        }
    }

    /// Whether the same request may go well a little later.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(
            self.refusal,
            Refusal::Gone | Refusal::Failing | Refusal::Broken
        )
    }

    /// Whether something else is there than was meant.
    pub(crate) fn is_others(&self) -> bool {
        matches!(self.refusal, Refusal::Changed | Refusal::Exists)
    }

    /// There is no such object.
    pub(crate) fn not_found() -> Self {
        Self::new(Refusal::NotFound, "there is no such object")
    }

    /// A body that ended too soon, or goes on where it should end.
    pub(crate) fn other_length(got: u64, of: u64) -> Self {
        let text = format!("{got} bytes came where there should be {of}");
        Self::new(Refusal::OtherLength, text)
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

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        Self::of(&error)
    }
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        let kind = match error.refusal {
            Refusal::NotFound => io::ErrorKind::NotFound,
            Refusal::Denied | Refusal::Credentials => io::ErrorKind::PermissionDenied,
            Refusal::Exists => io::ErrorKind::AlreadyExists,
            Refusal::Unsupported => io::ErrorKind::Unsupported,
            Refusal::Gone | Refusal::Failing => io::ErrorKind::NotConnected,
            Refusal::Changed | Refusal::Broken | Refusal::OtherLength | Refusal::Other => {
                io::ErrorKind::Other
            }
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

/// Codes that say something of the credentials, or of the clock, which is in every signature:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>,
/// <https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes>.
const OF_CREDENTIALS: [&str; 10] = [
    "AuthenticationFailed",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidAuthenticationInfo",
    "InvalidToken",
    "NoAuthenticationInformation",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
];

const NO_CREDENTIALS: &str =
    "there are no credentials in the environment, and this machine has no role";

/// Whether `error` is that of asking the machine for its role, as the crate does where the environment has no
/// credentials.
fn lacks_credentials(error: &object_store::Error) -> bool {
    let machines = [
        "169.254.169.254",
        "169.254.170.2",
        "metadata.google.internal",
    ];
    let asks = ["/latest/api/token", "/latest/meta-data/iam/"];
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if machines.iter().chain(&asks).any(|part| text.contains(part)) {
            return true;
        }
        source = error.source();
    }
    false
}

/// What the innermost cause says: most of all, and nothing of the request.
fn innermost(error: &object_store::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// Of an `answer`, its code and message; the rest is left: S3 repeats the request's signature and session token in it.
fn text(answer: &str) -> String {
    let said = element(answer, "Code").map(|code| match element(answer, "Message") {
        Some(message) => format!("{code}: {message}"),
        None => code.to_owned(),
    });
    let said = said.or_else(|| status(answer).map(|status| format!("the store answers {status}")));
    let said = said.unwrap_or_else(|| match answer.contains("://") || answer.contains('<') {
        // Of an answer that is neither, or with a URL in it, nothing is known to be harmless.
        true => "the store's answer makes no sense".to_owned(),
        false => answer.lines().next().unwrap_or_default().to_owned(),
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
fn status(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("status code: ")?;
    Some(rest.split([':', '<', '\n']).next()?.trim())
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
        assert_eq!(error.refusal, Refusal::Credentials);
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
