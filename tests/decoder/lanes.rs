//! Lanes change nothing: what is decoded at several places at once is what is decoded in sequence, to the byte of the
//! error.

use crate::oracle::compare::{decode_at, decode_with, judge};
use crate::oracle::decode::decode_stream;
use crate::oracle::picture::Coding;
use crate::oracle::samples::{Rng, SAMPLINGS, noise};
use crate::oracle::tables::Codes;
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::{Limits, Scale, Scales, Scratch};

const TOLERANT: Limits = Limits {
    max_pixels: 1 << 24,
    max_memory: 1 << 24,
    allow_damaged: true,
};
const STRICT: Limits = Limits {
    allow_damaged: false,
    ..TOLERANT
};

/// The scale of the first component, and that of the others.
const SCALES: [(u8, u8); 7] = [(1, 1), (2, 2), (3, 3), (4, 4), (1, 2), (2, 4), (2, 8)];

/// A scratch that decodes everything it can in lanes, and one that decodes nothing in lanes.
struct Both(Scratch, Scratch);

impl Both {
    fn new() -> Self {
        Self(
            Scratch::with_lanes_from(0),
            Scratch::with_lanes_from(usize::MAX),
        )
    }

    /// Planes and damage, or the error, are the same either way. Tells whether the picture is sound.
    fn agree(&mut self, stream: &[u8]) -> bool {
        let mut sound = false;
        for limits in [STRICT, TOLERANT] {
            for (n, others) in SCALES {
                let mut scales = Scales::uniform(Scale::new(others).expect("1 to 8"));
                scales.set(0, Scale::new(n).expect("1 to 8"));
                let in_lanes = decode_at(stream, &scales, &limits, &mut self.0);
                let in_sequence = decode_at(stream, &scales, &limits, &mut self.1);
                assert!(in_lanes == in_sequence, "at {n}/8 and {others}/8");
                sound = in_lanes.is_ok_and(|(_, damage)| damage.is_none());
            }
        }
        sound
    }
}

/// Streams of every sampling, long enough for lanes.
fn streams() -> impl Iterator<Item = (Vec<u8>, Rng)> {
    streams_with(&[0, 0, 0, 3, 60])
}

/// The same, with one of these restart intervals.
fn streams_with(intervals: &[usize]) -> impl Iterator<Item = (Vec<u8>, Rng)> {
    SAMPLINGS.iter().enumerate().map(move |(seed, sampling)| {
        let mut rng = Rng(seed as u64 + 7);
        let size = rng.pick(&[(160, 120), (121, 97), (64, 240)]);
        let picture = noise(&mut rng, Coding::Baseline, size, sampling);
        let recipe = Recipe {
            codes: rng.pick(&[Codes::Optimal, Codes::Lopsided, Codes::Typical]),
            restart_interval: rng.pick(intervals),
            fill: rng.below(2),
            ..Recipe::new(&picture)
        };
        (recipe.write(&picture), rng)
    })
}

#[test]
fn sound_pictures_are_the_same() {
    let mut both = Both::new();
    for (stream, _) in streams().chain(streams_with(&[1, 2, 7, 30])) {
        assert!(both.agree(&stream));
        let decoded = decode_stream(&stream).expect("it is sound");
        for n in 1..=4 {
            let (planes, _) = decode_with(&stream, n, &STRICT, &mut both.0).expect("it is sound");
            judge(&decoded.picture, &planes, n).expect("the oracle agrees");
        }
    }
}

#[test]
fn pictures_that_end_early_end_at_the_same_byte() {
    let mut both = Both::new();
    for (stream, mut rng) in streams() {
        for _ in 0..20 {
            both.agree(&stream[..rng.below(stream.len())]);
        }
    }
}

/// Both agree on each of the `streams` damaged `times` times; some of them are sound all the same, and some not.
fn agree_on_broken(
    streams: impl Iterator<Item = (Vec<u8>, Rng)>,
    times: usize,
    damage: impl Fn(&[u8], &mut Vec<u8>, &mut Rng),
) {
    let mut both = Both::new();
    let (mut sound, mut all) = (0, 0);
    for (stream, mut rng) in streams {
        for _ in 0..times {
            let mut broken = stream.clone();
            damage(&stream, &mut broken, &mut rng);
            sound += usize::from(both.agree(&broken));
            all += 1;
        }
    }
    assert!(sound > 0 && sound < all, "{sound} of {all} are sound");
}

