//! Which pictures of the tree are a run's, and what the walk met of the rest.

use std::path::Path;

use crate::batch::error::PictureError;
use crate::batch::shard::Shard;
use crate::batch::walk::SourcePicture;

/// Which pictures of the tree are this run's, and what the walk met of the rest.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    shard: Option<Shard>,
    source: &'a Path,
    /// Pictures that the walk found, whichever run they belong to.
    seen: u64,
    /// Entries that could not be visited, whichever run they belong to.
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
    /// be visited well on the next shard's host: it belongs to every run.
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

    /// Notes that what the walk found was not pictures.
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
