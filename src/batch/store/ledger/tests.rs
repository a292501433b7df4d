//! What the ledger knows, and what it forgets.

use super::*;
use crate::batch::store::memory::Memory;

fn fact<'a>(source: &'a str, etag: &'a str) -> Fact<'a> {
    Fact {
        source,
        version: "etag=1 length=2",
        thumbnail: source,
        etag,
        settings: "128x128",
    }
}

#[test]
fn what_was_saved_is_known_and_nothing_else() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    let ledger = Ledger::read(&store).unwrap();
    assert!(!ledger.knows(fact("a.jpg", "x")));
    ledger.add(fact("a.jpg", "x"));
    ledger.save(true).unwrap();
    assert_eq!(memory.keys(), ["thumbs/.thumbgen.ledger/000-of-001"]);
    let ledger = Ledger::read(&store).unwrap();
    assert!(ledger.knows(fact("a.jpg", "x")));
    assert!(!ledger.knows(fact("a.jpg", "y")));
    assert!(!ledger.knows(fact("b.jpg", "x")));
    memory.forget_counts();
    ledger.save(true).unwrap();
    assert_eq!(memory.requests(), 0, "nothing new was written");
}

#[test]
fn what_is_damaged_is_not_in_it_and_is_replaced() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    let key = "thumbs/.thumbgen.ledger/000-of-001";
    let sound = to_bytes(&[fact("a.jpg", "x").entry()]);
    for bytes in [
        Vec::new(),
        sound[..sound.len() - 1].to_vec(),
        [b"thumbgen ledger 2\n", &sound[HEADER.len()..]].concat(),
        sound.iter().map(|byte| byte ^ 1).collect(),
        vec![0; LONGEST as usize + 1],
    ] {
        memory.insert(key, bytes);
        let ledger = Ledger::read(&store).unwrap();
        assert!(!ledger.knows(fact("a.jpg", "x")));
        ledger.add(fact("b.jpg", "x"));
        ledger.save(true).unwrap();
        assert!(Ledger::read(&store).unwrap().knows(fact("b.jpg", "x")));
    }
    memory.insert(key, sound);
    assert!(Ledger::read(&store).unwrap().knows(fact("a.jpg", "x")));
}

#[test]
fn two_runs_at_once_keep_what_both_have_seen() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    let (one, other) = (Ledger::read(&store).unwrap(), Ledger::read(&store).unwrap());
    one.add(fact("a.jpg", "x"));
    other.add(fact("b.jpg", "x"));
    one.save(true).unwrap();
    other.save(true).unwrap();
    let both = Ledger::read(&store).unwrap();
    assert!(both.knows(fact("a.jpg", "x")) && both.knows(fact("b.jpg", "x")));
}

#[test]
fn what_whole_runs_have_not_asked_for_goes_when_it_is_most_of_the_ledger() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    let save = |asked: &[&str], new: &str, all: bool| {
        let ledger = Ledger::read(&store).unwrap();
        for source in asked {
            assert!(ledger.knows(fact(source, "x")), "{source}");
        }
        ledger.add(fact(new, "x"));
        ledger.save(all).unwrap();
    };
    save(&[], "a.jpg", true);
    save(&["a.jpg"], "b.jpg", true);
    save(&["b.jpg"], "c.jpg", false);
    save(&["a.jpg"], "d.jpg", true);
    let known = |keys: [&str; 5]| {
        let ledger = Ledger::read(&store).unwrap();
        keys.map(|key| ledger.knows(fact(key, "x")))
    };
    let keys = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"];
    // Another run may need b and c: they are as many as this one needs.
    assert_eq!(known(keys), [true, true, true, true, false]);
    save(&[], "e.jpg", true);
    assert_eq!(known(keys), [false, false, false, false, true]);
}

#[test]
fn many_entries_are_in_many_objects_and_few_of_them_are_written_again() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    let names: Vec<String> = (0..20_000).map(|number| format!("{number}.jpg")).collect();
    let ledger = Ledger::read(&store).unwrap();
    for name in &names {
        ledger.add(fact(name, "x"));
    }
    ledger.save(true).unwrap();
    assert_eq!(memory.keys().len(), 8);
    let ledger = Ledger::read(&store).unwrap();
    assert!(names.iter().all(|name| ledger.knows(fact(name, "x"))));
    ledger.add(fact("another.jpg", "x"));
    memory.forget_counts();
    ledger.save(true).unwrap();
    assert_eq!(memory.requests(), 1);
    // With far fewer entries there are fewer objects.
    let ledger = Ledger::read(&store).unwrap();
    ledger.add(fact("last.jpg", "x"));
    ledger.save(true).unwrap();
    assert_eq!(memory.keys().len(), 1);
    assert!(Ledger::read(&store).unwrap().knows(fact("last.jpg", "x")));
}

#[test]
fn every_entry_is_in_one_object() {
    let entries: Vec<u64> = (0..=255).map(|byte| byte << 56 | 7).collect();
    for count in [1, 2, 8, 256] {
        let parts: Vec<u64> = (0..count)
            .flat_map(|number| part(&entries, number, count).to_vec())
            .collect();
        assert_eq!(parts, entries, "{count}");
    }
}
