//! A part of a tree, and the hash that says which pictures are in it.

use std::fmt;
use std::num::NonZeroU32;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The most parts that a tree may have: a merge lists those that are missing. Engines start fewer tasks in one go.
const MOST: u32 = 1 << 24;

/// Part `index` of `count`, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Shard {
    /// Which part.
    pub index: u32,
    /// Of how many.
    pub count: NonZeroU32,
}

impl Shard {
    /// Part `index` of `count`; nothing if there is no such part, or more parts than 16,777,216.
    pub fn new(index: u32, count: u32) -> Option<Self> {
        let is_one = index < count && count <= MOST;
        let count = NonZeroU32::new(count).filter(|_| is_one)?;
        Some(Self { index, count })
    }

    /// Whether the picture with the path `relative` below SOURCE is of this part.
    pub fn holds(self, relative: &Path) -> bool {
        let part = hash(relative.as_os_str().as_bytes()) % u64::from(self.count.get());
        part == u64::from(self.index)
    }
}

/// A shard as a report has it, which may say anything.
#[derive(Deserialize)]
struct Written {
    index: u32,
    count: u32,
}

impl TryFrom<Written> for Shard {
    type Error = &'static str;

    fn try_from(Written { index, count }: Written) -> Result<Self, Self::Error> {
        Self::new(index, count).ok_or("there is no such shard")
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// The hash of a path that decides its part.
pub fn hash(path: &[u8]) -> u64 {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    let fnv = path.iter().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    // fmix64 of MurmurHash3: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    mixed ^ (mixed >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors of docs/clusters.md; to change one is to move every picture of every user.
    #[test]
    fn hash_is_what_the_readme_says() {
        for (path, expected) in [
            ("", 0xefd0_1f60_ba99_2926),
            ("a", 0x82a2_a958_a9be_ce5b),
            ("a.jpg", 0x57e4_5b66_c4c4_01a7),
            ("shop/2024/img_0001.jpg", 0xf1e0_b4ea_774a_8e9f),
            ("Übersicht/größe.jpg", 0x62b9_64d9_c160_92d8),
        ] {
            assert_eq!(
                hash(path.as_bytes()),
                expected,
                "{path}: {:#018x}",
                hash(path.as_bytes())
            );
        }
    }

    #[test]
    fn every_path_is_of_one_part() {
        for count in [1, 2, 3, 16, 64, 1000] {
            for number in 0..200 {
                let path = format!("p/{number}.jpg");
                let parts = (0..count)
                    .filter(|index| Shard::new(*index, count).unwrap().holds(Path::new(&path)));
                assert_eq!(parts.count(), 1, "{path} of {count}");
            }
        }
    }

    #[test]
    fn twice_the_parts_split_each_part_in_two() {
        for number in 0..1000 {
            let path = format!("{number}.jpg");
            let in_four = (0..4).find(|i| Shard::new(*i, 4).unwrap().holds(Path::new(&path)));
            let in_eight = (0..8).find(|i| Shard::new(*i, 8).unwrap().holds(Path::new(&path)));
            assert_eq!(in_four.unwrap(), in_eight.unwrap() % 4);
        }
    }
}
