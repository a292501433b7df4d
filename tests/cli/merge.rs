//! Reports of shards as one, and failures that are allowed.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::env::Env;

#[test]
fn few_failures_can_be_allowed() {
    let env = Env::with_pictures(20);
    env.file("images/bad.jpg", b"no picture");
    env.file("images/worse.jpg", b"");
    for (allowed, status) in [
        ("0", 1),
        ("1", 1),
        ("2", 0),
        ("9%", 1),
        ("10%", 0),
        ("100%", 0),
    ] {
        env.make_into("thumbs", &["--allow-failures", allowed])
            .exits(status)
            .says("2 failed")
            .says("bad.jpg");
    }
    env.make_into("thumbs", &["--allow-failures", "x"]).exits(2);
}

#[test]
fn merge_names_what_is_missing_and_what_has_not_finished() {
    let env = Env::with_pictures(60);
    env.file("images/bad.jpg", b"no picture");
    for index in 0..4 {
        let shard = format!("{index}/4");
        env.make_into(
            "thumbs",
            &["--shard", &shard, "--report", "r-{shard}.jsonl"],
        );
    }
    let all = [
        "report",
        "merge",
        "r-0.jsonl",
        "r-1.jsonl",
        "r-2.jsonl",
        "r-3.jsonl",
    ];
    let complete = env.run(all);
    complete.exits(1).says("images/bad.jpg: ");
    assert!(
        complete
            .stdout
            .starts_with("4 of 4 shards finished\n61 pictures found: 60 made"),
        "{complete}"
    );
    let allowed = ["--allow-failures", "1"];
    env.run(all.iter().chain(&allowed).copied()).exits(0);

    let missing = env.run(["report", "merge", "r-3.jsonl", "r-0.jsonl"]);
    missing.exits(75);
    assert!(
        missing
            .stdout
            .starts_with("2 of 4 shards finished\nMissing: 1-2\n"),
        "{missing}"
    );

    // As a kill leaves it, in the middle of a line; and another one that has lost a line.
    let report = fs::read(env.path("r-1.jsonl")).unwrap();
    env.file("r-1.jsonl", &report[..report.len() / 2]);
    let report = fs::read_to_string(env.path("r-2.jsonl")).unwrap();
    env.file("r-2.jsonl", report.split_once('\n').unwrap().1.as_bytes());
    let broken = env.run(all);
    broken.exits(75);
    assert!(broken.stdout.contains("Missing: 1\n"), "{broken}");
    assert!(
        broken
            .stdout
            .contains("Cut short, and not counted: r-1.jsonl\n"),
        "{broken}"
    );
    assert!(
        broken
            .stdout
            .contains("Not finished: shard 2/4, r-2.jsonl\n"),
        "{broken}"
    );

    // Run again, beside the reports of the first attempt.
    for shard in ["1/4", "2/4"] {
        env.make_into(
            "thumbs",
            &["--shard", shard, "--report", "again-{shard}.jsonl"],
        );
    }
    let again = all
        .iter()
        .chain(&["again-1.jsonl", "again-2.jsonl"])
        .copied();
    let again = env.run(again.chain(["-o", "-"]));
    again
        .exits(1)
        .says("4 of 4 shards finished\n")
        .says("\n61 pictures found");
    let records: Vec<Value> = again
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let sources: BTreeSet<_> = records
        .iter()
        .filter_map(|record| record["source"].as_str())
        .collect();
    assert_eq!(
        (records.len(), sources.len()),
        (62, 62),
        "each picture once, and the run"
    );
    assert_eq!(records[61]["finished"], true);
    assert_eq!(records[61]["merged"]["shards"], 4);
}

