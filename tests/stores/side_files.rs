//! Reports, lists and charts that go to a store.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::env::{PICTURES, Run, jpeg};
use crate::proxy::Fault;
use crate::server::{SECRET, Server};

on_each_server!(
    a_report_goes_to_a_store_and_is_remembered,
    a_report_that_is_refused_at_its_end_costs_nothing_else,
    what_is_known_is_not_lost_in_silence_by_a_run_that_can_not_begin,
    reports_of_shards_are_merged_in_the_store,
    a_list_for_a_template_goes_to_a_store,
    a_long_report_is_put_in_parts,
);

fn lines(bytes: &[u8]) -> Vec<Value> {
    let lines = str::from_utf8(bytes).unwrap().lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn put_pictures(server: &Server, count: u8) {
    for number in 0..count {
        server.put(&format!("images/{number}.jpg"), &jpeg(40, 30, number));
    }
}

fn a_report_goes_to_a_store_and_is_remembered(server: &Server) {
    put_pictures(server, 3);
    server.put("images/bad.jpg", b"no picture");
    let report = server.url("reports/last.jsonl");
    let run = || server.make(&["--report", &report]);
    run()
        .ends_with(1)
        .counts(3, 0, 1)
        .says("images/bad.jpg: header: ");
    let records = lines(&server.bytes("reports/last.jsonl"));
    assert_eq!(records.len(), 5);
    assert_eq!(records[4]["record"], "run");
    assert_eq!(records[4]["counts"]["made"], 3);
    let kind = server.header("reports/last.jsonl", "content-type");
    assert_eq!(kind.as_deref(), Some("application/x-ndjson"));
    // What is known is told once.
    run().ends_with(1).does_not_say("images/bad.jpg: header: ");
    server.put("reports/last.jsonl", b"mine");
    server.remove("thumbs/1.jpg");
    let refused = run();
    refused.ends_with(2).says(&format!(
        "report {report} can't be written: it already exists"
    ));
    assert_eq!(server.bytes("reports/last.jsonl"), b"mine");
    assert!(!server.keys("thumbs/").contains(&"thumbs/1.jpg".into()));
}

fn answer(status: u16, code: &str) -> Fault {
    let body =
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>No.</Message></Error>");
    Fault::Answer(status, body)
}

fn a_report_that_is_refused_at_its_end_costs_nothing_else(server: &Server) {
    put_pictures(server, 3);
    let report = server.url("reports/last.jsonl");
    let run = || server.make(&["--report", &report]);
    let deny = |times| {
        server
            .proxy
            .fault("PUT", "reports/", times, answer(403, "AccessDenied"));
    };
    deny(1);
    run()
        .ends_with(2)
        .says("can't be written: AccessDenied: No.");
    assert!(server.thumbnails("thumbs").is_empty(), "it had begun");
    // The first one, of an empty report, goes well.
    server
        .proxy
        .fault("PUT", "reports/", 1, Fault::Before(Arc::new(|| ())));
    deny(1);
    let refused = run();
    refused.ends_with(2).counts(3, 0, 0);
    let kept = kept_instead(&refused);
    assert_eq!(lines(&fs::read(&kept).unwrap()).len(), 4);
    fs::remove_file(kept).unwrap();
    server.proxy.take_counts();
    run().ends_with(0).counts(0, 3, 0);
    assert_eq!(lines(&server.bytes("reports/last.jsonl")).len(), 4);
}

fn what_is_known_is_not_lost_in_silence_by_a_run_that_can_not_begin(server: &Server) {
    server.put("images/bad.jpg", b"no picture");
    let report = server.url("reports/last.jsonl");
    let run = |options: &[&str]| server.make(&[&["--report", &report], options].concat());
    let of_no_list = || run(&["--files-from", "nowhere"]);
    run(&[]).ends_with(1).says("images/bad.jpg: header: ");
    of_no_list().ends_with(2).says("nowhere");
    run(&[])
        .ends_with(1)
        .does_not_say("images/bad.jpg: header: ");
    // The first one, of an empty report, goes well.
    server
        .proxy
        .fault("PUT", "reports/", 1, Fault::Before(Arc::new(|| ())));
    server
        .proxy
        .fault("PUT", "reports/", 1, answer(403, "AccessDenied"));
    let refused = of_no_list();
    refused.ends_with(2).says("nowhere");
    refused.says(&format!(
        "report {report} can't be written: AccessDenied: No."
    ));
    let kept = kept_instead(&refused);
    let outcome = &lines(&fs::read(&kept).unwrap())[0]["outcome"];
    assert_eq!(outcome, "failed before");
    fs::remove_file(kept).unwrap();
}

/// The file that a `run` tells to have left in place of a report.
fn kept_instead(run: &Run) -> PathBuf {
    let (_, kept) = run
        .stderr
        .split_once("AccessDenied: No.; it is in ")
        .unwrap();
    let (kept, _) = kept.split_once(" instead").unwrap();
    kept.into()
}

fn reports_of_shards_are_merged_in_the_store(server: &Server) {
    put_pictures(server, 20);
    let report = server.url("reports/tonight/{shard}.jsonl");
    let merge = |options: &[&str]| -> Run {
        let folder = server.url("reports/tonight");
        server.run([&["report", "merge", &folder], options].concat())
    };
    server
        .make(&["--shard", "0/2", "--report", &report])
        .ends_with(0);
    merge(&[]).exits(75);
    server
        .make(&["--shard", "1/2", "--report", &report])
        .ends_with(0);
    let all = server.url("reports/tonight/all.jsonl");
    // Once more: what was merged is not merged again.
    for _ in 0..2 {
        let merged = merge(&["--output", &all]);
        assert!(
            merged
                .exits(0)
                .stdout
                .contains("2 of 2 shards finished\n20 pictures found: 20 made")
        );
        assert_eq!(lines(&server.bytes("reports/tonight/all.jsonl")).len(), 21);
    }
    let nothing = server.url("reports/yesterday");
    let run = server.run(["report", "merge", &nothing]);
    run.ends_with(2)
        .says(&format!("no reports (*.jsonl) in {nothing}"));
}

fn a_list_for_a_template_goes_to_a_store(server: &Server) {
    put_pictures(server, 2);
    let list = server.url("lists/srcset.json");
    let run = || {
        server.make(&[
            "--size",
            "16,8",
            "--srcset",
            &list,
            "--placeholder",
            "thumbhash",
        ])
    };
    run().ends_with(0).says("2 made");
    let made = server.bytes("lists/srcset.json");
    let value: Value = serde_json::from_slice(&made).unwrap();
    let first = &value["pictures"]["0.jpg"];
    assert_eq!(first["thumbnails"][0]["src"], "16x16/0.jpg");
    assert_eq!(first["thumbnails"][1]["width"], 8);
    assert!(first["placeholder"].is_string());
    // Without it, the thumbnails are looked into.
    server.remove("lists/srcset.json");
    run().ends_with(0).counts(0, 2, 0);
    assert_eq!(server.bytes("lists/srcset.json"), made);
    server.put("lists/srcset.json", b"mine");
    run().ends_with(2).says("it already exists");
}

fn a_long_report_is_put_in_parts(server: &Server) {
    put_pictures(server, 1);
    server.make(&["--report", "report.jsonl"]).ends_with(0);
    let report = server.env.bytes("report.jsonl");
    let (picture, run) = str::from_utf8(&report).unwrap().split_once('\n').unwrap();
    let long = format!(
        "{}{run}",
        format!("{picture}\n").repeat((17 << 20) / picture.len())
    );
    server.env.file("long.jsonl", long.as_bytes());
    let output = server.url("reports/long.jsonl");
    let merged = server.run(["report", "merge", "long.jsonl", "--output", &output]);
    // It is not what its last line says.
    merged.exits(75);
    let put = server.bytes("reports/long.jsonl");
    assert!(put.len() > 16 << 20 && put.starts_with(format!("{picture}\n{picture}\n").as_bytes()));
    assert_eq!(lines(&put).last().unwrap()["record"], "run");
}

#[test]
fn a_chart_goes_to_a_store() {
    let server = Server::new();
    let (chart, report) = (server.url("charts/a.svg"), server.url("charts/a.json"));
    let options = [
        "--compare",
        "--rounds",
        "1",
        "--compare-jobs",
        "1",
        "--chart",
        &chart,
    ];
    let options = [&[PICTURES], &options[..], &["--report", &report]].concat();
    server.run(options).exits(0);
    assert!(server.bytes("charts/a.svg").starts_with(b"<svg "));
    assert!(server.bytes("charts/a.json").starts_with(b"{"));
}

#[test]
fn a_url_with_a_secret_is_refused_and_not_repeated() {
    let server = Server::new();
    let url = format!("s3://key:{SECRET}@shop/report");
    for option in ["--report", "--srcset"] {
        let run = server.make(&[option, &url]);
        run.ends_with(2).does_not_say(SECRET);
        run.says(&format!(
            "{option} can't be used: the URL may hold a bucket"
        ));
    }
    let run = server.run(["report", "merge", &url]);
    run.ends_with(2)
        .says("REPORT can't be used")
        .does_not_say(SECRET);
    let run = server.make(&["--report", "https://shop/report"]);
    run.ends_with(2).says("https:// is no object store");
    assert!(!Path::new("https:").exists());
}
