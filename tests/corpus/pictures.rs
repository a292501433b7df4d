//! What `expected.json` says of each picture, and planes as the oracle gives them.

use thumbgen::picture::jpeg::{Coding, Error, Header, Limits, Scratch};

use crate::files::{DAMAGED, File, files, for_each};
use crate::oracle;
use crate::oracle::compare::{decode, decode_with, judge};
use crate::oracle::picture::Picture;

/// Damage that restart markers confine is reported, but not an error: other programs show such pictures.
fn check_damaged(file: &File) -> Result<(), String> {
    for n in 1..=8 {
        let result = decode_with(&file.bytes, n, &Limits::default(), &mut Scratch::default());
        let (_, damage) = result.map_err(|error| format!("at {n}/8: {error}"))?;
        damage.ok_or(format!("damage at {n}/8 is not reported"))?;
    }
    Ok(())
}

/// Header and planes of a good picture.
fn check_picture(file: &File, scales: impl Iterator<Item = usize>) -> Result<(), String> {
    if file.name == DAMAGED {
        return check_damaged(file);
    }
    let picture = oracle::decode::decode(&file.bytes)?;
    check_header(file, &picture)?;
    // One scratch for all scales: nothing of one decode may show in the next.
    let mut scratch = Scratch::default();
    for n in scales {
        let planes =
            decode(&file.bytes, n, &mut scratch).map_err(|error| format!("at {n}/8: {error}"))?;
        judge(&picture, &planes, n)?;
    }
    Ok(())
}

fn check_header(file: &File, picture: &Picture) -> Result<(), String> {
    let header = Header::parse(&file.bytes).map_err(|error| error.to_string())?;
    let coding = match header.coding() {
        Coding::Baseline => "baseline",
        Coding::Extended => "extended",
        Coding::Progressive => "progressive",
    };
    let size = [header.width(), header.height()].map(serde_json::Value::from);
    let expected = &file.expected;
    if expected["size"] != serde_json::Value::from(size.to_vec())
        || expected["components"] != header.components().len()
        || expected["coding"] != coding
        || expected["icc"] != !header.icc_chunks().is_empty()
        || (picture.width as u32, picture.height as u32) != (header.width(), header.height())
    {
        return Err(format!(
            "{coding}, {size:?}, {} components",
            header.components().len()
        ));
    }
    Ok(())
}

fn check_verdict(file: &File, scales: impl Iterator<Item = usize>) -> Result<(), String> {
    match file.verdict() {
        "picture" => check_picture(file, scales),
        "unsupported" => match decode(&file.bytes, 1, &mut Scratch::default()) {
            Err(Error::Unsupported(_)) => Ok(()),
            other => Err(format!(
                "not refused as unsupported but {:?}",
                other.map(|planes| planes.len())
            )),
        },
        _ => Ok(()),
    }
}

fn check_all_scales(folders: &[&str]) {
    for_each(
        &files(folders),
        |file| &file.name,
        |file| check_verdict(file, 1..=8),
    );
}

#[test]
fn odd_pictures_are_as_expected_at_every_scale() {
    check_all_scales(&["odd"]);
}

#[test]
fn colour_and_orientation_are_as_expected_at_every_scale() {
    check_all_scales(&["colour", "orientation"]);
}

#[test]
fn web_pictures_are_as_expected_at_every_scale() {
    check_all_scales(&["web", "web-progressive"]);
}

#[test]
fn camera_pictures_are_as_expected_at_every_scale() {
    check_all_scales(&["camera", "camera-progressive"]);
}

/// Many pictures, each at a few scales.
#[test]
fn small_pictures_are_as_expected() {
    let files = files(&["small"]);
    let some = |file: &File| [1, 2 + file.bytes.len() % 7];
    for_each(
        &files,
        |file| &file.name,
        |file| check_verdict(file, some(file).into_iter()),
    );
}

/// Neither a panic nor an endless loop, at the ends of the scale range, with and without leniency.
#[test]
fn hostile_files_give_an_error_or_a_picture() {
    let files = files(&["hostile"]);
    for_each(
        &files,
        |file| &file.name,
        |file| {
            for allow_damaged in [false, true] {
                let limits = Limits {
                    allow_damaged,
                    ..Limits::default()
                };
                for n in [1, 3, 8] {
                    let result = decode_with(&file.bytes, n, &limits, &mut Scratch::default());
                    if file.verdict() == "unsupported" && result.is_ok() {
                        return Err("accepted though unsupported".into());
                    }
                }
            }
            Ok(())
        },
    );
}

/// Where the oracle, too, finds a hostile file whole, both must see the same picture.
#[test]
fn hostile_files_that_are_whole_give_the_same_picture() {
    let small =
        |file: &&File| Header::parse(&file.bytes).is_ok_and(|h| h.width() * h.height() < 4_000_000);
    let files = files(&["hostile"]);
    let files: Vec<_> = files.iter().filter(small).collect();
    for_each(
        &files,
        |file| &file.name,
        |file| {
            let Ok(picture) = oracle::decode::decode(&file.bytes) else {
                return Ok(());
            };
            for n in [1, 3, 8] {
                if let Ok(planes) = decode(&file.bytes, n, &mut Scratch::default()) {
                    judge(&picture, &planes, n)?;
                }
            }
            Ok(())
        },
    );
}
