//! The choices that the storeys below offer, as they are typed.

use clap::ValueEnum;

use crate::batch::execute::Strategy;
use crate::picture::Fit;
use crate::tell::srcset::Placeholder;

/// [`Fit`] as `--fit` names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FitChoice {
    /// The whole picture, inside the box: one side may be shorter than the box's.
    #[default]
    Inside,
    /// The whole box filled: what sticks out on two opposite sides is cut off. With one side bounded there is nothing
    /// to cut, so it is the same as `inside`. A picture that would have to be enlarged to fill the box, and may not be,
    /// keeps its own scale and loses what sticks out; its thumbnail is smaller than the box then.
    Cover,
    /// The whole picture, and background around it where the box has room left. With one side bounded there is none, so
    /// it is the same as `inside`.
    Pad,
}

impl From<FitChoice> for Fit {
    fn from(choice: FitChoice) -> Self {
        match choice {
            FitChoice::Inside => Self::Inside,
            FitChoice::Cover => Self::Cover,
            FitChoice::Pad => Self::Pad,
        }
    }
}

/// [`Strategy`] as `--strategy` names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum StrategyChoice {
    /// One after the other on the calling thread, no queue: the baseline.
    Seq,
    /// A pool of threads fed through a bounded channel.
    #[default]
    Threads,
    /// A local rayon pool whose threads draw from the iterator in turn.
    Rayon,
}

impl From<StrategyChoice> for Strategy {
    fn from(choice: StrategyChoice) -> Self {
        match choice {
            StrategyChoice::Seq => Self::Seq,
            StrategyChoice::Threads => Self::Threads,
            StrategyChoice::Rayon => Self::Rayon,
        }
    }
}

/// [`Placeholder`] as `--placeholder` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlaceholderChoice {
    /// ThumbHash: some 25 bytes, in base64.
    Thumbhash,
}

impl From<PlaceholderChoice> for Placeholder {
    fn from(choice: PlaceholderChoice) -> Self {
        match choice {
            PlaceholderChoice::Thumbhash => Self::ThumbHash,
        }
    }
}
