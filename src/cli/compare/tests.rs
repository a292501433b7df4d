//! What the texts say of fixed figures.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::evaluate::Work;
use super::*;
use crate::batch::cpu_time::CpuTime;
use crate::batch::execute::Strategy;
use crate::batch::stage::{Stage, StageTimes};

pub(super) const MS: Duration = Duration::from_millis(1);

/// A round of `real`, `user` and `sys` ms, with the workers' time spent as in practice.
fn round(jobs: u32, real: u32, user: u32, sys: u32) -> Measured {
    let busy = MS * real * jobs * 98 / 100;
    let mut times = StageTimes::default();
    for (stage, percent) in [
        (Stage::Freshness, 1),
        (Stage::Read, 5),
        (Stage::Decode, 60),
        (Stage::Resize, 14),
        (Stage::Encode, 13),
        (Stage::Write, 7),
    ] {
        times.add(stage, busy * percent / 100);
    }
    Measured {
        elapsed: MS * real,
        cpu: CpuTime {
            user: MS * user,
            sys: MS * sys,
        },
        times,
        bytes_read: 27_000_000,
    }
}

fn contender(strategy: Strategy, jobs: u32) -> Contender {
    let jobs = NonZeroUsize::new(jobs as usize).unwrap();
    Contender { strategy, jobs }
}

/// Three rounds, the one in the middle being `real`.
pub(super) fn rounds(
    strategy: Strategy,
    jobs: u32,
    [real, user, sys]: [u32; 3],
) -> (Contender, Vec<Measured>) {
    let rounds = [real + 9, real, real - 4].map(|real| round(jobs, real, user, sys));
    (contender(strategy, jobs), rounds.to_vec())
}

pub(super) fn comparison(measured: &[(Contender, Vec<Measured>)]) -> Comparison {
    let work = Work {
        pictures: 250,
        failed: 2,
        bytes: 27_000_000,
        cores: NonZeroUsize::new(2).unwrap(),
    };
    Comparison::new(work, measured)
}

pub(super) fn fixed() -> Comparison {
    comparison(&[
        rounds(Strategy::Seq, 1, [270, 250, 18]),
        rounds(Strategy::Threads, 1, [274, 251, 20]),
        rounds(Strategy::Threads, 2, [142, 255, 22]),
        rounds(Strategy::Threads, 4, [152, 258, 25]),
        rounds(Strategy::Rayon, 1, [275, 251, 20]),
        rounds(Strategy::Rayon, 2, [138, 252, 21]),
        rounds(Strategy::Rayon, 4, [143, 256, 24]),
    ])
}

#[test]
fn table_fits_a_usual_terminal() {
    assert_eq!(text(&fixed(), 80), include_str!("tests/table-80.txt"));
}

