//! How many pictures ended how, added up in one place.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::batch::make::{Fate, Made, Processed};
use crate::batch::stage::StageTimes;

/// How many pictures ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All pictures, and entries that could not be visited.
    pub found: u64,
    /// Pictures of which thumbnails were made.
    pub made: u64,
    /// Thumbnails made: one of each picture and variant.
    #[serde(default)]
    pub thumbnails: u64,
    /// Pictures whose thumbnails were all fresh.
    pub fresh: u64,
    /// Pictures of which no thumbnail was made and some were not because something that is not thumbgen's is in their
    /// place.
    #[serde(default)]
    pub kept: u64,
    /// Files that are not thumbgen's and were kept in a thumbnail's place.
    #[serde(default)]
    pub kept_files: u64,
    /// Pictures that failed, or some of whose thumbnails did, and entries that could not be visited; also what could
    /// not be pruned, which is not among those found.
    pub failed: u64,
    /// How many of those that failed are folders, whose pictures are not counted.
    #[serde(default)]
    pub unvisited_folders: u64,
    /// How many of those made are from damaged pictures.
    pub damaged: u64,
    /// Pictures found but not begun.
    pub not_begun: u64,
    /// Pictures of which a dry run would make thumbnails.
    pub would_make: u64,
    /// Thumbnails removed because their source is gone.
    pub pruned: u64,
    /// Those that a dry run would remove.
    #[serde(default)]
    pub would_prune: u64,
    /// thumbgen's own thumbnails in SOURCE, which are not pictures and not among those found.
    #[serde(default)]
    pub passed_over: u64,
}

impl Counts {
    /// Counts something that was found and whose outcome has this [name](crate::batch::Outcome::name); `None` if there
    /// is no such outcome.
    pub fn count(&mut self, outcome: &str) -> Option<()> {
        let count = match outcome {
            "made" => &mut self.made,
            "fresh" => &mut self.fresh,
            "kept" => &mut self.kept,
            "would make" => &mut self.would_make,
            "failed" => &mut self.failed,
            "not begun" => &mut self.not_begun,
            "passed over" => {
                self.passed_over += 1;
                return Some(());
            }
            _ => return None,
        };
        *count += 1;
        self.found += 1;
        Some(())
    }

    /// All pictures that were found, and the thumbnails among them.
    pub fn met(&self) -> u64 {
        self.found + self.passed_over
    }

    /// Counts a thumbnail that was removed, or in a dry run would be.
    pub fn count_pruned(&mut self, dry_run: bool) {
        if dry_run {
            self.would_prune += 1;
        } else {
            self.pruned += 1;
        }
    }

    /// Adds what another run counted.
    pub fn add(&mut self, more: &Self) {
        let Self {
            found,
            made,
            thumbnails,
            fresh,
            kept,
            kept_files,
            failed,
            unvisited_folders,
            damaged,
            not_begun,
            would_make,
            pruned,
            would_prune,
            passed_over,
        } = more;
        for (sum, count) in [
            (&mut self.found, found),
            (&mut self.made, made),
            (&mut self.thumbnails, thumbnails),
            (&mut self.fresh, fresh),
            (&mut self.kept, kept),
            (&mut self.kept_files, kept_files),
            (&mut self.failed, failed),
            (&mut self.unvisited_folders, unvisited_folders),
            (&mut self.damaged, damaged),
            (&mut self.not_begun, not_begun),
            (&mut self.would_make, would_make),
            (&mut self.pruned, pruned),
            (&mut self.would_prune, would_prune),
            (&mut self.passed_over, passed_over),
        ] {
            // A report that is merged may say anything.
            *sum = sum.saturating_add(*count);
        }
    }
}

/// Counts and sums over the pictures of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many ended how.
    pub counts: Counts,
    /// How many of those made were of which format.
    pub formats: BTreeMap<&'static str, u64>,
    /// Bytes read of sources.
    pub bytes_read: u64,
    /// Worker time by stage.
    pub times: StageTimes,
    /// Worker time spent waiting for the machine's load to fall.
    pub paused: Duration,
}

impl Totals {
    /// Adds a picture.
    pub fn add(&mut self, processed: &Processed) {
        self.counts
            .count(processed.outcome.name())
            .expect("BUG: an outcome that is not counted");
        self.counts.thumbnails += processed.outcome.made().count() as u64;
        let is_kept = |fate: &&Fate| matches!(fate, Fate::Kept(_));
        let kept = processed.outcome.thumbnails().iter().filter(is_kept);
        self.counts.kept_files += kept.count() as u64;
        let is_damaged = |made: &Made| made.thumbnail.damage.is_some();
        self.counts.damaged += u64::from(processed.outcome.made().any(is_damaged));
        if let Some(kind) = processed
            .outcome
            .made()
            .find_map(|made| made.thumbnail.source_kind)
        {
            *self.formats.entry(kind.name()).or_default() += 1;
        }
        // Of a file with holes, more may be read than there is anywhere.
        self.bytes_read = self.bytes_read.saturating_add(processed.bytes_read);
        self.times += processed.times;
    }
}
