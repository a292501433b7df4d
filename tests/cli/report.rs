//! `--report`: a record for each picture, and one for the run.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::env::{Env, ended, piped, size};

/// The records of the report, the pictures' sorted by source.
fn records(text: &str) -> (Vec<Value>, Value) {
    let mut records: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let run = records.pop().unwrap();
    assert_eq!(run["record"], "run");
    records.sort_by_key(|record| record["source"].to_string());
    (records, run)
}

#[test]
fn every_picture_has_a_record_and_the_run_the_last() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("images/broken.jpg", b"no picture");
    env.picture("images/fresh.jpg");
    env.link("nowhere", "images/lost.jpg");
    env.run(["images/fresh.jpg", "thumbs"]).ends_with(0);
    env.make(["--report", "report.jsonl"]).ends_with(1);

    let (pictures, run) = records(&String::from_utf8(env.bytes("report.jsonl")).unwrap());
    let [made, broken, fresh, lost] = pictures.as_slice() else {
        panic!("{pictures:#?}")
    };
    assert_eq!(made["outcome"], "made");
    assert_eq!(made["reason"], "missing");
    assert_eq!(made["source"], "images/a.jpg");
    assert_eq!(made["destination"], "thumbs/a.jpg");
    assert_eq!(made["source_size"], serde_json::json!([40, 30]));
    assert_eq!(made["source_bytes"], env.bytes("images/a.jpg").len());
    assert_eq!(made["bytes_read"], made["source_bytes"]);
    let thumbnail = env.bytes("thumbs/a.jpg");
    let (width, height) = size(&thumbnail);
    assert_eq!(made["thumbnail_size"], serde_json::json!([width, height]));
    assert_eq!(made["thumbnail_bytes"], thumbnail.len());
    assert_eq!(
        (&made["scale"], &made["orientation"]),
        (&8.into(), &1.into())
    );
    assert_eq!(made["colour"], "untouched");
    assert!(made["ms"]["decode"].as_f64().unwrap() >= 0.0);
    assert_eq!(broken["outcome"], "failed");
    assert_eq!(broken["stage"], "header");
    assert!(broken["ms"]["header"].is_number(), "{broken}");
    assert!(!broken["error"].as_str().unwrap().is_empty());
    assert_eq!(fresh["outcome"], "fresh");
    assert_eq!(
        (&lost["outcome"], &lost["stage"]),
        (&"failed".into(), &"walk".into())
    );
    assert_eq!(lost["error"], "No such file or directory");

    assert_eq!(run["finished"], true);
    assert_eq!(run["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        run["settings"]
            .as_str()
            .unwrap()
            .starts_with("128x128,inside,q80,p")
    );
    let counts = &run["counts"];
    for (count, number) in [
        ("found", 4),
        ("made", 1),
        ("fresh", 1),
        ("failed", 2),
        ("pruned", 0),
    ] {
        assert_eq!(counts[count], number, "{count}");
    }
}

#[test]
fn a_dash_is_stdout() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let run = env.make(["--report", "-", "-q"]);
    let (pictures, _) = records(&run.stdout);
    assert_eq!(pictures.len(), 1);
    assert_eq!(run.stderr, "");
}

#[test]
fn names_that_are_not_utf8_survive() {
    let env = Env::new();
    env.picture(OsStr::from_bytes(b"images/\xff\n.jpg"));
    let run = env.make(["--report", "-", "-q"]);
    let (pictures, _) = records(&run.stdout);
    assert_eq!(pictures[0]["source"], "images/\u{fffd}\n.jpg");
    let hex = pictures[0]["source_hex"].as_str().unwrap();
    let bytes = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    assert_eq!(bytes.collect::<Vec<_>>(), b"images/\xff\n.jpg");
}

#[test]
fn pruned_thumbnails_have_records() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/b.jpg");
    env.make([]).ends_with(0);
    std::fs::remove_file(env.path("images/b.jpg")).unwrap();
    let run = env.make(["--prune", "--report", "-", "-q"]);
    let (pictures, run) = records(&run.stdout);
    let pruned: Vec<_> = pictures
        .iter()
        .filter(|record| record["outcome"] == "pruned")
        .collect();
    assert_eq!(pruned.len(), 1);
    assert_eq!(pruned[0]["destination"], "thumbs/b.jpg");
    assert_eq!(run["counts"]["pruned"], 1);
}

#[test]
fn a_report_that_cannot_be_made_is_refused_before_any_work() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make(["--report", "no/such/folder/report"])
        .ends_with(2)
        .says("report no/such/folder/report can't be written: No such file or directory");
    assert!(env.tree_if_any("thumbs").is_empty());
}

