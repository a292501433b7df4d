//! `--srcset` lists each picture's thumbnails for a web template.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::env::{Env, ended, jpeg, piped};
use crate::lock::wait_for_a_thumbnail;

fn env() -> Env {
    let env = Env::new();
    env.file("images/shop/mug, red.jpg", &jpeg(1000, 500, 5));
    env.file("images/b.jpg", &jpeg(90, 300, 6));
    env
}

fn pictures(env: &Env) -> Value {
    let list: Value = serde_json::from_slice(&env.bytes("srcset.json")).unwrap();
    list["pictures"].clone()
}

const OPTIONS: [&str; 4] = ["--size", "100,60", "--srcset", "srcset.json"];

#[test]
fn every_thumbnail_is_there_with_its_url_and_size() {
    let env = env();
    env.make(OPTIONS).ends_with(0);
    let source = |src: &str, width: u32, height: u32| json!({ "src": src, "type": "image/jpeg", "width": width, "height": height });
    let expected = json!({
        "b.jpg": { "thumbnails": [source("100x100/b.jpg", 30, 100), source("60x60/b.jpg", 18, 60)] },
        "shop/mug, red.jpg": { "thumbnails": [
            source("100x100/shop/mug%2C%20red.jpg", 100, 50),
            source("60x60/shop/mug%2C%20red.jpg", 60, 30),
        ] },
    });
    assert_eq!(pictures(&env), expected);

    // Fresh ones as well, whether there is an older list or not.
    let list = env.bytes("srcset.json");
    env.make(OPTIONS).ends_with(0).counts(0, 2, 0);
    assert_eq!(env.bytes("srcset.json"), list);
    fs::remove_file(env.path("srcset.json")).unwrap();
    env.make(OPTIONS).ends_with(0).counts(0, 2, 0);
    assert_eq!(env.bytes("srcset.json"), list);
}

#[test]
fn pictures_that_are_gone_leave_the_list_and_those_that_fail_stay() {
    let env = env();
    env.make(OPTIONS).ends_with(0);
    let before = pictures(&env);
    env.file("images/b.jpg", b"broken");
    fs::remove_dir_all(env.path("images/shop")).unwrap();
    env.file("images/new.jpg", b"broken from the first");
    env.make(OPTIONS).ends_with(1);
    assert_eq!(pictures(&env), json!({ "b.jpg": before["b.jpg"] }));
}

#[test]
fn a_run_over_a_list_of_pictures_leaves_the_rest_as_it_is() {
    let env = env();
    env.make(OPTIONS).ends_with(0);
    let before = pictures(&env);
    env.file("images/b.jpg", &jpeg(60, 60, 1));
    env.list(b"b.jpg", &OPTIONS).ends_with(0);
    let after = pictures(&env);
    assert_eq!(after["shop/mug, red.jpg"], before["shop/mug, red.jpg"]);
    assert_eq!(after["b.jpg"]["thumbnails"][0]["width"], 60);
}

#[test]
fn files_of_other_tools_are_not_listed() {
    let env = env();
    env.file("thumbs/60x60/b.jpg", b"mine");
    env.make(OPTIONS).ends_with(0);
    let thumbnails = &pictures(&env)["b.jpg"]["thumbnails"];
    assert_eq!(thumbnails.as_array().unwrap().len(), 1);
}

#[test]
fn only_an_older_list_is_replaced() {
    let env = env();
    env.file("srcset.json", b"{\"mine\":1}");
    env.make(OPTIONS)
        .exits(2)
        .says("srcset.json can't be written: it already exists");
    assert_eq!(env.bytes("srcset.json"), b"{\"mine\":1}");
    assert!(env.names("thumbs").is_empty());
    env.make(["--srcset", "nowhere/srcset.json"])
        .exits(2)
        .says("nowhere/srcset.json can't be written");
}

#[test]
fn a_dry_run_writes_none_and_shards_write_one_each() {
    let env = env();
    env.make(OPTIONS.into_iter().chain(["-n"])).exits(0);
    assert!(!env.path("srcset.json").exists());
    let mut count = 0;
    for shard in ["0/2", "1/2"] {
        env.make(["--shard", shard, "--srcset", "s{shard}.json"])
            .ends_with(0);
        let list: Value =
            serde_json::from_slice(&env.bytes(format!("s{}.json", &shard[..1]))).unwrap();
        count += list["pictures"].as_object().unwrap().len();
    }
    assert_eq!(count, 2);
}

#[test]
fn what_has_come_into_the_lists_place_during_the_run_stays() {
    let env = env();
    let options = ["--files-from", "-", "--srcset", "srcset.json"];
    let mut command = env.command(["images", "thumbs"].iter().chain(&options));
    let mut child = piped(&mut command).stdin(Stdio::piped()).spawn().unwrap();
    let mut list = child.stdin.take().unwrap();
    list.write_all(b"b.jpg\n").unwrap();
    wait_for_a_thumbnail(&env);
    env.file("srcset.json", b"mine");
    drop(list);
    ended(&command, child)
        .ends_with(2)
        .says("srcset.json can't be written: it already exists, and holds something else");
    assert_eq!(env.bytes("srcset.json"), b"mine");
}

#[test]
fn a_folder_for_the_lists_of_shards_is_made() {
    let env = env();
    env.make(["--shard", "0/2", "--srcset", "lists/{shard}.json"])
        .ends_with(0);
    assert_eq!(env.names("lists"), ["0.json"]);
    env.make(["--srcset", "nowhere/srcset.json"]).ends_with(2);
}

#[test]
fn a_placeholder_is_a_thumbhash_of_the_picture() {
    let env = env();
    // A picture of one colour: the hash's average is that colour.
    let orange = image::RgbImage::from_pixel(300, 200, image::Rgb([230, 120, 20]));
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 95)
        .encode_image(&orange)
        .unwrap();
    env.file("images/orange.jpg", &bytes);
    let options = OPTIONS.into_iter().chain(["--placeholder", "thumbhash"]);
    env.make(options.clone()).ends_with(0);
    let list = pictures(&env);
    for name in ["b.jpg", "shop/mug, red.jpg", "orange.jpg"] {
        let hash = list[name]["placeholder"].as_str().expect(name);
        assert!((16..60).contains(&hash.len()), "{name}: {hash}");
    }
    let hash = list["orange.jpg"]["placeholder"].as_str().unwrap();
    let hash = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, hash).unwrap();
    let (red, green, blue, alpha) = thumbhash::thumb_hash_to_average_rgba(&hash).unwrap();
    for (found, expected) in [(red, 230), (green, 120), (blue, 20), (alpha, 255)] {
        let found = (found * 255.0).round() as i32;
        assert!(
            (found - expected).abs() < 12,
            "{red} {green} {blue} {alpha}"
        );
    }
    env.make(options).counts(0, 3, 0);
    assert_eq!(pictures(&env), list);
    env.make(["--placeholder", "thumbhash"])
        .exits(2)
        .says("--srcset");
}
