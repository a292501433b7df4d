//! The forms that scans may have, one by one: streams of the tests' own writer against the coefficients they were made
//! of.

use crate::oracle::compare::{decode, scales};
use crate::oracle::picture::{Coding, Picture};
use crate::oracle::samples::{Rng, SAMPLINGS, noise};
use crate::oracle::script;
use crate::oracle::tables::Codes;
use crate::oracle::writer::Recipe;
use crate::shown::{YCBCR_420, assert_recipe, assert_shows, picture};
use thumbgen::picture::jpeg::{Header, Limits, Scale, Scratch};

#[test]
fn every_sampling_in_one_scan_and_in_separate_scans() {
    for sampling in SAMPLINGS {
        for coding in [Coding::Baseline, Coding::Extended, Coding::Progressive] {
            let picture = picture(coding, sampling);
            assert_recipe(&picture, &Recipe::new(&picture));
            if coding != Coding::Progressive {
                assert_recipe(
                    &picture,
                    &Recipe {
                        scans: script::separate(&picture),
                        ..Recipe::new(&picture)
                    },
                );
            }
        }
    }
}

#[test]
fn every_size_up_to_a_few_blocks() {
    for sampling in [&[(1, 1)], YCBCR_420, &[(4, 1), (1, 1), (1, 1)]] {
        for (width, height) in (1..=34).flat_map(|w| [1, 2, 7, 8, 9, 16, 17, 33].map(|h| (w, h))) {
            let picture = noise(&mut Rng(9), Coding::Baseline, (width, height), sampling);
            assert_recipe(&picture, &Recipe::new(&picture));
        }
    }
}

#[test]
fn restart_intervals_of_any_length() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let picture = picture(coding, YCBCR_420);
        for restart_interval in [1, 2, 3, 5, 24, 25, 26, 1000] {
            assert_recipe(
                &picture,
                &Recipe {
                    restart_interval,
                    ..Recipe::new(&picture)
                },
            );
        }
    }
}

/// Longer than any buffer that a reader might fill at once, with 0xFF and its stuffing at every place of it.
#[test]
fn scans_of_many_kilobytes() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let mut picture = Picture::zero(coding, 320, 400, &[(1, 2, 1), (2, 1, 1), (3, 1, 1)]);
        let mut rng = Rng(1);
        for component in &mut picture.components {
            let block = || std::array::from_fn(|_| rng.signed(6));
            component.blocks.fill_with(block);
        }
        for (codes, restart_interval) in [
            (Codes::Optimal, 0),
            (Codes::Lopsided, 0),
            (Codes::Optimal, 7),
        ] {
            let recipe = Recipe {
                codes,
                restart_interval,
                ..Recipe::new(&picture)
            };
            let stream = recipe.write(&picture);
            assert!(stream.len() > 100_000, "{}", stream.len());
            assert_shows(&stream, &picture);
        }
    }
}

#[test]
fn junk_before_a_restart_marker_is_passed() {
    let picture = picture(Coding::Baseline, YCBCR_420);
    for junk in [vec![0], vec![0xFF, 0, 1, 2], vec![0x12; 40]] {
        assert_recipe(
            &picture,
            &Recipe {
                restart_interval: 3,
                junk_before_restart: junk,
                ..Recipe::new(&picture)
            },
        );
    }
}

#[test]
fn quantisers_of_16_bits() {
    let mut picture = picture(Coding::Extended, YCBCR_420);
    picture.components[0].quantiser[0] = 300;
    picture.components[1].quantiser[8] = 1000;
    assert_recipe(
        &picture,
        &Recipe {
            wide_quantisers: true,
            ..Recipe::new(&picture)
        },
    );
}

#[test]
fn tables_redefined_between_scans_count_from_there() {
    for coding in [Coding::Baseline, Coding::Extended] {
        let picture = picture(coding, YCBCR_420);
        let scans = script::separate(&picture);
        assert_recipe(
            &picture,
            &Recipe {
                scans,
                one_quantiser_slot: true,
                ..Recipe::new(&picture)
            },
        );
    }
}

#[test]
fn motion_jpeg_without_huffman_tables() {
    let picture = picture(Coding::Baseline, YCBCR_420);
    assert_recipe(
        &picture,
        &Recipe {
            codes: Codes::Absent,
            ..Recipe::new(&picture)
        },
    );
}

#[test]
fn codes_of_16_bits_for_the_most_frequent_symbols() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let picture = picture(coding, YCBCR_420);
        assert_recipe(
            &picture,
            &Recipe {
                codes: Codes::Lopsided,
                ..Recipe::new(&picture)
            },
        );
    }
}

#[test]
fn progressive_without_runs_of_ended_bands() {
    let picture = picture(Coding::Progressive, YCBCR_420);
    for longest_run in [1, 2, 7] {
        assert_recipe(
            &picture,
            &Recipe {
                longest_run,
                ..Recipe::new(&picture)
            },
        );
    }
}

/// A run of ended bands that takes all its 15 bits: a picture of 181x181 flat blocks has 32,761 of them.
#[test]
fn progressive_with_the_longest_run_of_ended_bands() {
    let mut picture = Picture::zero(Coding::Progressive, 8 * 181 + 40, 8 * 181, &[(1, 1, 1)]);
    let mut rng = Rng(8);
    picture.components[0]
        .blocks
        .iter_mut()
        .for_each(|block| block[0] = rng.signed(9));
    *picture.components[0]
        .blocks
        .last_mut()
        .unwrap()
        .last_mut()
        .unwrap() = 3;
    assert_recipe(&picture, &Recipe::new(&picture));
}

#[test]
fn each_component_may_have_its_own_scale() {
    for coding in [Coding::Baseline, Coding::Progressive] {
        let picture = picture(coding, YCBCR_420);
        let stream = Recipe::new(&picture).write(&picture);
        let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
        for own in [[1, 2, 3], [3, 8, 6], [8, 1, 4], [4, 8, 8]] {
            let mut mixed = scales(1);
            for (component, n) in own.into_iter().enumerate() {
                mixed.set(component, Scale::new(n).unwrap());
            }
            let header = Header::parse(&stream).unwrap();
            let planes = header
                .decode(&mixed, &Limits::default(), &mut scratch)
                .unwrap();
            for (component, n) in own.into_iter().enumerate() {
                let alone = decode(&stream, n.into(), &mut other).unwrap();
                assert_eq!(
                    planes[component].samples, alone[component].samples,
                    "{own:?}"
                );
            }
        }
    }
}
