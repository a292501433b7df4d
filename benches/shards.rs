//! How evenly paths fall into shards, and what it costs that every shard walks the whole tree. No pictures are decoded.
//!
//! ```text
//! cargo bench --bench shards [-- PATHS FILES]
//! ```
//!
//! The balance is that of PATHS made-up paths (10 million) of three kinds: numbered, by date, and by the beginning of
//! the name, as shops keep them. The walk is over a temporary tree of FILES empty files (200,000).
#![allow(clippy::print_stdout)]

use std::fs::{self, File};
use std::path::Path;
use std::time::Instant;

use thumbgen::batch::shard::{Shard, hash};
use thumbgen::batch::walk::{WalkOptions, walk};

const SHARDS: [u32; 3] = [16, 256, 4096];
const PER_FOLDER: u64 = 1000;

fn numbered(number: u64) -> String {
    format!("{:05}/{number:08}.jpg", number / PER_FOLDER)
}

fn by_date(number: u64) -> String {
    let (year, month, day) = (
        2000 + number / 500_000,
        number / 41_000 % 12 + 1,
        number / 1400 % 28 + 1,
    );
    format!(
        "{year}/{month:02}/{day:02}/IMG_{:04}_{:x}.JPG",
        number % 10_000,
        number
    )
}

fn by_name(number: u64) -> String {
    // Letters that depend on the number as little as the names of products do.
    let name = format!(
        "{:010}",
        number.wrapping_mul(2_654_435_761) % 10_000_000_000
    );
    format!(
        "{}/{}/{name}_{}.jpg",
        &name[..1],
        &name[1..2],
        number % 5 + 1
    )
}

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok());
    let paths: u64 = numbers.next().unwrap_or(10_000_000);
    let files: u64 = numbers.next().unwrap_or(200_000);
    println!(
        "Balance of {paths} paths: the fewest and the most pictures in a shard, and the spread beside that of chance"
    );
    for (kind, path) in [
        ("numbered", numbered as fn(u64) -> String),
        ("by date", by_date),
        ("by name", by_name),
    ] {
        balance(kind, paths, path);
    }
    cost_of_walks(files);
}

fn balance(kind: &str, paths: u64, path: fn(u64) -> String) {
    let mut counts = SHARDS.map(|shards| vec![0_u64; shards as usize]);
    for number in 0..paths {
        let hash = hash(path(number).as_bytes());
        for counts in &mut counts {
            let shards = counts.len() as u64;
            counts[(hash % shards) as usize] += 1;
        }
    }
    for counts in counts {
        let shards = counts.len() as f64;
        let mean = paths as f64 / shards;
        let squares: f64 = counts
            .iter()
            .map(|count| (*count as f64 - mean).powi(2))
            .sum();
        // What throwing balls into boxes at random gives.
        let chance = (mean * (1.0 - 1.0 / shards)).sqrt();
        let percent =
            |count: Option<&u64>| (count.map_or(0.0, |count| *count as f64) / mean - 1.0) * 100.0;
        println!(
            "  {kind:8} N = {shards:4}: mean {mean:9.0}, fewest {:+.2}%, most {:+.2}%, spread {:.2} x chance",
            percent(counts.iter().min()),
            percent(counts.iter().max()),
            (squares / shards).sqrt() / chance
        );
    }
}

fn cost_of_walks(files: u64) {
    let tree = tempfile::tempdir().expect("a temporary folder");
    for number in 0..files {
        let path = tree.path().join(numbered(number));
        if number % PER_FOLDER == 0 {
            fs::create_dir(path.parent().expect("a folder")).expect("an empty place");
        }
        File::create(path).expect("an empty place");
    }
    let all = Shard::new(0, 1).expect("a shard");
    let one = Shard::new(7, 256).expect("a shard");
    // The first walk fills the caches.
    pass(tree.path(), all);
    let mut times = [f64::MAX; 2];
    for _ in 0..5 {
        for (time, shard) in times.iter_mut().zip([all, one]) {
            let clock = Instant::now();
            pass(tree.path(), shard);
            *time = time.min(clock.elapsed().as_secs_f64());
        }
    }
    let each = |time: f64| time / files as f64 * 1e6;
    println!(
        "Walk over {files} files, warm, best of 5: {:.2} us a file, with a shard of 256 taken out {:.2} us",
        each(times[0]),
        each(times[1])
    );
    let walk = each(times[1]) / 1e6 * 10e6;
    println!("10 million pictures: a walk takes {walk:.1} s in each shard");
    for shards in SHARDS {
        let n = f64::from(shards);
        // Milliseconds per picture on one host, all its cores together.
        let share = |ms: f64| walk / (walk + 10e6 / n * ms / 1e3) * 100.0;
        println!(
            "  N = {shards:4}: {:7.0} s of walks in all; share of the walk in a shard whose pictures take 5 ms: {:.1}%, 1 ms: {:.1}%, 0.02 ms (all fresh): {:.1}%",
            walk * n,
            share(5.0),
            share(1.0),
            share(0.02)
        );
    }
}

fn pass(tree: &Path, shard: Shard) {
    let pictures = walk(tree, None, WalkOptions::default(), |_, _| {});
    let ours = pictures
        .map(|picture| picture.expect("a file"))
        .filter(|picture| shard.holds(picture.relative()));
    std::hint::black_box(ours.count());
}
