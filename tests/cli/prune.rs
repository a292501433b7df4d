//! `--prune` removes thumbnails whose source is gone, and nothing else.

use std::fs::{self, File};
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use thumbgen::batch::{Batch, Event, Observer, Stop, Strategy};

use crate::env::{Env, PICTURES, set_mode};

/// A DEST with thumbnails of four pictures, of which two are gone.
fn with_orphans() -> Env {
    let env = Env::new();
    for name in ["a.jpg", "b.jpg", "deep/er/c.jpg", "deep/d.jpg"] {
        env.picture(format!("images/{name}"));
    }
    env.make([]).ends_with(0).counts(4, 0, 0);
    fs::remove_file(env.path("images/b.jpg")).unwrap();
    fs::remove_dir_all(env.path("images/deep")).unwrap();
    env
}

#[test]
fn orphans_go_and_so_do_folders_that_this_empties() {
    let env = with_orphans();
    env.dir("thumbs/empty before");
    env.make(["--prune"])
        .ends_with(0)
        .says("0 made, 1 fresh, 0 failed, 3 pruned");
    assert_eq!(env.names("thumbs"), ["a.jpg"]);
    assert!(
        !env.path("thumbs/deep").exists(),
        "an emptied folder is left"
    );
    assert!(
        env.path("thumbs/empty before").exists(),
        "another's empty folder is gone"
    );
}

#[test]
fn nothing_is_removed_unasked() {
    let env = with_orphans();
    env.make([]).ends_with(0);
    assert_eq!(env.names("thumbs").len(), 4);
}

#[test]
fn files_without_a_stamp_are_anothers_and_stay() {
    let env = with_orphans();
    let foreign = fs::read(format!("{PICTURES}/beach.jpg")).unwrap();
    env.file("thumbs/hand-made.jpg", &foreign);
    env.file("thumbs/deep/notes.txt", b"mine");
    env.file("thumbs/empty.jpg", b"");
    env.make(["--prune"]).ends_with(0);
    assert_eq!(
        env.names("thumbs"),
        ["a.jpg", "deep/notes.txt", "empty.jpg", "hand-made.jpg"]
    );
}

#[test]
fn nothing_is_pruned_if_no_picture_is_found() {
    let env = with_orphans();
    // As when the disk of the pictures is not mounted.
    fs::remove_dir_all(env.path("images")).unwrap();
    env.dir("images");
    // Cron has to hear of it.
    for options in [&["--prune"][..], &["--prune", "-q"]] {
        env.make(options.iter().copied())
            .ends_with(0)
            .says("nothing pruned: no picture found in SOURCE");
        assert_eq!(env.names("thumbs").len(), 4);
    }
    // Where there is nothing to prune, nothing is in doubt.
    let run = env.run(["images", "empty", "--prune", "-q"]);
    assert_eq!(run.ends_with(0).stderr, "", "{run}");
}

#[test]
fn nothing_is_pruned_if_the_walk_met_an_error() {
    let env = with_orphans();
    env.link("nowhere", "images/broken.jpg");
    env.make(["--prune"])
        .ends_with(1)
        .says("nothing pruned: not all of SOURCE could be visited");
    assert_eq!(env.names("thumbs").len(), 4);
}

#[test]
fn nothing_is_pruned_if_source_is_gone_when_its_turn_comes() {
    let env = with_orphans();
    let held = File::open(env.path("thumbs")).unwrap();
    held.lock().unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| env.make(["--prune", "--wait"]));
        thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished(), "did not wait");
        // As when the disk of the pictures is unmounted.
        fs::rename(env.path("images"), env.path("away")).unwrap();
        drop(held);
        let run = waiting.join().unwrap();
        run.ends_with(1)
            .says("images: walk: No such file or directory")
            .says("nothing pruned: not all of SOURCE could be visited");
    });
    assert_eq!(env.names("thumbs").len(), 4);
}

#[test]
fn nothing_is_pruned_if_source_is_replaced_meanwhile() {
    /// Takes SOURCE away as soon as all pictures are done, and keeps the warnings.
    struct Unmount<'a>(&'a Env, Mutex<Vec<String>>);

    impl Observer for Unmount<'_> {
        fn event(&self, event: Event<'_>) {
            match event {
                Event::AllFound => {
                    fs::rename(self.0.path("images"), self.0.path("away")).unwrap();
                    self.0.dir("images");
                }
                Event::Warning(warning) => self.1.lock().unwrap().push(warning.to_string()),
                _ => {}
            }
        }
    }

    let env = with_orphans();
    let batch = Batch::new(env.path("images"), env.path("thumbs"));
    let batch = batch
        .with_prune(true)
        .with_strategy(Strategy::Seq, NonZeroUsize::MIN);
    let unmount = Unmount(&env, Mutex::default());
    let ran = batch.run(&unmount, &Stop::default()).unwrap();
    assert_eq!((ran.totals.counts.fresh, ran.totals.counts.pruned), (1, 0));
    let warning = "not all pruned: SOURCE is no longer the folder that it was when the run began";
    assert_eq!(*unmount.1.lock().unwrap(), [warning]);
    assert_eq!(env.names("thumbs").len(), 4);
}