#[test]
fn table_is_broken_up_for_a_narrow_terminal() {
    assert_eq!(text(&fixed(), 40), include_str!("tests/table-40.txt"));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in 30..200 {
        for line in text(&fixed(), columns).lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn every_figure_is_told_however_narrow_the_terminal() {
    let words = |columns| {
        let text = text(&fixed(), columns);
        let mut words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
        words.retain(|word| !word.starts_with('='));
        words.sort_unstable();
        words.dedup();
        words
    };
    let mut wide = words(200);
    wide.retain(|word| word != "/s");
    let mut narrow = words(30);
    narrow.retain(|word| word != "/s");
    assert_eq!(narrow, wide);
}

#[test]
fn shares_add_up_to_all_of_the_workers_time() {
    for figures in fixed().contenders {
        let sum: f64 = figures.shares.iter().map(|(_, share)| share).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }
}

#[test]
fn json_holds_the_figures() {
    let json = serde_json::to_value(fixed()).unwrap();
    assert_eq!(json["pictures"], 250);
    assert_eq!(json["failed"], 2);
    assert_eq!(json["rounds"], 3);
    let names: Vec<_> = json["variants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|contender| {
            format!(
                "{} {}",
                contender["strategy"].as_str().unwrap(),
                contender["jobs"]
            )
        })
        .collect();
    assert_eq!(
        names,
        [
            "seq 1",
            "threads 1",
            "threads 2",
            "threads 4",
            "rayon 1",
            "rayon 2",
            "rayon 4"
        ]
    );
    let rayon = &json["variants"][5];
    assert_eq!(rayon["fastest"], true);
    assert_eq!(rayon["real_s"]["median"], 0.138);
    assert_eq!(rayon["real_s"]["min"], 0.134);
    assert_eq!(rayon["real_s"]["max"], 0.147);
    assert_eq!(rayon["user_s"], 0.252);
    assert!((rayon["speed_up"].as_f64().unwrap() - 270.0 / 138.0).abs() < 1e-9);
    assert!((rayon["cores_busy"].as_f64().unwrap() - 273.0 / 138.0).abs() < 1e-9);
    assert!((rayon["shares"]["decode"].as_f64().unwrap() - 0.588).abs() < 1e-3);
    let equal = |number: usize| json["variants"][number]["equal"].as_bool().unwrap();
    assert_eq!([0, 2, 3, 5, 6].map(equal), [false, true, false, true, true]);
    assert!(json["advice"].as_str().unwrap().starts_with("Equal here "));
}

#[test]
fn advice_follows_from_the_figures() {
    let seq = rounds(Strategy::Seq, 1, [270, 250, 18]);
    for (others, expected) in [
        (
            vec![rounds(Strategy::Rayon, 2, [320, 260, 22])],
            "Best here: seq, no threads needed; rayon with 2 jobs is 19% slower: its core is busy, not the disk.",
        ),
        (
            vec![rounds(Strategy::Rayon, 2, [140, 255, 22])],
            "Best here: rayon with 2 jobs, 1.93 times as fast as seq: the cores are busy, not the disk.",
        ),
        (
            vec![
                rounds(Strategy::Rayon, 2, [200, 255, 22]),
                rounds(Strategy::Rayon, 4, [240, 255, 22]),
            ],
            "Best here: rayon with 2 jobs, 1.35 times as fast as seq; 4 jobs are 20% slower: \
             other programs use the cores too (31% of the time).",
        ),
    ] {
        let measured: Vec<_> = std::iter::once(seq.clone()).chain(others).collect();
        assert_eq!(comparison(&measured).advice, expected);
    }
}

#[test]
fn what_differs_by_noise_is_equal_and_the_default_is_recommended() {
    // Rayon's median is the least, but its rounds reach into those of threads.
    assert_eq!(
        fixed().advice,
        "Equal here but for noise: threads with 2 jobs, rayon with 2 or 4 jobs. Take the default, threads with 2 jobs, \
         1.90 times as fast as seq; 4 jobs are 7% slower: the cores are busy, not the disk."
    );
    let seq = rounds(Strategy::Seq, 1, [270, 250, 18]);
    for (others, expected) in [
        (
            vec![
                rounds(Strategy::Threads, 2, [272, 260, 22]),
                rounds(Strategy::Threads, 4, [274, 260, 22]),
                rounds(Strategy::Threads, 8, [275, 260, 22]),
                rounds(Strategy::Rayon, 2, [268, 260, 22]),
            ],
            "Equal here but for noise: seq, threads with 2, 4 or 8 jobs, rayon with 2 jobs. \
             Take the default, threads with 2 jobs: ",
        ),
        // Where the default was not measured, or is slower: as few jobs as are enough.
        (
            vec![
                rounds(Strategy::Threads, 2, [170, 260, 22]),
                rounds(Strategy::Threads, 4, [141, 260, 22]),
                rounds(Strategy::Rayon, 8, [140, 260, 22]),
            ],
            "Equal here but for noise: threads with 4 jobs, rayon with 8 jobs. Take threads with 4 jobs, \
             1.91 times as fast as seq: ",
        ),
    ] {
        let measured: Vec<_> = std::iter::once(seq.clone()).chain(others).collect();
        let advice = comparison(&measured).advice;
        assert!(advice.starts_with(expected), "{advice}");
    }
}

#[test]
fn one_disturbed_round_makes_nothing_equal_that_takes_far_longer() {
    let mut disturbed = rounds(Strategy::Threads, 2, [140, 255, 22]);
    disturbed.1[0].elapsed = MS * 400;
    let compared = comparison(&[rounds(Strategy::Seq, 1, [270, 250, 18]), disturbed]);
    assert!(!compared.contenders[0].equal, "{compared:?}");
    assert!(
        compared
            .advice
            .starts_with("Best here: threads with 2 jobs, "),
        "{}",
        compared.advice
    );
}

#[test]
fn advice_names_the_disk_where_it_is_the_limit() {
    let mut slow = round(2, 400, 255, 22);
    slow.times.add(Stage::Read, MS * 400);
    let seq = rounds(Strategy::Seq, 1, [700, 250, 18]);
    let advice = comparison(&[seq, (contender(Strategy::Threads, 2), vec![slow])]).advice;
    assert!(
        advice.contains("reading and writing hold the workers up"),
        "{advice}"
    );
}
