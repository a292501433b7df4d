//! `--dry-run` says what would be done and touches nothing.

use std::fs;

use crate::env::Env;

#[test]
fn says_what_would_be_made_and_why_and_makes_nothing() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/sub/b c.jpg");
    let run = env.make(["--dry-run"]);
    let mut lines: Vec<_> = run.stdout.lines().collect();
    let counts = lines.pop();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "make thumbs/a.jpg (missing)",
            "make thumbs/sub/b c.jpg (missing)"
        ]
    );
    assert_eq!(
        counts,
        Some("2 pictures found: 2 to be made, 0 fresh, 0 failed")
    );
    assert_eq!(run.stderr, "");
    assert!(!env.path("thumbs").exists(), "DEST was made");
}

#[test]
fn gives_each_reason_and_leaves_stale_thumbnails_as_they_are() {
    let env = Env::new();
    for name in ["cut", "changed", "fresh", "missing"] {
        env.picture(format!("images/{name}.jpg"));
    }
    env.make([]).ends_with(0);
    fs::remove_file(env.path("thumbs/missing.jpg")).unwrap();
    fs::write(env.path("thumbs/cut.jpg"), "").unwrap();
    crate::env::set_mtime(&env.path("images/changed.jpg"), 1_000_000_000, 5);
    let before = env.tree("thumbs");

    let run = env.make(["-n"]);
    let mut lines: Vec<_> = run.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "4 pictures found: 3 to be made, 1 fresh, 0 failed",
            "make thumbs/changed.jpg (source changed)",
            "make thumbs/cut.jpg (damaged)",
            "make thumbs/missing.jpg (missing)",
        ]
    );
    assert_eq!(
        env.make(["-n", "--size", "64"])
            .stdout
            .matches("(settings changed)")
            .count(),
        1,
        "fresh ones alone"
    );
    assert_eq!(
        env.make(["-n", "--force"])
            .stdout
            .matches("(forced)")
            .count(),
        4
    );
    assert_eq!(env.tree("thumbs"), before);
}

#[test]
fn what_was_said_is_then_done() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/gone.jpg");
    env.make([]).ends_with(0);
    fs::remove_file(env.path("images/gone.jpg")).unwrap();
    env.picture("images/new.jpg");

    let run = env.make(["--dry-run", "--prune"]);
    assert_eq!(
        run.stdout,
        "make thumbs/new.jpg (missing)\nprune thumbs/gone.jpg (source gone)\n\
         2 pictures found: 1 to be made, 1 fresh, 0 failed, 1 to be pruned\n"
    );
    assert_eq!(env.names("thumbs"), ["a.jpg", "gone.jpg"]);
    env.make(["--prune"])
        .ends_with(0)
        .says("1 made, 1 fresh, 0 failed, 1 pruned");
    assert_eq!(env.names("thumbs"), ["a.jpg", "new.jpg"]);
}