#[test]
fn nothing_is_pruned_if_a_folder_may_not_be_read() {
    let env = with_orphans();
    env.picture("images/closed/x.jpg");
    set_mode(&env.path("images/closed"), 0o000);
    let run = env.make_as_ordinary_user(["--prune"]);
    set_mode(&env.path("images/closed"), 0o755);
    run.ends_with(1)
        .says("images/closed: walk: Permission denied")
        .says("nothing pruned");
    assert_eq!(env.names("thumbs").len(), 4);
}

#[test]
fn a_picture_that_fails_is_not_gone() {
    let env = with_orphans();
    env.file("images/a.jpg", b"no picture any more");
    env.make(["--prune"]).ends_with(1).says("3 pruned");
    assert_eq!(env.names("thumbs"), ["a.jpg"], "the old thumbnail stays");
}

#[test]
fn pruning_needs_a_folder_to_compare_with() {
    let env = with_orphans();
    env.run(["images/a.jpg", "thumbs", "--prune"])
        .ends_with(2)
        .says("--prune needs a SOURCE that is a folder");
    assert_eq!(env.names("thumbs").len(), 4);
}

#[test]
fn thumbnails_in_other_sizes_stay_whatever_they_are_called() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/deep/b.jpg");
    // Those of a template that was given up, and of a run into a folder of this DEST.
    let template = ["--size", "64x", "--name", "{folder}/{stem}-{width}w.{ext}"];
    env.make(template).ends_with(0);
    env.run(["images", "thumbs/large", "--size", "256"])
        .ends_with(0);
    env.make([]).ends_with(0);
    let before = env.names("thumbs");
    assert_eq!(before.len(), 6);
    env.make(["--prune"])
        .ends_with(0)
        .says("0 made, 2 fresh, 0 failed\n");
    assert_eq!(env.names("thumbs"), before);

    fs::remove_file(env.path("images/a.jpg")).unwrap();
    let dry = env.make(["--prune", "-n"]);
    assert!(
        dry.stdout
            .starts_with("prune thumbs/a.jpg (source gone)\n1 "),
        "{dry}"
    );
    env.make(["--prune"]).ends_with(0).says("1 pruned");
    assert_eq!(env.names("thumbs").len(), 5);
    env.make(["--prune", "--prune-variants"])
        .ends_with(0)
        .says("4 pruned");
    assert_eq!(env.names("thumbs"), ["deep/b.jpg"]);
}

#[test]
fn an_orphan_that_can_not_be_removed_is_not_pruned() {
    let env = Env::new();
    for name in ["a.jpg", "deep/b.jpg", "locked/c.jpg"] {
        env.picture(format!("images/{name}"));
    }
    env.make([]).ends_with(0);
    fs::remove_dir_all(env.path("images/deep")).unwrap();
    fs::remove_dir_all(env.path("images/locked")).unwrap();
    set_mode(&env.path("thumbs/deep"), 0o555);
    set_mode(&env.path("thumbs/locked"), 0o000);
    let run = env.make_as_ordinary_user(["--prune", "--report", "report.jsonl"]);
    set_mode(&env.path("thumbs/deep"), 0o755);
    set_mode(&env.path("thumbs/locked"), 0o755);
    run.ends_with(1)
        .says("thumbs/deep/b.jpg: write: Permission denied")
        .says("thumbs/locked: walk: Permission denied")
        .says("1 picture found: 0 made, 1 fresh, 2 failed\n");
    assert_eq!(env.names("thumbs").len(), 3);
    let records = env.records("report.jsonl");
    let failed = records
        .iter()
        .filter(|record| record["outcome"] == "failed");
    let mut failed: Vec<_> = failed
        .map(|record| (&record["source"], record["destination"].as_str().unwrap()))
        .collect();
    failed.sort_by_key(|(_, destination)| *destination);
    assert_eq!(
        failed,
        [
            (&Value::Null, "thumbs/deep/b.jpg"),
            (&Value::Null, "thumbs/locked")
        ]
    );
    assert_eq!(records.len(), 4, "{records:?}");
    // Added up, they are what they were, and known they stay.
    let output = ["--output", "merged.jsonl"];
    let merge = ["report", "merge", "report.jsonl"];
    let merged = env.run(merge.iter().chain(&output));
    assert!(
        merged
            .exits(1)
            .stdout
            .starts_with("1 picture found: 0 made, 1 fresh, 2 failed\n"),
        "{merged}"
    );
    assert_eq!(env.records("merged.jsonl").len(), 4);
}
