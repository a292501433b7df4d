//! Whole runs: from a store to a store, from and to folders.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::env::{PICTURES, jpeg};
use crate::server::Server;

/// Thumbnails without their stamps: what they were made from is told otherwise in a store.
fn without_stamps<K: ToString>(
    thumbnails: impl IntoIterator<Item = (K, Vec<u8>)>,
) -> BTreeMap<String, Vec<u8>> {
    let bare = |jpeg: Vec<u8>| {
        let at = jpeg
            .windows(9)
            .position(|text| text == b"thumbgen ")
            .expect("no stamp")
            - 4;
        let length = usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        [&jpeg[..at], &jpeg[at + 2 + length..]].concat()
    };
    let thumbnails = thumbnails.into_iter();
    thumbnails
        .map(|(key, jpeg)| (key.to_string(), bare(jpeg)))
        .collect()
}

fn local(tree: BTreeMap<OsString, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    without_stamps(
        tree.into_iter()
            .map(|(path, bytes)| (path.into_string().unwrap(), bytes)),
    )
}

#[test]
fn all_ways_lead_to_the_thumbnails_of_a_local_run() {
    let server = Server::new();
    server.put_all(PICTURES.as_ref(), "images");
    server.env.run([PICTURES, "thumbs"]).exits(0);
    let expected = local(server.env.tree("thumbs"));
    for [source, dest] in [
        ["s3://shop/images", "s3://shop/thumbs"],
        [PICTURES, "s3://shop/of-files/"],
        ["s3://shop/images/", "from-store"],
    ] {
        for strategy in ["threads", "rayon", "seq"] {
            let run = server.run(&[source, dest, "--strategy", strategy, "--force"]);
            run.ends_with(0).counts(15, 0, 0);
        }
        server.run(&[source, dest]).ends_with(0).counts(0, 15, 0);
    }
    assert_eq!(without_stamps(server.thumbnails("thumbs")), expected);
    assert_eq!(without_stamps(server.thumbnails("of-files")), expected);
    assert_eq!(local(server.env.tree("from-store")), expected);
    // What the two runs from the store have made is the same to the last byte.
    let from_store = server.env.tree("from-store").into_iter();
    let from_store = from_store.map(|(path, bytes)| (path.into_string().unwrap(), bytes));
    assert_eq!(server.thumbnails("thumbs"), from_store.collect());
}

#[test]
fn two_and_a_half_pages_are_made_once_and_then_cost_little() {
    const PICTURES: usize = 2500;
    let server = Server::new();
    for number in 0..PICTURES {
        let picture = jpeg(16, 12, number as u8);
        server.put(&format!("images/{}/{number}.jpg", number % 40), &picture);
    }
    let make = || server.run(&["s3://shop/images", "s3://shop/thumbs"]);
    make().ends_with(0).counts(2500, 0, 0);
    assert_eq!(server.thumbnails("thumbs").len(), PICTURES);
    server.proxy.take_counts();
    make().ends_with(0).counts(0, 2500, 0);
    let counts = server.proxy.take_counts();
    assert_eq!(counts["HEAD"], 1, "more than the claim's: {counts:?}");
    assert!(counts.values().sum::<usize>() < 40, "{counts:?}");

    server.put("images/7/7.jpg", &jpeg(20, 20, 1));
    server.remove("thumbs/8/8.jpg");
    make().ends_with(0).counts(2, 2498, 0);
    // Without the ledger, each thumbnail is asked for its stamp.
    for key in server.keys("thumbs/.thumbgen.ledger/") {
        server.put(&key, b"thumbgen ledger 1\nnonsense");
    }
    server.proxy.take_counts();
    make().ends_with(0).counts(0, 2500, 0);
    let counts = server.proxy.take_counts();
    assert!(counts["HEAD"] >= PICTURES, "{counts:?}");
}

