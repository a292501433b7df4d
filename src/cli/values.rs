//! Values of options: what is accepted, and the message if one is not.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

/// Far more threads than any machine has cores; a slip of the finger must not ask for millions.
const MOST_JOBS: usize = 1024;

pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .ok()
        .filter(|jobs: &NonZeroUsize| jobs.get() <= MOST_JOBS)
        .ok_or_else(|| format!("a whole number from 1 to {MOST_JOBS}"))
}

pub(super) fn rounds(text: &str) -> Result<NonZeroU32, String> {
    text.parse()
        .map_err(|_| "a whole number from 1 on; 3 is the default".into())
}

/// A number of bytes: `64k`, `256M`, `1GB`; `1GiB` is a power of two.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let (number, thousand) = match text.strip_suffix("iB") {
        Some(number) => (number, 1 << 10),
        None => (text.strip_suffix(['B', 'b']).unwrap_or(text), 1_000),
    };
    amount(number, thousand).ok_or_else(|| {
        "a whole number of bytes above 0, with k, M or G after it if need be, as in 256M".into()
    })
}

/// A number of pixels: `500k`, `12M`, `12MP`.
pub(super) fn pixels(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix("px").or_else(|| text.strip_suffix('P'));
    amount(number.unwrap_or(text), 1_000).ok_or_else(|| {
        "a whole number of pixels above 0, with k, M or G after it if need be, as in 500M".into()
    })
}

/// A number above 0 with an optional k, M or G behind it: one, two or three times a `thousand`.
fn amount(text: &str, thousand: u64) -> Option<u64> {
    let powers = [(['k', 'K'], 1), (['m', 'M'], 2), (['g', 'G'], 3)];
    let (digits, power) = powers
        .into_iter()
        .find_map(|(letters, power)| Some((text.strip_suffix(letters)?, power)))
        .unwrap_or((text, 0));
    // `parse` alone would also accept a sign.
    let number: u64 = match digits.as_bytes() {
        [b'0'..=b'9', ..] => digits.parse().ok()?,
        _ => return None,
    };
    number
        .checked_mul(thousand.pow(power))
        .filter(|amount| *amount > 0)
}

/// A time in seconds, fractions allowed.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('s').unwrap_or(text).parse().ok();
    number
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "a number of seconds, as in 90 or 0.5".into())
}

/// The value of an HTTP header.
#[cfg(feature = "object-store")]
pub(super) fn header(text: &str) -> Result<String, String> {
    let is_plain = |sign: char| sign == ' ' || sign.is_ascii_graphic();
    match !text.trim().is_empty() && text.chars().all(is_plain) {
        true => Ok(text.trim().to_owned()),
        false => Err("plain text, as in max-age=86400".into()),
    }
}

/// A load average.
pub(super) fn load(text: &str) -> Result<f64, String> {
    let load = text
        .parse()
        .ok()
        .filter(|load: &f64| load.is_finite() && *load > 0.0);
    load.ok_or_else(|| "a number above 0".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_suffixes() {
        for (text, amount) in [
            ("7", 7),
            ("64k", 64_000),
            ("500M", 500_000_000),
            ("1G", 1_000_000_000),
            ("1GB", 1_000_000_000),
            ("64kB", 64_000),
            ("100B", 100),
            ("1GiB", 1 << 30),
            ("2KiB", 2048),
        ] {
            assert_eq!(bytes(text), Ok(amount), "{text}");
        }
        assert_eq!(pixels("12MP"), Ok(12_000_000));
        assert_eq!(pixels("9999px"), Ok(9999));
        for wrong in [
            "",
            "M",
            "B",
            "iB",
            "MB",
            "0",
            "0k",
            "-1",
            "+1",
            "1.5M",
            "1T",
            "1 G",
            "99999999999G",
        ] {
            assert!(bytes(wrong).is_err(), "{wrong}");
            assert!(pixels(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_not_negative() {
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "s", "-1", "nan", "inf", "soon", "5m"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
