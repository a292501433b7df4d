//! One run at a time on a DEST.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use thumbgen::batch::destination::Destination;
use thumbgen::batch::destination::local::Writer;
use thumbgen::batch::destination::temporary::Owner;
use thumbgen::batch::job::Job;
use thumbgen::batch::make::{Maker, Rules};
use thumbgen::batch::names::{Label, Names};
use thumbgen::batch::source::Source;
use thumbgen::batch::source::local::ReadBuffer;
use thumbgen::batch::walk::{FileId, WalkOptions, walk};
use thumbgen::{Options, Variant};

use crate::env::{Env, jpeg};

#[test]
fn a_second_run_says_who_holds_dest_and_leaves_with_75() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("thumbs");
    let held = File::open(env.path("thumbs")).unwrap();
    held.lock().unwrap();
    let run = env.make([]);
    run.ends_with(75).says(&format!(
        "DEST thumbs is in use by process {} (",
        std::process::id()
    ));
    assert!(env.names("thumbs").is_empty());
    drop(held);
    env.make([]).ends_with(0).counts(1, 0, 0);
}

#[test]
fn a_second_run_leaves_the_report_of_the_first_alone() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make(["--report", "report.jsonl"]).ends_with(0);
    let before = env.bytes("report.jsonl");
    assert!(!before.is_empty());
    let held = File::open(env.path("thumbs")).unwrap();
    held.lock().unwrap();
    env.make(["--report", "report.jsonl"]).ends_with(75);
    assert_eq!(env.bytes("report.jsonl"), before);
}

#[test]
fn wait_is_for_so_long_or_for_ever() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("thumbs");
    let held = File::open(env.path("thumbs")).unwrap();
    held.lock().unwrap();
    env.make(["--wait", "0.3"]).ends_with(75).says("in use by");
    thread::scope(|scope| {
        let waiting = scope.spawn(|| env.make(["--wait"]));
        thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished(), "did not wait");
        drop(held);
        waiting.join().unwrap().ends_with(0).counts(1, 0, 0);
    });
}

#[test]
fn a_dry_run_needs_no_lock() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.dir("thumbs");
    let held = File::open(env.path("thumbs")).unwrap();
    held.lock().unwrap();
    assert!(
        env.make(["--dry-run"])
            .stdout
            .starts_with("make thumbs/a.jpg (missing)")
    );
}

#[test]
fn a_lock_ends_with_the_process_that_held_it() {
    let env = Env::new();
    many(&env, 500);
    let mut killed = env.command(["images", "thumbs", "-q"]).spawn().unwrap();
    wait_for_a_thumbnail(&env);
    killed.kill().unwrap();
    killed.wait().unwrap();
    env.make([]).ends_with(0);
}

#[test]
fn two_runs_at_once_leave_the_bytes_of_one_even_without_the_lock() {
    let env = Env::new();
    many(&env, 200);
    env.run(["images", "one", "-q"]).ends_with(0);
    env.dir("both");
    // The program's own steps without its lock, as on a file system that can't lock.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| make_all_unlocked(&env.path("images"), &env.path("both")));
        }
    });
    assert_eq!(env.tree("both"), env.tree("one"));
}

fn make_all_unlocked(source: &Path, dest: &Path) {
    let rules = Rules {
        force: true,
        ..Rules::default()
    };
    let maker = Maker::new(Options::default(), vec![Variant::default()], rules);
    let names = Names::new(vec![Label::of(&Variant::default())], None).unwrap();
    let id = FileId::of(&fs::metadata(dest).unwrap());
    let writer = Writer::new(source, dest, Some(id), &Owner::this_process());
    let source_of_worker = Source::Local(ReadBuffer::default());
    let mut worker = maker.worker(source_of_worker, Destination::local(writer));
    for picture in walk(source, Some(id), WalkOptions::default(), |_, _| ()) {
        let job = Job::new(picture.unwrap(), dest, &names, None);
        let outcome = maker.run(&mut worker, &job, &|| false).outcome;
        assert_eq!(outcome.made().count(), 1, "{outcome:?}");
    }
}

/// `count` pictures that take a while.
pub(crate) fn many(env: &Env, count: usize) {
    let picture = env.file("picture", &jpeg(500, 400, 7));
    for number in 0..count {
        let folder = env.dir(&format!("images/{}", number / 50));
        fs::hard_link(&picture, folder.join(format!("{number}.jpg"))).unwrap();
    }
}

/// Returns as soon as there is a thumbnail.
pub(crate) fn wait_for_a_thumbnail(env: &Env) {
    let start = Instant::now();
    while env.tree_if_any("thumbs").is_empty() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "no thumbnail within 30 s"
        );
        thread::sleep(Duration::from_millis(2));
    }
}
