//! Whole runs in memory: what is fresh, and how many requests it takes to know.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::memory::Memory;
use super::{Fact, Ledger, Refusal, Span};
use crate::batch::destination::claim::held;
use crate::batch::destination::lock::Claim;
use crate::batch::destination::object::Bucket;
use crate::batch::ends::Ends;
use crate::batch::freshness::{Etag, Fingerprint, SourceVersion};
use crate::batch::observer::{Event, Observer};
use crate::batch::ready::Ready;
use crate::batch::run::Ran;
use crate::batch::settings::Batch;
use crate::batch::stop::Stop;
use crate::picture::{Options, Thumbnailer, Variant};

/// Runs over `s3://shop/images` and `s3://shop/thumbs` in `memory`.
fn run(memory: &Memory, batch: &Batch) -> Ran {
    let stop = Stop::default();
    let ran = ready(memory, batch, &stop).run(&()).unwrap();
    assert!(ran.finished, "{:?}", ran.ended_by);
    ran
}

fn ready<'a>(memory: &Memory, batch: &'a Batch, stop: &'a Stop) -> Ready<'a> {
    let dest = memory.store("s3://shop/thumbs");
    let bucket = Bucket {
        ledger: Ledger::read(&dest).unwrap(),
        store: dest,
        root: batch.dest.clone(),
        cache_control: None,
    };
    let ends = Ends {
        source: Some(memory.store("s3://shop/images")),
        dest: Some(Arc::new(bucket)),
        ..Ends::default()
    };
    Ready::with_ends(batch, ends, stop)
}

fn batch() -> Batch {
    Batch::new("s3://shop/images", "s3://shop/thumbs")
}

fn picture() -> Vec<u8> {
    std::fs::read("testdata/pictures/small/icon.jpg").unwrap()
}

#[test]
fn a_run_over_fresh_thumbnails_takes_few_requests() {
    for (pictures, requests) in [
        (1_000, 10),
        (10_000, 50),
        (100_000, 400),
        (1_000_000, 2_500),
    ] {
        let counts = requests_of_a_run_over_fresh_thumbnails(pictures);
        let kinds: Vec<_> = counts.keys().copied().collect();
        assert_eq!(kinds, ["GET", "LIST"], "{pictures}: {counts:?}");
        let all = counts.values().sum::<u64>();
        assert!(all <= requests, "{pictures}: {counts:?}");
        println!("{pictures} pictures: {counts:?}");
    }
}

fn requests_of_a_run_over_fresh_thumbnails(pictures: u64) -> BTreeMap<&'static str, u64> {
    let memory = Memory::new();
    let settings = Fingerprint::of(&Options::default(), &Variant::default()).to_string();
    let ledger = Ledger::read(&memory.store("s3://shop/thumbs")).unwrap();
    for number in 0..pictures {
        let key = format!("{:03}/{number}.jpg", number % 1000);
        let etag = memory.insert(&format!("images/{key}"), Vec::new());
        let thumbnail = memory.insert(&format!("thumbs/{key}"), Vec::new());
        let mut version = String::new();
        SourceVersion::Object { etag, length: 0 }.write_fields(&mut version);
        ledger.add(Fact {
            source: &key,
            version: &version,
            thumbnail: &key,
            etag: &Etag(&thumbnail).to_string(),
            settings: &settings,
        });
    }
    ledger.save(true).unwrap();
    memory.forget_counts();
    let ran = run(&memory, &batch());
    assert_eq!(ran.totals.counts.fresh, pictures);
    memory.counts()
}

#[test]
fn a_lost_ledger_costs_requests_and_no_wrong_answer() {
    let memory = Memory::new();
    for number in 0..50 {
        memory.insert(&format!("images/{number}.jpg"), picture());
    }
    assert_eq!(run(&memory, &batch()).totals.counts.made, 50);
    for key in memory.keys().iter().filter(|key| key.contains("ledger")) {
        memory.remove(key);
    }
    memory.insert("images/7.jpg", [picture(), vec![0]].concat());
    memory.forget_counts();
    let counts = run(&memory, &batch()).totals.counts;
    assert_eq!((counts.made, counts.fresh), (1, 49));
    assert_eq!(memory.counts()["HEAD"], 50);
    memory.forget_counts();
    assert_eq!(run(&memory, &batch()).totals.counts.fresh, 50);
    assert_eq!(memory.counts().get("HEAD"), None);
}

