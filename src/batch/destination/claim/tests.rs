//! Claims in a store in memory.

use std::num::NonZeroU32;

use super::own::TERM;
use super::*;
use crate::batch::shard::Shard;
use crate::batch::store::memory::Memory;

fn shard(index: u32) -> Claim {
    let count = NonZeroU32::new(2).unwrap();
    Claim::Shard(Shard { index, count })
}

fn try_it(store: &Store, what: Claim) -> Claiming {
    claim(store, what, Wait::No, &Stop::default()).unwrap()
}

#[test]
fn a_run_of_the_whole_tree_is_alone_and_shards_are_not() {
    let store = Memory::new().store("s3://shop/thumbs");
    let whole = try_it(&store, Claim::Whole);
    assert!(matches!(whole, Claiming::Held(_)));
    for other in [Claim::Whole, shard(0), Claim::List] {
        let busy = try_it(&store, other);
        let Claiming::Busy(Some(holder)) = busy else {
            panic!("{other:?}: {busy:?}");
        };
        assert!(holder.contains(&std::process::id().to_string()), "{holder}");
    }
    drop(whole);
    let held = [shard(0), shard(1), Claim::List].map(|other| try_it(&store, other));
    assert!(
        held.iter().all(|held| matches!(held, Claiming::Held(_))),
        "{held:?}"
    );
    assert!(matches!(try_it(&store, Claim::Whole), Claiming::Busy(_)));
    assert!(matches!(try_it(&store, shard(1)), Claiming::Busy(_)));
    drop(held);
    assert!(matches!(try_it(&store, Claim::Whole), Claiming::Held(_)));
}

#[test]
fn nothing_is_left_behind() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    let whole = try_it(&store, Claim::Whole);
    assert_eq!(memory.keys(), ["thumbs/.thumbgen.claim/whole"]);
    let busy = [try_it(&store, Claim::Whole), try_it(&store, shard(0))];
    assert_eq!(memory.keys(), ["thumbs/.thumbgen.claim/whole"]);
    drop((whole, busy));
    assert_eq!(memory.keys(), [""; 0]);
}

#[test]
fn what_another_run_has_taken_over_is_left_to_it() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    let held = try_it(&store, Claim::Whole);
    memory.insert("thumbs/.thumbgen.claim/whole", b"another run's".to_vec());
    drop(held);
    assert_eq!(memory.keys(), ["thumbs/.thumbgen.claim/whole"]);
}

#[test]
fn a_run_that_renews_its_claim_is_not_taken_over_by_one_that_has_looked_before() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    let [mut own, mut other] = [Claim::Whole; 2].map(|claim| Own::new(&store, claim));
    assert!(own.write(None).unwrap());
    let looked = own.head.clone();
    for _ in 0..12 {
        let holder = holder_of(&store, &own.key);
        assert!(own.renew());
        assert_eq!(holder_of(&store, &own.key), holder);
        assert!(!other.write(looked.as_ref()).unwrap());
    }
    assert!(own.renew());
}

#[test]
fn a_renewal_whose_answer_was_lost_is_known_again() {
    let store = Memory::new().store("s3://shop/thumbs");
    let mut own = Own::new(&store, Claim::Whole);
    assert!(own.write(None).unwrap());
    let before = own.head.clone();
    assert!(own.renew());
    own.head = before;
    assert!(own.renew() && own.renew());
}

#[test]
fn that_another_run_has_taken_a_claim_over_is_told_once() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    for (others, told) in [
        (
            &b"process 7 on mars\n0\n"[..],
            "another run, process 7 on mars",
        ),
        (b"", "another run"),
    ] {
        let held = held(&store, Claim::Whole, Duration::from_millis(1));
        assert_eq!(held.take_loss(), None);
        memory.insert("thumbs/.thumbgen.claim/whole", others.to_vec());
        let start = Instant::now();
        let loss = loop {
            assert!(start.elapsed() < Duration::from_secs(60), "not seen");
            if let Some(loss) = held.take_loss() {
                break loss;
            }
        };
        assert_eq!(loss, told);
        drop(held);
        assert_eq!(memory.keys(), ["thumbs/.thumbgen.claim/whole"]);
        memory.remove("thumbs/.thumbgen.claim/whole");
    }
}

#[test]
fn a_run_that_asks_for_the_time_is_in_nobodys_way() {
    let memory = Memory::new();
    let store = memory.store("s3://shop/thumbs");
    memory.insert("thumbs/.thumbgen.time/0123456789abcdef", Vec::new());
    let whole = try_it(&store, Claim::Whole);
    assert!(matches!(whole, Claiming::Held(_)), "{whole:?}");
}

#[test]
fn what_a_dead_run_left_is_taken_over_after_its_term() {
    for (left, next) in [
        ("whole", Claim::Whole),
        ("shard-0-of-2", Claim::Whole),
        ("whole", shard(0)),
    ] {
        let memory = Memory::new();
        let store = memory.store("s3://shop/thumbs");
        memory.insert(&format!("thumbs/.thumbgen.claim/{left}"), b"dead".to_vec());
        memory.pass(TERM);
        let busy = try_it(&store, next);
        assert!(matches!(busy, Claiming::Busy(_)), "{left}: {busy:?}");
        memory.pass(1);
        let held = try_it(&store, next);
        assert!(matches!(held, Claiming::Held(_)), "{left}: {held:?}");
        assert_eq!(memory.keys().len(), 1, "{left}");
    }
}
