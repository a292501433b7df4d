//! Small streams of every kind, to cut, bend and break.

use super::picture::{Coding, Picture};
use super::samples::{Rng, noise};
use super::script;
use super::tables::Codes;
use super::writer::Recipe;

/// A stream and how it was made.
pub struct Kind {
    pub name: &'static str,
    pub picture: Picture,
    pub stream: Vec<u8>,
}

const GREY: &[(usize, usize)] = &[(1, 1)];
const YCBCR_444: &[(usize, usize)] = &[(1, 1), (1, 1), (1, 1)];
const YCBCR_420: &[(usize, usize)] = &[(2, 2), (1, 1), (1, 1)];
const LARGE: &[(usize, usize)] = &[(4, 4), (4, 4), (1, 1)];
const LARGEST: &[(usize, usize)] = &[(4, 4), (4, 4), (4, 4), (4, 4)];
const CMYK: &[(usize, usize)] = &[(1, 1), (1, 1), (1, 1), (1, 1)];

/// One stream of each kind; a few hundred bytes to a few thousand.
pub fn kinds() -> Vec<Kind> {
    use Coding::{Baseline, Extended, Progressive};
    let mut kinds = Vec::new();
    let mut add = |name, coding, sampling, size, change: fn(&mut Recipe, &Picture)| {
        let picture = noise(&mut Rng(kinds.len() as u64 + 20), coding, size, sampling);
        let mut recipe = Recipe::new(&picture);
        change(&mut recipe, &picture);
        let stream = recipe.write(&picture);
        kinds.push(Kind {
            name,
            picture,
            stream,
        });
    };
    add("grey", Baseline, GREY, (30, 21), |_, _| {});
    add("4:4:4", Baseline, YCBCR_444, (17, 20), |_, _| {});
    add("4:2:0", Baseline, YCBCR_420, (35, 20), |_, _| {});
    add("cmyk", Extended, CMYK, (9, 20), |_, _| {});
    add("restarts", Baseline, YCBCR_420, (50, 33), |recipe, _| {
        recipe.restart_interval = 2;
    });
    add(
        "separate scans",
        Baseline,
        YCBCR_420,
        (30, 20),
        |recipe, picture| {
            recipe.scans = script::separate(picture);
        },
    );
    add("motion jpeg", Baseline, YCBCR_420, (30, 20), |recipe, _| {
        recipe.codes = Codes::Absent;
    });
    add("long codes", Baseline, YCBCR_420, (30, 20), |recipe, _| {
        recipe.codes = Codes::Lopsided;
    });
    add("dnl", Baseline, GREY, (30, 20), |recipe, _| {
        recipe.lines_by_dnl = true;
    });
    add("fill bytes", Baseline, GREY, (30, 20), |recipe, _| {
        recipe.fill = 2;
    });
    add("wide quantisers", Extended, GREY, (30, 20), |recipe, _| {
        recipe.wide_quantisers = true;
    });
    add("progressive grey", Progressive, GREY, (30, 21), |_, _| {});
    add(
        "progressive 4:2:0",
        Progressive,
        YCBCR_420,
        (35, 20),
        |_, _| {},
    );
    add(
        "progressive restarts",
        Progressive,
        YCBCR_420,
        (50, 33),
        |recipe, _| recipe.restart_interval = 3,
    );
    add(
        "progressive script",
        Progressive,
        YCBCR_444,
        (20, 30),
        |recipe, picture| {
            recipe.scans = script::random(picture, &mut Rng(2));
        },
    );
    add("progressive cmyk", Progressive, CMYK, (9, 20), |_, _| {});
    // More blocks in an MCU than T.81 B.2.3 allows, than are refined two MCUs at a time, and than at once.
    add("33 blocks", Progressive, LARGE, (150, 40), |_, _| {});
    add("64 blocks", Progressive, LARGEST, (70, 35), |_, _| {});
    kinds
}
