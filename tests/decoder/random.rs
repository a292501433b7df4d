//! Properties over random pictures: an encoder crate's streams, and anything that the test's own writer can write.

use crate::oracle::compare::{decode, judge};
use crate::oracle::picture::{Coding, Picture};
use crate::oracle::samples::{Rng, SAMPLINGS, noise};
use crate::oracle::script;
use crate::oracle::tables::Codes;
use crate::oracle::writer::Recipe;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use thumbgen::picture::jpeg::Scratch;

/// The same cases in each run; nothing is written beside the tests.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(81),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The choices that `jpeg-encoder` offers.
#[derive(Clone, Debug)]
struct Encoding {
    size: (u16, u16),
    colour: ColorType,
    sampling: SamplingFactor,
    quality: u8,
    restart_interval: u16,
    progressive_scans: Option<u8>,
    optimised: bool,
    seed: u64,
}

fn encoding() -> impl Strategy<Value = Encoding> {
    use SamplingFactor::*;
    let colour = select(vec![
        ColorType::Luma,
        ColorType::Rgb,
        ColorType::Ycbcr,
        ColorType::Cmyk,
        ColorType::CmykAsYcck,
    ]);
    let sampling = select(vec![
        R_4_4_4, R_4_4_0, R_4_4_1, R_4_2_2, R_4_2_0, R_4_2_1, R_4_1_1, R_4_1_0,
    ]);
    let size = (1..100_u16, 1..100_u16);
    // Beyond 33, jpeg-encoder 0.7.1 writes a band from 1 to 0.
    let scans = prop::option::of(2..=33_u8);
    (
        size,
        colour,
        sampling,
        1..=100_u8,
        0..12_u16,
        scans,
        any::<bool>(),
        any::<u64>(),
    )
        .prop_map(
            |(
                size,
                colour,
                sampling,
                quality,
                restart_interval,
                progressive_scans,
                optimised,
                seed,
            )| Encoding {
                size,
                colour,
                sampling,
                quality,
                restart_interval,
                progressive_scans,
                optimised,
                seed,
            },
        )
}

impl Encoding {
    fn stream(&self) -> Vec<u8> {
        let mut stream = Vec::new();
        let mut encoder = Encoder::new(&mut stream, self.quality);
        encoder.set_sampling_factor(self.sampling);
        match self.restart_interval {
            0 => encoder.set_optimized_huffman_tables(self.optimised),
            // Not both: jpeg-encoder 0.7.1 forgets restarts when it counts symbols, and lacks codes later.
            interval => encoder.set_restart_interval(interval),
        }
        if let Some(scans) = self.progressive_scans {
            encoder.set_progressive_scans(scans);
        }
        let (width, height) = self.size;
        encoder
            .encode(&self.samples(), width, height, self.colour)
            .expect("the encoder takes any picture");
        stream
    }

    /// Slopes with noise over them, of any strength from none.
    fn samples(&self) -> Vec<u8> {
        let mut rng = Rng(self.seed);
        let (strength, slope) = (rng.below(8), rng.below(9));
        let channels = channels(self.colour);
        let count = usize::from(self.size.0) * usize::from(self.size.1) * channels;
        let row = usize::from(self.size.0) * channels;
        (0..count)
            .map(|i| ((i % row + i / row) * slope / 2) as i32 + rng.signed(strength))
            .map(|s| s as u8)
            .collect()
    }
}

fn channels(colour: ColorType) -> usize {
    match colour {
        ColorType::Luma => 1,
        ColorType::Cmyk | ColorType::CmykAsYcck => 4,
        _ => 3,
    }
}

/// Anything that the test's own writer can write.
#[derive(Clone, Debug)]
struct Written {
    picture: Picture,
    recipe: Recipe,
}

fn written(coding: Coding) -> impl Strategy<Value = Written> {
    let sampling = select(SAMPLINGS);
    (sampling, 1..90_usize, 1..90_usize, any::<u64>()).prop_map(
        move |(sampling, width, height, seed)| {
            let mut rng = Rng(seed);
            let picture = noise(&mut rng, coding, (width, height), sampling);
            let recipe = recipe(&picture, &mut rng);
            Written { picture, recipe }
        },
    )
}

fn recipe(picture: &Picture, rng: &mut Rng) -> Recipe {
    let scans = match (picture.coding, rng.below(2)) {
        (Coding::Progressive, _) => script::random(picture, rng),
        (_, 0) => script::separate(picture),
        _ => script::interleaved(picture),
    };
    Recipe {
        scans,
        codes: rng.pick(&[Codes::Optimal, Codes::Lopsided]),
        restart_interval: rng.pick(&[0, 0, 1, 2, 5, 9]),
        longest_run: rng.pick(&[1, 4, 0x7FFF]),
        fill: rng.pick(&[0, 0, 1]),
        lines_by_dnl: rng.below(6) == 0,
        ..Recipe::new(picture)
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn streams_of_an_encoder_are_decoded_as_the_oracle_does(encoding in encoding(), n in 1..=8_usize) {
        let stream = encoding.stream();
        let picture = crate::oracle::decode::decode(&stream).map_err(TestCaseError::fail)?;
        let planes = decode(&stream, n, &mut Scratch::default()).map_err(|e| TestCaseError::fail(e.to_string()))?;
        judge(&picture, &planes, n).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn written_streams_show_the_coefficients_they_were_made_of(
        written in prop_oneof![written(Coding::Baseline), written(Coding::Extended), written(Coding::Progressive)],
        n in 1..=8_usize,
    ) {
        let stream = written.recipe.write(&written.picture);
        let planes = decode(&stream, n, &mut Scratch::default()).map_err(|e| TestCaseError::fail(e.to_string()))?;
        judge(&written.picture, &planes, n).map_err(TestCaseError::fail)?;
    }

    /// The same coefficients, coded either way, are the same picture to the last bit.
    #[test]
    fn a_progressive_picture_equals_its_baseline_twin(progressive in written(Coding::Progressive), n in 1..=8_usize) {
        let baseline = Picture { coding: Coding::Baseline, ..progressive.picture.clone() };
        let twin = Recipe::new(&baseline).write(&baseline);
        let stream = progressive.recipe.write(&progressive.picture);
        // One scratch for both: tables and buffers of one must not show in the other.
        let mut scratch = Scratch::default();
        prop_assert_eq!(decode(&stream, n, &mut scratch), decode(&twin, n, &mut scratch));
    }

    /// A worker's scratch remembers nothing that shows.
    #[test]
    fn a_used_scratch_decodes_as_a_fresh_one(
        pictures in prop::collection::vec((
            prop_oneof![written(Coding::Baseline), written(Coding::Progressive)], 1..=8_usize,
        ), 2..6),
    ) {
        let mut used = Scratch::default();
        for (written, n) in pictures {
            let stream = written.recipe.write(&written.picture);
            // A broken stream in between, too.
            let _ = decode(&stream[..stream.len() * 2 / 3], n, &mut used);
            prop_assert_eq!(decode(&stream, n, &mut used), decode(&stream, n, &mut Scratch::default()));
        }
    }
}
