//! What listings meet, and what they cost.

use super::*;
use crate::batch::store::memory::Memory;

fn keys(store: &Store) -> Vec<String> {
    let met = Listing::new(store, &Stop::default()).map(|met| match met.unwrap() {
        Met::Object(object) => object.key,
        Met::BadKey(key, _) => format!("bad {key}"),
    });
    met.collect()
}

#[test]
fn keys_come_in_order_whatever_the_folders() {
    let memory = Memory::new();
    let mut expected = Vec::new();
    for folder in 0..30 {
        for number in 0..150 {
            expected.push(format!("{folder}/{number} ä%&.jpg"));
            expected.push(format!("{folder}-{number}.jpg"));
        }
    }
    for key in &expected {
        memory.insert(&format!("images/{key}"), Vec::new());
    }
    memory.insert("images-of-others/a.jpg", Vec::new());
    memory.insert("zebra/a.jpg", Vec::new());
    expected.sort_unstable();
    assert_eq!(keys(&memory.store("s3://shop/images")), expected);
    // 9 pages of 1000, one more for each stretch, and one to find them.
    let requests = memory.requests();
    assert!((9..=14).contains(&requests), "{requests}");
    assert_eq!(keys(&memory.store("s3://shop")).len(), expected.len() + 2);
}

#[test]
fn a_key_that_cannot_be_asked_for_is_told_and_hides_no_other() {
    let counts = [1, 5, 999, 1000, 1001, 2500];
    let each = |store| counts.map(|count| (store, count));
    for (store, count) in ["s3", "az"].into_iter().flat_map(each) {
        let memory = Memory::new();
        for number in 0..count {
            memory.insert(&format!("images/{number:04}.jpg"), Vec::new());
        }
        for bad in [
            "images//a.jpg",
            "images/0500/../a.jpg",
            "images/0500//b.jpg",
            "images/z//c.jpg",
        ] {
            memory.insert(bad, Vec::new());
        }
        let keys = keys(&memory.store(&format!("{store}://shop/images")));
        let bad: Vec<_> = keys.iter().filter(|key| key.starts_with("bad ")).collect();
        assert_eq!(
            bad,
            [
                "bad /a.jpg",
                "bad 0500/../a.jpg",
                "bad 0500//b.jpg",
                "bad z//c.jpg"
            ]
        );
        assert_eq!(keys.len(), count + 4);
    }
}

#[test]
fn a_bad_key_where_a_listing_is_cut_is_told_once() {
    let memory = Memory::new();
    for folder in ["a", "b", "c"] {
        memory.insert(&format!("images/{folder}/1.jpg"), Vec::new());
        memory.insert(&format!("images/{folder}/2//3.jpg"), Vec::new());
    }
    let keys = keys(&memory.store("s3://shop/images"));
    let expected = [
        "a/1.jpg",
        "bad a/2//3.jpg",
        "b/1.jpg",
        "bad b/2//3.jpg",
        "c/1.jpg",
        "bad c/2//3.jpg",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn many_folders_are_listed_side_by_side_and_in_order() {
    for folders in [7, 300, 2500] {
        let memory = Memory::new();
        let count = 40_000;
        let key = |number| format!("{:04}/{number:05}.jpg", number * folders / count);
        for number in 0..count {
            memory.insert(&format!("deep/images/{}", key(number)), Vec::new());
        }
        let keys = keys(&memory.store("s3://shop/deep"));
        let is_next = |(number, met): (usize, &String)| *met == format!("images/{}", key(number));
        assert!(keys.len() == count && keys.iter().enumerate().all(is_next));
        let requests = memory.requests();
        assert!((40..=60).contains(&requests), "{folders}: {requests}");
    }
}

#[test]
fn a_key_that_begins_with_a_slash_is_told_and_hides_no_other() {
    for few in [true, false] {
        let memory = Memory::new();
        let mut expected = vec!["bad /b//2.jpg", "bad /b/1.jpg", "bad /zzz.jpg"];
        let plain = ["!.jpg", "0.jpg", "A.jpg", "a/1.jpg", "b/1.jpg", "zzz.jpg"];
        expected.extend(plain);
        for key in plain.iter().chain(&["/zzz.jpg", "/b/1.jpg", "/b//2.jpg"]) {
            memory.insert(key, Vec::new());
        }
        let store = memory.store("s3://shop");
        if !few {
            for number in 0..3000 {
                memory.insert(&format!("{}/{number}.txt", number % 100), Vec::new());
            }
        }
        let mut keys = keys(&store);
        keys.retain(|key| !key.ends_with("txt"));
        assert_eq!(keys, expected);
    }
}

#[test]
fn a_listing_ends_when_it_is_stopped() {
    let memory = Memory::new();
    for number in 0..5000 {
        memory.insert(&format!("images/{number}.txt"), Vec::new());
    }
    let stop = Stop::default();
    let mut listing = Listing::new(&memory.store("s3://shop/images"), &stop);
    assert!(listing.next().is_some());
    stop.set();
    assert!(listing.count() <= PAGE);
}

#[test]
fn a_key_whose_end_the_crate_drops_is_told() {
    let memory = Memory::new();
    for key in [
        "images/a.jpg",
        "images/a.jpg/",
        "images/b/",
        "images/b/c.jpg",
    ] {
        memory.insert(key, Vec::new());
    }
    let keys = keys(&memory.store("s3://shop/images"));
    assert_eq!(keys, ["a.jpg", "bad a.jpg", "b", "b/c.jpg"]);
}