#[test]
fn a_report_takes_the_place_of_an_older_one_and_of_nothing_else() {
    let env = Env::new();
    let picture = env.picture("images/a.jpg");
    let before = env.bytes("images/a.jpg");
    env.make(["--report", picture.to_str().unwrap()])
        .ends_with(2)
        .says("a.jpg can't be written: it already exists, and holds something else");
    assert_eq!(env.bytes("images/a.jpg"), before);
    assert!(env.tree_if_any("thumbs").is_empty());

    env.file("report.jsonl", b"");
    env.make(["--report", "report.jsonl"]).ends_with(0);
    env.make(["--report", "report.jsonl"]).ends_with(0);
    let (pictures, _) = records(&String::from_utf8(env.bytes("report.jsonl")).unwrap());
    assert_eq!(pictures.len(), 1);
    assert_eq!(pictures[0]["outcome"], "fresh");
}

#[test]
fn a_report_on_stdout_has_stdout_to_itself() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/b.jpg");
    env.make([]).ends_with(0);
    std::fs::remove_file(env.path("images/b.jpg")).unwrap();
    let run = env.make(["--dry-run", "--force", "--prune", "--report", "-"]);
    run.says("make thumbs/a.jpg (forced)")
        .says("prune thumbs/b.jpg (source gone)");
    let (_, run) = records(&run.stdout);
    assert_eq!(run["counts"]["would_make"], 1);
    assert_eq!(run["counts"]["would_prune"], 1);
    assert_eq!(run["counts"]["pruned"], 0);
    assert!(env.path("thumbs/b.jpg").exists());
}

#[test]
fn a_report_that_cannot_be_finished_is_told() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.make(["--report", "/dev/full"])
        .ends_with(2)
        .says("report /dev/full can't be written: No space left on device");
}

#[test]
fn records_have_times() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("images/b.jpg", b"no picture");
    env.make(["--report", "report.jsonl"]).ends_with(1);
    let (pictures, run) = records(&String::from_utf8(env.bytes("report.jsonl")).unwrap());
    let time = |value: &Value| {
        let text = value.as_str().unwrap();
        assert!(text.ends_with('Z'), "{text}");
        humantime::parse_rfc3339(text).unwrap()
    };
    let (began, ended) = (time(&run["began"]), time(&run["ended"]));
    for picture in &pictures {
        assert!(
            (began..=ended).contains(&time(&picture["time"])),
            "{picture}"
        );
    }
    assert_eq!(pictures[1]["first_seen"], pictures[1]["time"]);
    assert!(pictures[0].get("first_seen").is_none());
}

#[test]
fn known_failures_are_told_once() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("images/b.jpg", b"no picture");
    env.picture("images/c.jpg");
    env.link("nowhere", "images/d.jpg");
    let failures = |run: &crate::env::Run| run.stderr.lines().count();
    let first = || {
        let (pictures, run) = records(&String::from_utf8(env.bytes("report.jsonl")).unwrap());
        let seen = |name: &str| {
            let of_name = |record: &&Value| record["source"] == format!("images/{name}.jpg");
            let record = pictures.iter().find(of_name).unwrap();
            record["first_seen"].as_str().map(ToOwned::to_owned)
        };
        ([seen("b"), seen("d")], run)
    };
    let quiet = ["-q", "--report", "report.jsonl"];
    let run = env.make(quiet);
    assert_eq!(failures(run.ends_with(1)), 2, "{run}");
    let (seen, told) = first();
    assert!(seen.iter().all(Option::is_some));
    assert_eq!(told["known"], 0);

    // Cron stays silent as long as nothing changes, and the time is that of the first run.
    for _ in 0..2 {
        let run = env.make(quiet);
        assert_eq!(failures(run.ends_with(1)), 0, "{run}");
        assert_eq!(first().0, seen);
        assert_eq!(first().1["known"], 2);
    }
    env.make(["--report", "report.jsonl"])
        .ends_with(1)
        .says("4 pictures found: 0 made, 2 fresh, 2 failed, all known\n")
        .does_not_say("images/b.jpg");
    let since = seen[0].clone().unwrap();
    env.make(["--report", "report.jsonl", "-v"])
        .ends_with(1)
        .says(&format!(
            "images/b.jpg: header: not a picture but text (known since {since})\n"
        ));
    // Without the report, there is no memory.
    assert_eq!(failures(env.make(["-q"]).ends_with(1)), 2);

    // Another version of the file, and another failure, are news.
    env.file("images/b.jpg", b"other text");
    env.file("images/c.jpg", b"");
    let run = env.make(["--report", "report.jsonl"]);
    run.ends_with(1)
        .says("images/b.jpg: header: ")
        .says("images/c.jpg: header: the file is empty")
        .does_not_say("images/d.jpg")
        .says("3 failed, 1 of them known\n");
    let (again, _) = first();
    assert!(again[0] > seen[0] && again[1] == seen[1]);

    // A picture that is mended and breaks again is news, too.
    env.picture("images/b.jpg");
    env.picture("images/c.jpg");
    env.make(quiet).ends_with(1).does_not_say("images/");
    env.file("images/c.jpg", b"");
    env.make(quiet)
        .ends_with(1)
        .says("images/c.jpg")
        .does_not_say("images/d.jpg");
}

