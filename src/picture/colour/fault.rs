//! What can be wrong with a colour profile.

use thiserror::Error;

/// Why a colour profile was ignored.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProfileFault {
    /// Parts of it are missing or don't belong together.
    #[error("parts of it are missing")]
    Incomplete,
    /// It is for pictures with another kind of colour.
    #[error("it is for {profile} pictures")]
    OtherKind {
        /// The kind of picture that it is for.
        profile: &'static str,
    },
    /// The colour engine refuses it.
    #[error("{0}")]
    Unusable(String),
}
