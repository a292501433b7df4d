//! Which shard a run is told to be: by its number, or by the engine that started it.

use std::num::NonZeroU32;
use std::str::FromStr;

use thiserror::Error;

use super::part::Shard;

/// What `--shard` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardChoice {
    /// `I/N`
    Given(Shard),
    /// `auto` or `auto/N`: as the engine that started the process says.
    Auto(Option<NonZeroU32>),
}

/// How a shard is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("I/N with I from 0 to N-1 and N up to 16777216, or auto, or auto/N")]
pub struct ParseShardError;

impl FromStr for ShardChoice {
    type Err = ParseShardError;

    fn from_str(text: &str) -> Result<Self, ParseShardError> {
        if text == "auto" {
            return Ok(Self::Auto(None));
        }
        let (index, count) = text.split_once('/').ok_or(ParseShardError)?;
        let count = number(count).ok_or(ParseShardError)?;
        let choice = if index == "auto" {
            Shard::new(0, count).map(|shard| Self::Auto(Some(shard.count)))
        } else {
            number(index)
                .and_then(|index| Shard::new(index, count))
                .map(Self::Given)
        };
        choice.ok_or(ParseShardError)
    }
}

/// `parse` alone would also accept a sign.
pub(super) fn number(text: &str) -> Option<u32> {
    text.parse()
        .ok()
        .filter(|_| text.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_strictly() {
        let given = |index, count| ShardChoice::Given(Shard::new(index, count).unwrap());
        assert_eq!("0/1".parse(), Ok(given(0, 1)));
        assert_eq!("31/32".parse(), Ok(given(31, 32)));
        assert_eq!("auto".parse(), Ok(ShardChoice::Auto(None)));
        assert_eq!("auto/4".parse(), Ok(ShardChoice::Auto(NonZeroU32::new(4))));
        for wrong in [
            "",
            "1",
            "/",
            "4/4",
            "0/0",
            "-1/4",
            "+1/4",
            "1/+4",
            "1/4/5",
            "auto/",
            "auto/0",
            "Auto",
            "1 / 4",
            "5000000000/6000000000",
            "0/16777217",
            "auto/16777217",
        ] {
            assert!(wrong.parse::<ShardChoice>().is_err(), "{wrong:?}");
        }
    }
}
