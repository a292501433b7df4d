//! Which thumbnails are made.

/// What happens to a source that is one of thumbgen's own thumbnails: it carries a stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnThumbnails {
    /// It is passed over: where there are thumbnails inside SOURCE, they must not get thumbnails in turn.
    #[default]
    PassOver,
    /// It fails: somebody named it as a picture.
    Fail,
    /// It is a picture like any other.
    Make,
}

/// Which thumbnails are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rules {
    /// Fresh ones too.
    pub force: bool,
    /// Also those in whose place is something that is not thumbgen's.
    pub replace_foreign: bool,
    /// Those of thumbgen's own thumbnails.
    pub own_thumbnails: OwnThumbnails,
    /// None at all: the run only finds out which would be made.
    pub dry_run: bool,
}