#[test]
fn large_progressive_pictures_are_read_as_far_as_needed() {
    let side: u16 = 2400;
    let noise = (0..3 * u64::from(side).pow(2)).map(|i| (i * i % 251) as u8);
    let noise: Vec<u8> = noise.collect();
    let picture = |progressive| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
        encoder.set_progressive(progressive);
        let colours = jpeg_encoder::ColorType::Rgb;
        encoder.encode(&noise, side, side, colours).unwrap();
        bytes
    };
    for progressive in [true, false] {
        let memory = Memory::new();
        let picture = picture(progressive);
        let length = picture.len() as u64;
        memory.insert("images/a.jpg", picture.clone());
        let totals = run(&memory, &batch()).totals;
        assert_eq!(totals.counts.made, 1);
        let read = totals.bytes_read;
        assert_eq!(read < length / 2, progressive, "{read} of {length}");
        let mut thumbnailer = Thumbnailer::new(Options::default());
        let whole = thumbnailer.thumbnail(&picture[..], &Variant::default());
        let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap();
        let got = memory
            .store("s3://shop/thumbs")
            .get("a.jpg", Span::Whole { most: length }, None);
        assert_eq!(pixels(&got.unwrap().bytes), pixels(&whole.unwrap().bytes));
    }
}

/// What a run has warned of.
#[derive(Default)]
struct Warnings(Mutex<Vec<String>>);

impl Observer for Warnings {
    fn event(&self, event: Event<'_>) {
        if let Event::Warning(warning) = event {
            self.0.lock().unwrap().push(warning.to_string());
        }
    }
}

#[test]
fn a_run_whose_claim_was_taken_over_says_so_once_and_goes_on() {
    let memory = Memory::new();
    for number in 0..50 {
        memory.insert(&format!("images/{number}.jpg"), picture());
    }
    let (batch, stop) = (batch(), Stop::default());
    let claim = held(
        &memory.store("s3://shop/thumbs"),
        Claim::Whole,
        Duration::from_millis(1),
    );
    let others = "process 7 on mars\n0123456789abcdef\n";
    memory.insert("thumbs/.thumbgen.claim/whole", others.into());
    memory.forget_counts();
    // It looks at what is there, and then whose that is.
    while memory.counts().get("GET") < Some(&2) {
        thread::sleep(Duration::from_millis(1));
    }
    let warnings = Warnings::default();
    let ready = ready(&memory, &batch, &stop).with_claim(claim);
    let ran = ready.run(&warnings).unwrap();
    assert!(ran.finished && ran.totals.counts.made == 50);
    assert_eq!(
        *warnings.0.lock().unwrap(),
        [
            "s3://shop/thumbs was taken over by another run, process 7 on mars, as this run's claim had run out; \
             going on, as both make the same"
        ]
    );
    assert!(
        memory
            .keys()
            .contains(&"thumbs/.thumbgen.claim/whole".into())
    );
}

#[test]
fn more_than_was_asked_for_is_not_read() {
    let memory = Memory::new();
    memory.insert("images/a.jpg", vec![1; 1000]);
    let store = memory.store("s3://shop/images");
    let whole = |most| store.get("a.jpg", Span::Whole { most }, None);
    assert_eq!(whole(1000).unwrap().bytes.len(), 1000);
    let too_long = whole(999).unwrap_err();
    assert_eq!(too_long.refusal, Refusal::OtherLength);
    assert_eq!(
        too_long.to_string(),
        "1000 bytes came where there should be 999"
    );
    memory.send_too_much("images/a.jpg");
    for (span, text) in [
        (
            Span::Whole { most: 1000 },
            "2000 bytes came where there should be 1000",
        ),
        (
            Span::Whole { most: 2999 },
            "3000 bytes came where there should be 2999",
        ),
        (Span::Part(10..20), "20 bytes came where there should be 10"),
    ] {
        let error = store.get("a.jpg", span, None).unwrap_err();
        assert_eq!(error.to_string(), text);
    }
    let begun = vec![0; 7];
    let onto = store.get_onto("a.jpg", Span::Part(7..20), None, begun);
    assert_eq!(
        onto.unwrap_err().to_string(),
        "33 bytes came where there should be 20"
    );
}

#[test]
fn what_is_foreign_or_replaced_or_set_otherwise_is_seen() {
    let memory = Memory::new();
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        memory.insert(&format!("images/{name}"), picture());
    }
    memory.insert("thumbs/a.jpg", b"mine".to_vec());
    let counts = run(&memory, &batch()).totals.counts;
    assert_eq!((counts.made, counts.kept), (2, 1));
    // A picture that is another one now, of the same length.
    let [one, other] = [0, 1].map(|last| [picture(), vec![last]].concat());
    memory.insert("images/c.jpg", one);
    assert_eq!(run(&memory, &batch()).totals.counts.made, 1);
    memory.insert("images/c.jpg", other);
    let counts = run(&memory, &batch()).totals.counts;
    assert_eq!((counts.made, counts.fresh), (1, 1));
    // A thumbnail that is another one now, with the same key.
    memory.insert("thumbs/b.jpg", b"mine, too".to_vec());
    let counts = run(&memory, &batch()).totals.counts;
    assert_eq!((counts.fresh, counts.kept), (1, 2));
    let small = batch().with_variants(vec![Variant::new("32".parse().unwrap())]);
    let counts = run(&memory, &small).totals.counts;
    assert_eq!((counts.made, counts.kept), (1, 2));
    let counts = run(&memory, &batch().with_replace_foreign(true))
        .totals
        .counts;
    assert_eq!((counts.made, counts.kept), (3, 0));
}

