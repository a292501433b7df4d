//! The stages that a picture goes through, and how long each took.

use std::fmt;
use std::ops::AddAssign;
use std::time::{Duration, Instant};

use crate::picture::Step;

/// A stage on a picture's way, in the order they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Finding the picture in the tree.
    Walk,
    /// Asking the file system for the picture's size and time.
    Stat,
    /// Deciding whether the thumbnail that is there still fits.
    Freshness,
    /// Reading the picture's bytes.
    Read,
    /// Reading the picture's header.
    Header,
    /// Decoding the picture's planes.
    Decode,
    /// Bringing the planes to the thumbnail's size.
    Resize,
    /// Turning them the right way up.
    Orient,
    /// Bringing them to sRGB.
    Colour,
    /// Making a file of them.
    Encode,
    /// Writing the thumbnail.
    Write,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 11] = [
        Self::Walk,
        Self::Stat,
        Self::Freshness,
        Self::Read,
        Self::Header,
        Self::Decode,
        Self::Resize,
        Self::Orient,
        Self::Colour,
        Self::Encode,
        Self::Write,
    ];

    /// The stage's name, one lower-case word, as reports show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Stat => "stat",
            Self::Freshness => "freshness",
            Self::Read => "read",
            Self::Header => "header",
            Self::Decode => "decode",
            Self::Resize => "resize",
            Self::Orient => "orient",
            Self::Colour => "colour",
            Self::Encode => "encode",
            Self::Write => "write",
        }
    }
}

impl From<Step> for Stage {
    fn from(step: Step) -> Self {
        match step {
            Step::Header => Self::Header,
            Step::Decode => Self::Decode,
            Step::Resize => Self::Resize,
            Step::Orient => Self::Orient,
            Step::Colour => Self::Colour,
            Step::Encode => Self::Encode,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How long each stage took, for one picture or summed over many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StageTimes([Duration; Stage::ALL.len()]);

impl StageTimes {
    /// Adds `time` to what `stage` has taken so far.
    pub fn add(&mut self, stage: Stage, time: Duration) {
        self.0[stage as usize] += time;
    }

    /// What `stage` has taken so far.
    pub fn get(&self, stage: Stage) -> Duration {
        self.0[stage as usize]
    }

    /// Every stage with its time, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, Duration)> + '_ {
        Stage::ALL.into_iter().zip(self.0)
    }

    /// The sum over all stages.
    pub fn total(&self) -> Duration {
        self.0.iter().sum()
    }
}

impl AddAssign for StageTimes {
    fn add_assign(&mut self, other: Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

/// Tells the times of stages that follow one another.
#[derive(Debug)]
pub(crate) struct Clock {
    times: StageTimes,
    last: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            times: StageTimes::default(),
            last: Instant::now(),
        }
    }

    /// The time since the last lap was spent on `stage`.
    pub(crate) fn lap(&mut self, stage: Stage) {
        let now = Instant::now();
        self.times.add(stage, now - self.last);
        self.last = now;
    }

    /// The time since the last lap was spent waiting, and on no stage.
    pub(crate) fn skip(&mut self) {
        self.last = Instant::now();
    }

    /// The time since the last lap was spent waiting for what took these `times`.
    pub(crate) fn add(&mut self, times: StageTimes) {
        self.times += times;
        self.skip();
    }

    /// All laps so far.
    pub(crate) fn times(&self) -> StageTimes {
        self.times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_holds_every_stage_at_its_own_place() {
        for (place, stage) in Stage::ALL.into_iter().enumerate() {
            assert_eq!(stage as usize, place);
        }
    }

    #[test]
    fn a_step_of_the_thumbnailer_has_its_own_name_as_a_stage() {
        for step in Step::ALL {
            assert_eq!(Stage::from(step).name(), step.name());
        }
    }

    #[test]
    fn times_add_up_by_stage() {
        let mut picture = StageTimes::default();
        picture.add(Stage::Decode, Duration::from_millis(3));
        picture.add(Stage::Decode, Duration::from_millis(1));
        picture.add(Stage::Encode, Duration::from_millis(2));
        let mut sum = picture;
        sum += picture;
        assert_eq!(sum.get(Stage::Decode), Duration::from_millis(8));
        assert_eq!(sum.total(), Duration::from_millis(12));
        assert_eq!(sum.iter().filter(|(_, time)| !time.is_zero()).count(), 2);
    }
}
