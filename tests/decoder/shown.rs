//! A stream shows the picture that it was written of.

use crate::oracle::compare::{decode, judge};
use crate::oracle::picture::{Coding, Picture};
use crate::oracle::samples::{Rng, noise};
use crate::oracle::writer::Recipe;
use thumbgen::picture::jpeg::Scratch;

/// Four full MCUs and more each way, and parts of blocks at the edges.
const SIZE: (usize, usize) = (75, 70);

pub(crate) const YCBCR_420: &[(usize, usize)] = &[(2, 2), (1, 1), (1, 1)];

pub(crate) fn picture(coding: Coding, sampling: &[(usize, usize)]) -> Picture {
    noise(&mut Rng(3), coding, SIZE, sampling)
}

/// The stream shows the picture at every scale.
#[track_caller]
pub(crate) fn assert_shows(stream: &[u8], picture: &Picture) {
    let mut scratch = Scratch::default();
    for n in 1..=8 {
        let planes =
            decode(stream, n, &mut scratch).unwrap_or_else(|error| panic!("{n}/8: {error}"));
        judge(picture, &planes, n).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[track_caller]
pub(crate) fn assert_recipe(picture: &Picture, recipe: &Recipe) {
    assert_shows(&recipe.write(picture), picture);
}
