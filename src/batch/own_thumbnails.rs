//! What a run makes of thumbnails of thumbgen's own where pictures should be.

use std::fs;
use std::path::Path;

use crate::batch::ends::Ends;
use crate::batch::make::{OwnThumbnails, Rules};
use crate::batch::outcomes::Outcomes;
use crate::batch::ownership::is_thumbnail;
use crate::batch::place::store_scheme;
use crate::batch::selection::Selection;
use crate::batch::settings::Batch;
use crate::batch::walk::{SourcePicture, walk};

impl Batch {
    /// Which thumbnails are made.
    pub(super) fn rules(&self, ends: &Ends) -> Rules {
        let named = self.list.is_some() || !ends.is_tree(self);
        Rules {
            force: self.force,
            replace_foreign: self.replace_foreign,
            own_thumbnails: match (self.thumbnails_too, named) {
                (true, _) => OwnThumbnails::Make,
                (false, true) => OwnThumbnails::Fail,
                (false, false) => OwnThumbnails::PassOver,
            },
            dry_run: self.dry_run,
        }
    }

    /// Whether DEST, which need not exist, is inside SOURCE.
    pub(super) fn is_dest_inside(&self) -> bool {
        if store_scheme(&self.dest).is_some() {
            return self.dest.starts_with(&self.source);
        }
        let real = |path: &Path| fs::canonicalize(path).ok();
        let dest = std::path::absolute(&self.dest).ok();
        let dest = dest.and_then(|dest| dest.ancestors().find_map(real));
        dest.zip(real(&self.source))
            .is_some_and(|(dest, source)| dest.starts_with(source))
    }

    /// Whether the walk found thumbnails of thumbgen's own and not a single picture. If so, it notes that in the
    /// `selection`.
    pub(super) fn holds_only_thumbnails(
        &self,
        ends: &Ends,
        selection: &mut Selection<'_>,
        outcomes: &Outcomes<'_>,
    ) -> bool {
        if outcomes.is_stopped() || outcomes.any_found() || selection.saw_nothing() {
            return false;
        }
        // Files of other shards may be pictures. As a rule the first one is, which settles it.
        let only_thumbnails = self.shard.is_none()
            // Another listing is not worth it.
            || !ends.is_source_in_store() && walk(&self.source, self.not_entered(), self.walk, |_, _| ()).all(|met| {
                let is_thumbnail = |picture: SourcePicture| is_thumbnail(picture.path());
                !outcomes.is_stopped()
                    && met.is_ok_and(|picture| is_thumbnail(picture).unwrap_or(false))
            });
        if only_thumbnails {
            selection.forget_seen();
        }
        only_thumbnails
    }
}