#[test]
fn broken_pictures_break_at_the_same_byte() {
    agree_on_broken(streams(), 60, |stream, broken, rng| {
        let at = stream.len() / 8 + rng.below(stream.len() - stream.len() / 8);
        match rng.below(6) {
            0 => broken[at] ^= 1 << rng.below(8),
            1 => broken[at] = 0xFF,
            2 => drop(broken.drain(at..(at + 1 + rng.below(40)).min(stream.len()))),
            3 => drop(broken.splice(at..at, [0xFF, rng.pick(&[0x00, 0xFF, 0xD0, 0xD9, 0xDA])])),
            4 => broken[at..].fill(rng.pick(&[0, 0x55, 0xFE, 0xFF])),
            // Codes that go on after the picture's last block.
            _ => {
                let copy = stream[at / 2..at].to_vec();
                let end = stream.len() - 2;
                broken.splice(end..end, copy);
            }
        }
    });
}

#[test]
fn broken_restart_intervals_break_at_the_same_byte() {
    agree_on_broken(streams_with(&[1, 2, 7, 30]), 40, |stream, broken, rng| {
        let is_restart = |at: &usize| stream[*at] == 0xFF && stream[at + 1] & 0xF8 == 0xD0;
        let markers: Vec<usize> = (0..stream.len() - 1).filter(is_restart).collect();
        let at = rng.pick(&markers);
        match rng.below(7) {
            0 => drop(broken.drain(at..at + 2)),
            1 => broken[at + 1] = 0xD0 + rng.below(8) as u8,
            2 => broken[at + 1] = rng.pick(&[0xD9, 0xDA, 0xFE, 0x00]),
            // Twice; bytes before it that nobody reads, or that end the interval elsewhere; fill bytes.
            3 => drop(broken.splice(at..at, [0xFF, stream[at + 1]])),
            4 => {
                let unread = vec![rng.pick(&[0, 0x7F, 0xFE]); 1 + rng.below(9)];
                drop(broken.splice(at..at, unread));
            }
            5 => drop(broken.drain(at - 1 - rng.below(3)..at)),
            _ => drop(broken.splice(at..at, [0xFF; 3])),
        }
    });
}

#[test]
fn long_scans_with_restart_intervals_are_the_same() {
    let mut both = Both::new();
    let mut rng = Rng(3);
    let picture = noise(&mut rng, Coding::Baseline, (2000, 1200), SAMPLINGS[3]);
    // The third are too long for a lane, the last one is all of the picture.
    for restart_interval in [7, 1000, 5000, 65535] {
        let recipe = Recipe {
            restart_interval,
            ..Recipe::new(&picture)
        };
        let stream = recipe.write(&picture);
        assert!(stream.len() > 240_000, "{}", stream.len());
        assert!(both.agree(&stream));
        let mut broken = stream.clone();
        broken[200_000..200_003].fill(0xFF);
        both.agree(&broken);
    }
}

#[test]
fn fill_bytes_without_end_take_no_time() {
    let mut both = Both::new();
    for (stream, _) in streams_with(&[0, 2]) {
        let data = stream.len() / 2;
        let mut filled = stream[..data].to_vec();
        filled.resize(data + 106_496, 0x55);
        filled.resize(data + (4 << 20), 0xFF);
        both.agree(&filled);
    }
}

#[cfg(feature = "corpus")]
#[test]
fn the_corpus_is_the_same() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let mut both = Both::new();
    for folder in ["camera", "web", "small", "odd", "hostile"] {
        let folder = corpus.join(folder);
        let entries = folder
            .read_dir()
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        // All of the sequential ones take minutes.
        for entry in entries
            .flatten()
            .step_by(5)
            .filter(|entry| entry.path().is_file())
        {
            both.agree(&std::fs::read(entry.path()).unwrap());
        }
    }
}