#[test]
fn only_thumbnails_of_ours_without_a_picture_are_pruned() {
    let memory = Memory::new();
    for name in ["a.jpg", "b/c.jpg", ".hidden.jpg"] {
        memory.insert(&format!("images/{name}"), picture());
    }
    let mut all = batch();
    all.walk.hidden = true;
    assert_eq!(run(&memory, &all).totals.counts.made, 3);
    memory.insert("thumbs/foreign.jpg", b"mine".to_vec());
    memory.remove("images/b/c.jpg");
    let pruned = batch().with_prune(true);
    let dry = run(&memory, &pruned.clone().with_dry_run(true))
        .totals
        .counts;
    assert_eq!(dry.would_prune, 1);
    assert_eq!(run(&memory, &pruned).totals.counts.pruned, 1);
    let keys = memory.keys();
    let left = keys
        .iter()
        .filter(|key| key.starts_with("thumbs/") && key.ends_with("jpg"));
    let left: Vec<_> = left.collect();
    assert_eq!(
        left,
        ["thumbs/.hidden.jpg", "thumbs/a.jpg", "thumbs/foreign.jpg"]
    );
    // No picture at all: SOURCE may be the wrong one.
    for key in ["images/a.jpg", "images/.hidden.jpg"] {
        memory.remove(key);
    }
    memory.insert("images/readme.txt", Vec::new());
    assert_eq!(run(&memory, &pruned).totals.counts.pruned, 0);
}

#[test]
fn pruning_asks_for_no_picture_that_was_listed() {
    let memory = Memory::new();
    let mut png = Vec::new();
    let picture = image::DynamicImage::new_rgb8(16, 12);
    let format = image::ImageFormat::Png;
    picture
        .write_to(&mut std::io::Cursor::new(&mut png), format)
        .unwrap();
    for number in 0..50 {
        // Of `7.png.jpg` could be a JPEG of that name, too.
        memory.insert(&format!("images/{number}.png"), png.clone());
    }
    let pruned = batch().with_prune(true);
    assert_eq!(run(&memory, &pruned).totals.counts.made, 50);
    memory.forget_counts();
    assert_eq!(run(&memory, &pruned).totals.counts.fresh, 50);
    assert_eq!(memory.counts().get("HEAD"), None);
    memory.remove("images/7.png");
    memory.forget_counts();
    assert_eq!(run(&memory, &pruned).totals.counts.pruned, 1);
    // Both pictures that it may have been of, and whose it is.
    assert_eq!(memory.counts()["HEAD"], 3);
}

#[test]
fn nothing_is_pruned_if_not_all_of_source_could_be_told() {
    let memory = Memory::new();
    for number in 0..1500 {
        memory.insert(&format!("images/{number}.jpg"), picture());
    }
    let pruned = batch().with_prune(true);
    assert_eq!(run(&memory, &pruned).totals.counts.made, 1500);
    memory.remove("images/7.jpg");
    memory.insert("images/a//b.jpg", picture());
    let counts = run(&memory, &pruned).totals.counts;
    assert_eq!((counts.failed, counts.pruned), (1, 0));

    memory.remove("images/a//b.jpg");
    memory.cut_listing_short("images/");
    let stop = Stop::default();
    let ran = ready(&memory, &pruned, &stop).run(&()).unwrap();
    let ended_by = ran.ended_by.unwrap().to_string();
    assert!(ended_by.contains("the listing broke off"), "{ended_by}");
    assert_eq!(ran.totals.counts.pruned, 0);
    assert!(memory.keys().contains(&"thumbs/7.jpg".to_owned()));
}

#[test]
fn thumbnails_behind_a_listing_that_broke_off_are_asked_for() {
    let memory = Memory::new();
    for number in 0..1500 {
        memory.insert(&format!("images/{number}.jpg"), picture());
    }
    assert_eq!(run(&memory, &batch()).totals.counts.made, 1500);
    memory.cut_listing_short("thumbs/");
    memory.forget_counts();
    let (batch, stop, warnings) = (batch(), Stop::default(), Warnings::default());
    let ran = ready(&memory, &batch, &stop).run(&warnings).unwrap();
    assert_eq!(ran.totals.counts.fresh, 1500);
    assert!((500..1500).contains(&memory.counts()["HEAD"]));
    let warnings = warnings.0.lock().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("the listing broke off"),
        "{warnings:?}"
    );
}

#[test]
fn shards_make_all_of_it_together_and_share_a_ledger() {
    let memory = Memory::new();
    for number in 0..60 {
        memory.insert(&format!("images/{number}.jpg"), picture());
    }
    let shard = |index| crate::batch::shard::Shard::new(index, 3).unwrap();
    let made: u64 = (0..3)
        .map(|index| {
            run(&memory, &batch().with_shard(shard(index)))
                .totals
                .counts
                .made
        })
        .sum();
    assert_eq!(made, 60);
    memory.forget_counts();
    assert_eq!(run(&memory, &batch()).totals.counts.fresh, 60);
    assert_eq!(memory.counts().get("HEAD"), None);
}
