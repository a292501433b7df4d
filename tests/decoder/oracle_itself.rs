//! The oracle itself: what can be checked without the decoder that it judges.

use crate::oracle::decode::{decode, decode_stream};
use crate::oracle::idct::Idct;
use crate::oracle::picture::{Coding, Picture, ZIGZAG};
use crate::oracle::samples::{Rng, SAMPLINGS, noise};
use crate::oracle::script;
use crate::oracle::tables::Codes;
use crate::oracle::writer::Recipe;

#[test]
fn zigzag_is_the_standards_s() {
    // T.81 figure A.6, the first rows and the last place.
    assert_eq!(ZIGZAG[..11], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32]);
    assert_eq!(ZIGZAG[63], 63);
}

#[test]
fn idct_of_dc_is_flat_at_every_size() {
    let mut block = [0; 64];
    block[0] = 100;
    for n in 1..=8 {
        let samples = Idct::new(n).samples(&block, &[4; 64]);
        assert!(
            samples.iter().all(|s| (s - 178.0).abs() < 1e-9),
            "{n}: {samples:?}"
        );
    }
}

/// The idea of scaling: the low frequencies of a smooth picture, read at a smaller size, give its block means.
#[test]
fn idct_at_half_size_is_near_the_means_of_pairs() {
    let mut block = [0; 64];
    (block[0], block[1], block[8]) = (80, 60, -40);
    let (full, half) = (
        Idct::new(8).samples(&block, &[1; 64]),
        Idct::new(4).samples(&block, &[1; 64]),
    );
    for (i, sample) in half.iter().enumerate() {
        let (x, y) = (i % 4 * 2, i / 4 * 2);
        let mean =
            (full[8 * y + x] + full[8 * y + x + 1] + full[8 * y + x + 8] + full[8 * y + x + 9])
                / 4.0;
        assert!((mean - sample).abs() < 1.5, "{i}: {mean} {sample}");
    }
}

/// A picture of each sampling and several sizes, with a random source for more choices.
fn pictures(coding: Coding) -> impl Iterator<Item = (Picture, Rng)> {
    let sizes = [(1, 1), (8, 8), (17, 9), (40, 33), (9, 70)];
    SAMPLINGS
        .iter()
        .enumerate()
        .flat_map(move |(seed, sampling)| {
            sizes.into_iter().map(move |size| {
                let mut rng = Rng(seed as u64 * 1000 + size.0 as u64);
                (noise(&mut rng, coding, size, sampling), rng)
            })
        })
}

/// Blocks that only interleaved scans code do not survive separate scans; take them out.
fn without_padding(mut picture: Picture) -> Picture {
    for component in &mut picture.components {
        for (index, block) in component.blocks.iter_mut().enumerate() {
            let (x, y) = (index % component.padded.0, index / component.padded.0);
            if x >= component.coded.0 || y >= component.coded.1 {
                *block = [0; 64];
            }
        }
    }
    picture
}

fn assert_survives(picture: &Picture, recipe: &Recipe) {
    let decoded =
        decode(&recipe.write(picture)).unwrap_or_else(|error| panic!("{error}: {recipe:?}"));
    assert!(
        decoded == *picture,
        "{}x{} {recipe:?}",
        picture.width,
        picture.height
    );
}

#[test]
fn sequential_streams_survive_writing_and_reading() {
    for coding in [Coding::Baseline, Coding::Extended] {
        for (picture, mut rng) in pictures(coding) {
            let codes = [
                Codes::Optimal,
                Codes::Lopsided,
                Codes::Typical,
                Codes::Absent,
            ];
            // The typical tables fill slots 0 and 1 only.
            let codes = &codes[..if coding == Coding::Baseline { 4 } else { 2 }];
            let recipe = Recipe {
                codes: rng.pick(codes),
                restart_interval: rng.below(5),
                fill: rng.below(3),
                lines_by_dnl: rng.below(2) == 0,
                wide_quantisers: rng.below(2) == 0,
                junk_before_restart: rng.pick(&[vec![], vec![0, 0xFF, 0, 7]]),
                ..Recipe::new(&picture)
            };
            assert_survives(&picture, &recipe);
            let separate = Recipe {
                scans: script::separate(&picture),
                one_quantiser_slot: true,
                ..recipe
            };
            assert_survives(&without_padding(picture), &separate);
        }
    }
}

#[test]
fn progressive_streams_survive_writing_and_reading() {
    for (picture, mut rng) in pictures(Coding::Progressive) {
        let picture = without_padding(picture);
        for scans in [script::usual(&picture), script::random(&picture, &mut rng)] {
            let recipe = Recipe {
                scans,
                codes: rng.pick(&[Codes::Optimal, Codes::Lopsided]),
                restart_interval: rng.below(5),
                longest_run: rng.pick(&[1, 3, 0x7FFF]),
                ..Recipe::new(&picture)
            };
            assert_survives(&picture, &recipe);
        }
    }
}

#[test]
fn without_eoi_a_progressive_stream_is_whole_at_small_scales_first() {
    let picture = noise(&mut Rng(7), Coding::Progressive, (40, 30), SAMPLINGS[4]);
    let picture = without_padding(picture);
    let scans = script::usual(&picture);
    // DC to its last bit, bands without theirs.
    let dc_done = scans
        .iter()
        .position(|scan| scan.band.first == 0 && scan.band.low == 0)
        .unwrap()
        + 1;
    let recipe = Recipe {
        scans: scans[..dc_done].to_vec(),
        end: false,
        ..Recipe::new(&picture)
    };
    let decoded = decode_stream(&recipe.write(&picture)).unwrap();
    assert!(decoded.is_whole(1) && !decoded.is_whole(2) && decoded.end.is_err());
}
