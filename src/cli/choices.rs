//! The choices that the storeys below offer, as they are typed.

use clap::ValueEnum;

use crate::batch::execute::Strategy;
use crate::picture::Fit;

/// [`Fit`] as `--fit` names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FitChoice {
    /// The whole picture, inside the box: one side may be shorter than the box's.
    #[default]
    Inside,
    /// The whole box filled: whatever sticks out on two opposite sides is cut off. With one side bounded there is nothing
    /// to cut, so it is the same as `inside`. A picture that would have to be enlarged to fill the box, and may not be,
    /// keeps its own scale and loses what sticks out; its thumbnail is smaller than the box then.
    Cover,
}

impl From<FitChoice> for Fit {
    fn from(choice: FitChoice) -> Self {
        match choice {
            FitChoice::Inside => Self::Inside,
            FitChoice::Cover => Self::Cover,
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
