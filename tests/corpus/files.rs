//! The corpus of real, odd and hostile pictures. It lies beside the repository, not in it.

use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Expected to be a picture, but its data contradict themselves from the first restart interval on; the reference shows
/// streaks. Widely used decoders give a picture with warnings.
pub(crate) const DAMAGED: &str = "odd/hopper_bad_exif.jpg";

/// A file and what `expected.json` says of it.
pub(crate) struct File {
    /// Relative to the corpus.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) expected: Value,
}

impl File {
    /// "picture", "unsupported" or "picture or error".
    pub(crate) fn verdict(&self) -> &str {
        self.expected["expect"].as_str().unwrap_or_default()
    }
}

/// Files of these folders, in order.
pub(crate) fn files(folders: &[&str]) -> Vec<File> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let json = std::fs::read(root.join("expected.json"))
        .unwrap_or_else(|error| panic!("the corpus {}: {error}", root.display()));
    let expected: Value = serde_json::from_slice(&json).expect("expected.json is JSON");
    let wanted = |name: &&String| {
        folders
            .iter()
            .any(|folder| name.split('/').next() == Some(folder))
    };
    let all = expected.as_object().expect("expected.json is an object");
    let files: Vec<_> = all.iter().filter(|(name, _)| wanted(name)).collect();
    assert!(!files.is_empty(), "{folders:?}");
    let read = |(name, expected): (&String, &Value)| {
        let bytes =
            std::fs::read(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        File {
            name: name.clone(),
            bytes,
            expected: expected.clone(),
        }
    };
    files.into_iter().map(read).collect()
}

/// Runs `check` over all items on all cores, then fails with all complaints at once.
pub(crate) fn for_each<T: Sync>(
    items: &[T],
    name: fn(&T) -> &str,
    check: impl Fn(&T) -> Result<(), String> + Sync,
) {
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            let outcome = catch_unwind(AssertUnwindSafe(|| check(item)));
            if let Err(complaint) = outcome.unwrap_or_else(|_| Err("a panic, see above".into())) {
                let complaint = format!("{}: {complaint}", name(item));
                complaints
                    .lock()
                    .expect("nobody panics here")
                    .push(complaint);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut complaints = complaints.into_inner().expect("nobody panics here");
    complaints.sort();
    assert!(
        complaints.is_empty(),
        "{} of {}:\n{}",
        complaints.len(),
        items.len(),
        complaints.join("\n")
    );
}
