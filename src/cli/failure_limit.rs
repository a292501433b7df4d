//! How many pictures may fail before the exit status says so.

use std::str::FromStr;

use thiserror::Error;

/// How many pictures may fail: a number, or a share of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Allowance {
    /// At most this many.
    Count(u64),
    /// At most this many in a hundred.
    Percent(f64),
}

impl Default for Allowance {
    fn default() -> Self {
        Self::Count(0)
    }
}

impl Allowance {
    /// Whether `failed` of `found` pictures may fail.
    pub fn covers(self, failed: u64, found: u64) -> bool {
        match self {
            Self::Count(count) => failed <= count,
            Self::Percent(percent) => failed as f64 * 100.0 <= percent * found as f64,
        }
    }
}

/// How an allowance is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a whole number, or a percentage from 0% to 100%")]
pub struct ParseAllowanceError;

impl FromStr for Allowance {
    type Err = ParseAllowanceError;

    fn from_str(text: &str) -> Result<Self, ParseAllowanceError> {
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(ParseAllowanceError);
        }
        match text.strip_suffix('%') {
            Some(percent) => percent
                .parse()
                .ok()
                .filter(|percent| (0.0..=100.0).contains(percent))
                .map(Self::Percent),
            None => text.parse().ok().map(Self::Count),
        }
        .ok_or(ParseAllowanceError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowances_are_counts_or_percentages() {
        assert_eq!("0".parse(), Ok(Allowance::Count(0)));
        assert_eq!("25".parse(), Ok(Allowance::Count(25)));
        assert_eq!("0.5%".parse(), Ok(Allowance::Percent(0.5)));
        for wrong in [
            "", "%", "-1", "+1", "1.5", "101%", "nan%", "inf%", "1 %", ".5%", "5%%",
        ] {
            assert!(wrong.parse::<Allowance>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn as_many_as_allowed_are_covered_and_not_one_more() {
        assert!(Allowance::default().covers(0, 10));
        assert!(!Allowance::default().covers(1, 10));
        assert!(Allowance::Count(3).covers(3, 3) && !Allowance::Count(3).covers(4, 1000));
        let percent = Allowance::Percent(0.1);
        assert!(percent.covers(1, 1000) && !percent.covers(1, 999) && percent.covers(0, 0));
    }
}
