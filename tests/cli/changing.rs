//! A picture that is written to while it is read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::env::{Env, jpeg, set_mtime};

#[test]
fn a_picture_that_keeps_changing_is_an_error_and_its_thumbnail_stays() {
    let env = Env::new();
    // Long, so that reading takes long enough to be overtaken; what is behind the picture's end does not matter.
    let mut bytes = jpeg(60, 40, 1);
    bytes.resize(40_000_000, 0);
    let picture = env.file("images/a.jpg", &bytes);
    env.make([]).ends_with(0);
    let before = env.tree("thumbs");

    let ended = AtomicBool::new(false);
    let run = thread::scope(|scope| {
        scope.spawn(|| {
            for second in (0..).take_while(|_| !ended.load(Ordering::Relaxed)) {
                set_mtime(&picture, second, 0);
            }
        });
        let run = env.make([]);
        ended.store(true, Ordering::Relaxed);
        run
    });
    run.ends_with(1)
        .counts(0, 0, 1)
        .says("images/a.jpg: read: changing: it was written to while it was read, 3 times");
    assert_eq!(env.tree("thumbs"), before);
}
