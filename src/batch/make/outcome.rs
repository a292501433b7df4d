//! What becomes of a picture, and of each of its thumbnails.

use crate::batch::error::PictureError;
use crate::batch::freshness::{Reason, SourceVersion};
use crate::batch::ownership::Foreign;
use crate::batch::stage::StageTimes;
use crate::picture::Thumbnail;

/// What became of a picture.
#[derive(Debug)]
pub enum Outcome {
    /// Each of its thumbnails was looked at: what became of them, in the order of the batch's variants.
    Thumbnails(Vec<Fate>),
    /// It is not a picture but one of thumbgen's thumbnails, and gets no thumbnail.
    PassedOver,
    /// It failed; the thumbnails that were there, if any, still are.
    Failed(PictureError),
    /// The run was stopped before the picture was begun.
    NotBegun,
}

/// What became of one thumbnail.
#[derive(Debug)]
pub enum Fate {
    /// It was made and is in its place.
    Made(Box<Made>),
    /// The one that is there is what would be made.
    Fresh,
    /// What is there is not thumbgen's, and stays.
    Kept(Foreign),
    /// A dry run would make it.
    WouldMake(Reason),
    /// It could not be made or written; the one that was there, if any, still is.
    Failed(PictureError),
}

impl Fate {
    /// The fate in a word or two, as reports have it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Made(_) => "made",
            Self::Fresh => "fresh",
            Self::Kept(_) => "kept",
            Self::WouldMake(_) => "would make",
            Self::Failed(_) => "failed",
        }
    }

    /// How much it says about its picture as a whole: one thumbnail that failed says more than any that was made, and
    /// one that was made more than any that is fresh.
    const fn weight(&self) -> u8 {
        match self {
            Self::Fresh => 0,
            Self::Kept(_) => 1,
            Self::WouldMake(_) => 2,
            Self::Made(_) => 3,
            Self::Failed(_) => 4,
        }
    }
}

impl Outcome {
    /// The outcome in a word or two, as reports have it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Thumbnails(fates) => {
                let gravest = fates.iter().max_by_key(|fate| fate.weight());
                gravest.map_or("fresh", Fate::name)
            }
            Self::PassedOver => "passed over",
            Self::Failed(_) => "failed",
            Self::NotBegun => "not begun",
        }
    }

    /// What became of each thumbnail, in the order of the variants; nothing if the picture didn't get so far.
    pub fn thumbnails(&self) -> &[Fate] {
        match self {
            Self::Thumbnails(fates) => fates,
            Self::PassedOver | Self::Failed(_) | Self::NotBegun => &[],
        }
    }

    /// The thumbnails that were made.
    pub fn made(&self) -> impl Iterator<Item = &Made> {
        self.thumbnails().iter().filter_map(|fate| match fate {
            Fate::Made(made) => Some(&**made),
            _ => None,
        })
    }

    /// What went wrong: with the picture, or else with some of its thumbnails.
    pub fn errors(&self) -> impl Iterator<Item = &PictureError> {
        let picture = match self {
            Self::Failed(error) => Some(error),
            _ => None,
        };
        let thumbnails = self.thumbnails().iter().filter_map(|fate| match fate {
            Fate::Failed(error) => Some(error),
            _ => None,
        });
        picture.into_iter().chain(thumbnails)
    }
}

/// A thumbnail that was made.
#[derive(Debug)]
pub struct Made {
    /// Why it was made.
    pub reason: Reason,
    /// What it is; the bytes are in its file and not here any more.
    pub thumbnail: Thumbnail,
    /// Length of its file in bytes.
    pub bytes: u64,
    /// Length of the source's file in bytes.
    pub source_bytes: u64,
}

/// A picture that was gone through.
#[derive(Debug)]
pub struct Processed {
    /// What became of it.
    pub outcome: Outcome,
    /// The source's version, if that is known: the one that was read, or else looked at.
    pub version: Option<SourceVersion>,
    /// Bytes read of the source; if it changed meanwhile, the last time.
    pub bytes_read: u64,
    /// How long the steps took.
    pub times: StageTimes,
}

impl Processed {
    /// A picture that failed before anything was measured.
    pub fn failed(error: PictureError) -> Self {
        Self::without_work(Outcome::Failed(error))
    }

    /// A picture that was left alone because the run was stopped.
    pub fn not_begun() -> Self {
        Self::without_work(Outcome::NotBegun)
    }

    fn without_work(outcome: Outcome) -> Self {
        Self {
            outcome,
            version: None,
            bytes_read: 0,
            times: StageTimes::default(),
        }
    }
}