#[test]
fn of_two_reports_of_a_shard_the_later_run_counts_whatever_they_are_called() {
    let env = Env::with_pictures(8);
    env.make_into("thumbs", &["--shard", "1/2", "--report", "b.jsonl"])
        .exits(0);
    env.make_into("thumbs", &["--shard", "0/2", "--report", "z.jsonl"])
        .exits(0);
    for name in env.names("images") {
        env.file(format!("images/{name}"), b"");
    }
    env.make_into("thumbs", &["--shard", "0/2", "--report", "a.jsonl"])
        .exits(1);
    for order in [["a.jsonl", "z.jsonl"], ["z.jsonl", "a.jsonl"]] {
        let merged = env.run(["report", "merge", "b.jsonl"].iter().chain(&order));
        merged.exits(1);
        let text = &merged.stdout;
        assert!(
            text.starts_with("2 of 2 shards finished\n8 pictures"),
            "{merged}"
        );
        assert!(!text.contains(" 0 failed"), "{merged}");
        let times = text.lines().last().unwrap();
        assert!(
            times.starts_with("From 20") && times.ends_with(" UTC"),
            "{merged}"
        );
    }
}

#[test]
fn merge_names_two_sources() {
    let env = Env::with_pictures(8);
    fs::rename(env.path("images/0"), env.path("moved")).unwrap();
    env.make_into("thumbs", &["--shard", "0/2", "--report", "a.jsonl"])
        .exits(0);
    let other = ["moved", "others", "--shard", "1/2", "--report", "b.jsonl"];
    env.run(other).exits(0);
    let merged = env.run(["report", "merge", "a.jsonl", "b.jsonl"]);
    let line = "\nOf different folders: images (a.jsonl) and moved (b.jsonl)\n";
    assert!(merged.exits(0).stdout.contains(line), "{merged}");
}

#[test]
fn merge_refuses_what_is_not_of_one_run() {
    let env = Env::with_pictures(8);
    env.make_into("thumbs", &["--shard", "0/2", "--report", "a.jsonl"])
        .exits(0);
    env.make_into("thumbs", &["--shard", "1/3", "--report", "b.jsonl"])
        .exits(0);
    env.make_into(
        "thumbs",
        &["--shard", "1/2", "--size", "64", "--report", "c.jsonl"],
    )
    .exits(0);
    env.run(["report", "merge", "a.jsonl", "b.jsonl"])
        .exits(2)
        .says("not of one run");
    env.run(["report", "merge", "a.jsonl", "c.jsonl"])
        .exits(2)
        .says("not of one run");
    env.run(["report", "merge", "a.jsonl", "none.jsonl"])
        .exits(2)
        .says("none.jsonl");
    env.file("d.jsonl", b"{}\n");
    env.run(["report", "merge", "d.jsonl"])
        .exits(2)
        .says("d.jsonl, line 1");
    let report = String::from_utf8(env.bytes("a.jsonl")).unwrap();
    // No run is the third of two shards, or one of billions: what is missing of them would fill the memory.
    for (index, count) in [(3, 2), (0, u32::MAX)] {
        let of = format!(r#""index":{index},"count":{count}"#);
        let other = report.replace(r#""index":0,"count":2"#, &of);
        assert_ne!(other, report);
        env.file("f.jsonl", other.as_bytes());
        env.run(["report", "merge", "f.jsonl"])
            .exits(2)
            .says("not a record");
    }
    env.run(["report", "merge"]).exits(2);
    // Runs without a shard are just added up.
    env.make_into("thumbs", &["--report", "e.jsonl"]).exits(0);
    let sum = env.run(["report", "merge", "e.jsonl", "e.jsonl"]);
    sum.exits(0);
    assert!(sum.stdout.starts_with("16 pictures found"), "{sum}");
    // What is counted may be anything, and no sum becomes less for that.
    let report = String::from_utf8(env.bytes("e.jsonl")).unwrap();
    let half = format!(r#""unvisited_folders":{}"#, 1_u64 << 63);
    let most = report.replace(r#""unvisited_folders":0"#, &half);
    assert_ne!(most, report);
    env.file("g.jsonl", most.as_bytes());
    for reports in [&["g.jsonl"][..], &["g.jsonl", "g.jsonl"]] {
        env.run(["report", "merge"].iter().chain(reports)).exits(1);
    }
    env.file("f.jsonl", b"");
    env.run(["report", "merge", "e.jsonl", "f.jsonl"]).exits(75);
}