#[test]
fn a_report_that_another_run_is_writing_is_left_alone() {
    let env = Env::new();
    env.picture("images/a.jpg");
    let report = env.file("report.jsonl", b"{\"record\":\"picture\"}\n");
    let writing = File::options().append(true).open(report).unwrap();
    writing.lock().unwrap();
    env.make(["--report", "report.jsonl"])
        .ends_with(2)
        .says("report report.jsonl can't be written: another run is writing it");
    assert_eq!(env.bytes("report.jsonl"), b"{\"record\":\"picture\"}\n");
    drop(writing);
    env.make(["--report", "report.jsonl"]).ends_with(0);
    assert_eq!(env.records("report.jsonl").len(), 2);
}

#[test]
fn a_dry_run_replaces_no_report() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.file("images/b.jpg", b"no picture");
    let dry = ["-n", "--report", "report.jsonl"];
    // There is none yet, or one without a line: then it writes what it would do.
    for _ in 0..2 {
        env.make(dry).exits(0).does_not_say("report.jsonl");
        assert_eq!(env.records("report.jsonl").len(), 3);
        env.file("report.jsonl", b"");
    }
    let quiet = ["-q", "--report", "report.jsonl"];
    env.make(quiet).ends_with(1).says("images/b.jpg");
    let before = env.bytes("report.jsonl");
    env.make(dry)
        .exits(0)
        .says("report.jsonl stays as it is: a dry run replaces no report");
    env.make(dry.into_iter().chain(["-q"]))
        .exits(0)
        .does_not_say("report.jsonl");
    assert_eq!(env.bytes("report.jsonl"), before);
    // Cron has nothing new to tell.
    env.make(quiet).ends_with(1).does_not_say("images/b.jpg");
    env.file("notes.txt", b"mine");
    env.make(["-n", "--report", "notes.txt"]).exits(2);
}

#[test]
fn a_run_that_is_refused_leaves_the_report_as_it_is() {
    let env = Env::new();
    env.file("images/b.jpg", b"no picture");
    let quiet = ["-q", "--report", "report.jsonl"];
    env.make(quiet).ends_with(1);
    let before = env.bytes("report.jsonl");
    env.file("mine/index.html", b"mine");
    for refused in [
        ["--srcset", "nowhere/srcset.json"],
        ["--files-from", "nowhere.txt"],
        ["--gallery", "mine"],
    ] {
        env.make(quiet.into_iter().chain(refused)).ends_with(2);
        assert_eq!(env.bytes("report.jsonl"), before, "{refused:?}");
    }
    env.make(quiet).ends_with(1).does_not_say("images/b.jpg");
}

#[test]
fn failures_that_a_stopped_run_did_not_come_to_stay_known() {
    let env = Env::new();
    env.picture("images/a.jpg");
    env.picture("images/c.jpg");
    for name in ["b", "d", "e"] {
        env.file(format!("images/{name}.jpg"), b"no picture");
    }
    let quiet = ["-q", "--report", "report.jsonl"];
    env.make(quiet).ends_with(1).says("images/b.jpg");
    let since = |name: &str| {
        let records = env.records("report.jsonl");
        let of_name = |record: &&Value| record["source"] == format!("images/{name}.jpg");
        let record = records.iter().find(of_name).unwrap();
        (
            record["first_seen"].as_str().unwrap().to_owned(),
            record["outcome"].as_str().unwrap().to_owned(),
        )
    };
    let first = since("b").0;

    // A run that comes to three of them, and waits for its list to go on.
    env.picture("images/e.jpg");
    let options = ["--files-from", "-"].into_iter().chain(quiet);
    let mut command = env.command(["images", "thumbs"].into_iter().chain(options));
    let mut child = piped(&mut command).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"d.jpg\nc.jpg\ne.jpg\n").unwrap();
    while env.records("report.jsonl").len() != 3 {
        assert_eq!(child.try_wait().unwrap(), None, "it did not wait");
        thread::sleep(Duration::from_millis(5));
    }
    let process = Pid::from_raw(child.id().cast_signed());
    kill(process, Signal::SIGTERM).unwrap();
    let run = ended(&command, child);
    drop(stdin);
    assert_eq!(run.status.code(), None, "{run}");
    assert_eq!(run.stderr, "", "{run}");
    assert_eq!(since("b"), (first.clone(), "failed before".into()));
    assert_eq!(since("d").1, "failed");
    assert_eq!(env.records("report.jsonl").len(), 5);
    // They are no failures of that run.
    let merged = env.run(["report", "merge", "report.jsonl"]);
    assert!(
        merged
            .stdout
            .contains("3 pictures found: 1 made, 1 fresh, 1 failed, known\n"),
        "{merged}"
    );
    assert_eq!(merged.stderr.lines().count(), 1, "{merged}");

    env.make(quiet).ends_with(1).does_not_say("images/");
    assert_eq!(since("b"), (first, "failed".into()));
}