#[test]
fn settings_variants_foreign_objects_and_orphans_are_as_in_folders() {
    let server = Server::new();
    server.put_all(PICTURES.as_ref(), "images");
    server.put("thumbs/beach.jpg", b"another tool's");
    let run = |options: &[&str]| {
        server.run(&[&["s3://shop/images", "s3://shop/thumbs"], options].concat())
    };
    run(&[]).ends_with(0).says("14 made").says("1 kept");
    assert_eq!(server.bytes("thumbs/beach.jpg"), b"another tool's");
    let dry = run(&["--size", "64", "--dry-run"]);
    assert!(
        dry.exits(0)
            .stdout
            .contains("14 to be made, 0 fresh, 0 failed, 1 kept")
    );
    run(&["--size", "64"])
        .ends_with(0)
        .says("14 made")
        .says("1 kept");
    server.put("thumbs/note.jpg", b"mine");
    server.remove("images/small/icon.jpg");
    let before = server.keys("thumbs/");
    run(&["--size", "64", "--prune", "-n"]).exits(0);
    assert_eq!(server.keys("thumbs/"), before);
    run(&["--size", "64", "--prune"])
        .ends_with(0)
        .says("1 pruned");
    let after = server.keys("thumbs/");
    assert!(!after.contains(&"thumbs/small/icon.jpg".into()) && after.len() == before.len() - 1);
    run(&["--size", "64", "--replace-foreign"])
        .ends_with(0)
        .counts(1, 13, 0);

    let several = ["--size", "64", "--size", "32", "--format", "jpeg,png"];
    run(&several)
        .ends_with(0)
        .says("14 made (56 thumbnails), 0 fresh, 0 failed");
    run(&several).ends_with(0).counts(0, 14, 0);
    assert_eq!(
        server
            .header("thumbs/32x32.png/beach.jpg.png", "content-type")
            .as_deref(),
        Some("image/png")
    );
}

#[test]
fn an_object_says_what_it_is_and_how_long_it_may_be_kept() {
    let server = Server::new();
    server.put("images/a.jpg", &jpeg(40, 30, 1));
    let run = server.run(&[
        "s3://shop/images",
        "s3://shop/thumbs",
        "--cache-control",
        "max-age=60",
    ]);
    run.ends_with(0);
    let header = |name| server.header("thumbs/a.jpg", name).unwrap();
    assert_eq!(header("content-type"), "image/jpeg");
    assert_eq!(header("cache-control"), "max-age=60");
    assert!(header("x-amz-meta-thumbgen").starts_with("thumbgen 1 etag="));
}

#[test]
fn a_run_that_is_killed_again_and_again_is_finished_by_the_last() {
    let server = Server::new();
    for number in 0..300 {
        server.put(&format!("images/{number}.jpg"), &jpeg(16, 12, number as u8));
    }
    let arguments = [
        "s3://shop/images",
        "s3://shop/thumbs",
        "--files-from",
        "list",
    ];
    let list: String = (0..300).map(|number| format!("{number}.jpg\n")).collect();
    server.env.file("list", list.as_bytes());
    for round in 0..5 {
        let mut command = server.command(&arguments);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(50 + 40 * round));
        let _ = child.kill();
        child.wait().unwrap();
    }
    server
        .run(&arguments)
        .ends_with(0)
        .says("300 pictures found")
        .says(" 0 failed");
    assert_eq!(server.thumbnails("thumbs").len(), 300);
    server.run(&arguments).ends_with(0).counts(0, 300, 0);
}

#[test]
fn shards_and_locks_are_as_in_folders() {
    let server = Server::new();
    for number in 0..30 {
        server.put(&format!("images/{number}.jpg"), &jpeg(16, 12, number as u8));
    }
    let run = |options: &[&str]| {
        server.run(&[&["s3://shop/images", "s3://shop/thumbs"], options].concat())
    };
    for shard in ["0/3", "1/3", "2/3"] {
        run(&["--shard", shard]).ends_with(0);
    }
    run(&[]).ends_with(0).counts(0, 30, 0);
    server.put("thumbs/.thumbgen.claim/whole", b"process 1 on another host");
    for options in [&[][..], &["--shard", "0/3"]] {
        let busy = run(options);
        busy.ends_with(75).says("process 1 on another host");
    }
    server.remove("thumbs/.thumbgen.claim/whole");
    run(&[]).ends_with(0);
    assert_eq!(
        server.keys("thumbs/.thumbgen.claim/"),
        [""; 0],
        "a claim is left"
    );
}

#[test]
fn one_picture_is_made_from_and_to_a_store() {
    let server = Server::new();
    server.put("images/a b.jpg", &jpeg(40, 30, 1));
    server.env.file("images/c.jpg", &jpeg(40, 30, 2));
    server
        .run(&["s3://shop/images/a b.jpg", "s3://shop/thumbs"])
        .ends_with(0)
        .counts(1, 0, 0);
    server
        .run(&["images/c.jpg", "s3://shop/thumbs/d.jpg"])
        .ends_with(0)
        .counts(1, 0, 0);
    server
        .run(&["s3://shop/images/a b.jpg", "thumbs"])
        .ends_with(0)
        .counts(1, 0, 0);
    let made: Vec<_> = server.thumbnails("thumbs").into_keys().collect();
    assert_eq!(made, ["a b.jpg", "d.jpg"]);
    assert_eq!(server.env.names("thumbs"), ["a b.jpg"]);
}
