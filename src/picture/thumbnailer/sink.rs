//! Who takes thumbnails.

use crate::picture::error::ThumbnailError;
use crate::picture::step::Step;
use crate::picture::thumbnail::Thumbnail;

/// Takes the thumbnails of a picture as they are made. A closure does if it doesn't mind the steps.
pub trait Sink {
    /// The thumbnail of a variant, by its number; or why there is none, though there may be others.
    fn thumbnail(&mut self, variant: usize, made: Result<Thumbnail, ThumbnailError>);

    /// `step` is over. A clock looks at the time here: a thumbnailer has none of its own, since not every machine that
    /// can make a thumbnail can tell the time. A step may come back, and one that had nothing to do is over at once.
    fn lap(&mut self, _step: Step) {}
}

impl<F: FnMut(usize, Result<Thumbnail, ThumbnailError>)> Sink for F {
    fn thumbnail(&mut self, variant: usize, made: Result<Thumbnail, ThumbnailError>) {
        self(variant, made);
    }
}
