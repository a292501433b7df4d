//! What of the tree is a run's, and what was met of the rest.

use std::path::Path;

use crate::batch::error::PictureError;
use crate::batch::shard::Shard;
use crate::batch::walk::SourcePicture;

/// What of the tree is this run's, and what was met of the rest.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    shard: Option<Shard>,
    source: &'a Path,
    /// Pictures that the walk found, whosever they are.
    seen: u64,
    /// Entries that could not be visited, whosever they are.
    unvisited: u64,
}

impl<'a> Selection<'a> {
    /// The pictures of `shard` below `source`; all of them if there is no shard.
    pub(super) fn new(source: &'a Path, shard: Option<Shard>) -> Self {
        Self {
            shard,
            source,
            seen: 0,
            unvisited: 0,
        }
    }

    /// Whether the picture with the path `relative` below SOURCE is this run's.
    pub(super) fn holds(&self, relative: &Path) -> bool {
        self.shard.is_none_or(|shard| shard.holds(relative))
    }

    /// Whether what the walk met is this run's. A folder that can't be visited may hold pictures of every shard, and
    /// be visited well on the next shard's host: it is everybody's.
    pub(super) fn takes(&mut self, met: &Result<SourcePicture, PictureError>) -> bool {
        match met {
            Ok(picture) => {
                self.seen += 1;
                self.holds(picture.relative())
            }
            Err(error) => {
                self.unvisited += 1;
                let below = error.path.strip_prefix(self.source);
                error.is_unvisited_folder() || below.is_ok_and(|below| self.holds(below))
            }
        }
    }

    /// What the walk found was no pictures.
    pub(super) fn forget_seen(&mut self) {
        self.seen = 0;
    }

    /// Whether the walk found no picture at all.
    pub(super) fn saw_nothing(&self) -> bool {
        self.seen == 0
    }

    /// Whether the walk could visit everything.
    pub(super) fn saw_all(&self) -> bool {
        self.unvisited == 0
    }
}
