//! `testdata` is what its generator draws: nobody edits it by hand, and nothing in it drifts.

#[path = "../examples/testdata/canvas.rs"]
mod canvas;
#[path = "../examples/testdata/formats.rs"]
mod formats;
#[path = "../examples/testdata/pictures.rs"]
mod pictures;
#[path = "../examples/testdata/scenes.rs"]
mod scenes;

use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn testdata_is_what_its_generator_draws() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut there: BTreeMap<_, _> = walkdir::WalkDir::new(&folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        // Found by fuzzing, not drawn: `tests/decoder/regressions.rs` says what they are.
        .filter(|entry| !entry.path().starts_with(folder.join("regressions")))
        .map(|entry| {
            let name = entry.path().strip_prefix(&folder).unwrap();
            (
                name.to_str().unwrap().to_owned(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .collect();
    let differing: Vec<_> = pictures::all()
        .into_iter()
        .chain(formats::all())
        .filter(|(name, bytes)| there.remove(*name).as_ref() != Some(bytes))
        .map(|(name, _)| name)
        .collect();
    assert!(
        differing.is_empty(),
        "missing or not as drawn: {differing:#?}; to draw anew: cargo run --example testdata"
    );
    assert!(there.is_empty(), "not drawn: {:#?}", there.keys());
}
