//! What limits runs over tiny pictures: measured with as many workers as there are cores, simulated with more.
//!
//! ```text
//! cargo bench --bench scaling [-- PICTURES]
//! ```
//!
//! Run it on a terminal: elsewhere there are no bars. A picture of one pixel takes so little work that what all workers
//! share shows: the feeder, which walks SOURCE and hands pictures out, the lock of the totals, and the bars. Each is
//! measured by itself. The simulation then takes every picture through all of them, one worker at a time. The file
//! system's own locks are not in it.
#![allow(clippy::print_stdout)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use thumbgen::batch::counts::Totals;
use thumbgen::batch::execute::{Strategy, execute};
use thumbgen::batch::names::{Label, Names};
use thumbgen::batch::walk::{WalkOptions, walk};
use thumbgen::batch::{Batch, Event, Job, Observer, Stop, cores};
use thumbgen::tell::progress::Progress;

/// How many pictures a folder holds.
const PER_FOLDER: usize = 100;
/// How often something is done to see what it costs.
const TIMES: usize = 1_000_000;
/// Runs of which the fastest counts.
const ROUNDS: usize = 5;
const WORKERS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];

fn main() {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|argument| argument.parse().ok());
    let pictures: usize = numbers.next().unwrap_or(20_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = folder.path().join("images");
    make_tree(&source, pictures).expect("a tree that can be made");

    println!("{pictures} pictures of one pixel, us a picture");
    let mut own = 0.0;
    for workers in WORKERS.into_iter().filter(|&w| w <= cores().get()) {
        let (elapsed, cpu) = run(&source, folder.path(), workers);
        println!("  {workers:>2} workers: {elapsed:5.2} elapsed, {cpu:5.2} of processors");
        if workers == 1 {
            own = elapsed;
        }
    }
    let feeder = feeder(&source, folder.path());
    println!("  the feeder: {feeder:.3}");
    let threads = [1, 2, 16, 32, 64];
    let tally = threads.map(|threads| tally(&source, folder.path(), threads));
    println!(
        "  the totals, by threads {threads:?} on {} cores: {tally:.3?}",
        cores()
    );
    let progress = Progress::new(true);
    let bars = threads.map(|threads| repeat(threads, || progress.done()));
    drop(progress);
    println!("  the bars, likewise: {bars:.3?}");
    // The dearest of these, though that is for more threads than cores.
    let most = |costs: [f64; 5]| costs.into_iter().fold(0.0, f64::max);
    simulate(own, feeder, &[most(tally), most(bars)]);
}

fn make_tree(root: &Path, pictures: usize) -> std::io::Result<()> {
    let picture = include_bytes!("../testdata/pictures/small/one pixel.jpg");
    for folder in 0..pictures.div_ceil(PER_FOLDER) {
        let path = root.join(format!("{folder:05}"));
        fs::create_dir_all(&path)?;
        for number in 0..PER_FOLDER.min(pictures - folder * PER_FOLDER) {
            fs::write(path.join(format!("{number:02}.jpg")), picture)?;
        }
    }
    Ok(())
}

/// The fastest of some runs of `work`.
fn fastest(mut work: impl FnMut() -> (f64, f64)) -> (f64, f64) {
    let runs = (0..ROUNDS).map(|_| work());
    runs.fold((f64::MAX, f64::MAX), |best, run| {
        (best.0.min(run.0), best.1.min(run.1))
    })
}

fn micros(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count as f64
}

fn threads(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).expect("BUG: no thread")
}

/// A whole run: elapsed and processors' time.
fn run(source: &Path, folder: &Path, workers: usize) -> (f64, f64) {
    let batch = Batch::new(source, folder.join("thumbnails"))
        .with_strategy(Strategy::Threads, threads(workers))
        .with_force(true);
    fastest(|| {
        let ran = batch.run(&(), &Stop::default()).expect("a usable folder");
        let made = ran.totals.counts.made as usize;
        (micros(ran.elapsed, made), micros(ran.cpu.total(), made))
    })
}

/// Pictures found, made jobs of, and handed out to a worker that does nothing.
fn feeder(source: &Path, folder: &Path) -> f64 {
    let batch = Batch::new(source, folder.join("thumbnails"));
    let labels = batch.variants.iter().map(Label::of).collect();
    let names = Names::new(labels, None).expect("names that don't meet");
    let feed = || {
        let clock = Instant::now();
        let mut fed = 0;
        let pictures = walk(source, None, WalkOptions::default(), |_, _| ());
        let jobs = pictures.flatten().map(|picture| {
            fed += 1;
            Job::new(picture, &batch.dest, &names, None)
        });
        execute(
            jobs,
            Strategy::Threads,
            threads(1),
            || (),
            |(), _| (),
            |_, _| (),
        )
        .expect("a thread");
        (micros(clock.elapsed(), fed), 0.0)
    };
    fastest(feed).0
}

/// A picture's outcome added to the totals, behind their lock.
fn tally(source: &Path, folder: &Path, threads: usize) -> f64 {
    struct Once(usize, OnceLock<f64>);
    impl Observer for Once {
        fn event(&self, event: Event<'_>) {
            if let Event::Done(_, processed) = event {
                let totals = Mutex::new(Totals::default());
                let add = || totals.lock().expect("BUG: poisoned").add(processed);
                self.1.get_or_init(|| repeat(self.0, add));
            }
        }
    }
    let once = Once(threads, OnceLock::new());
    let batch = Batch::new(source.join("00000"), folder.join("thumbnails/00000"));
    batch.run(&once, &Stop::default()).expect("a usable folder");
    once.1.into_inner().expect("there are pictures")
}

/// What one of many calls of `work` takes, if so many threads make them at once.
fn repeat(threads: usize, work: impl Fn() + Sync) -> f64 {
    let each = TIMES / threads;
    let clock = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..each).for_each(|_| work()));
        }
    });
    micros(clock.elapsed(), each * threads)
}

/// Takes pictures through `own` work of a worker, which others do at the same time, and then through `shared` work,
/// which only one does at a time; the feeder hands one out every `feeder`.
fn simulate(own: f64, feeder: f64, shared: &[f64]) {
    println!(
        "Simulated: {own:.2} us of a worker's own work a picture, and what is shared as above"
    );
    for workers in WORKERS {
        let mut free = vec![0.0_f64; shared.len()];
        let mut ready = BinaryHeap::from(vec![Reverse(0_u64); workers]);
        let mut end = 0.0;
        let pictures = 100_000;
        for number in 0..pictures {
            // In whole picoseconds, since floating-point numbers have no order.
            let Reverse(picoseconds) = ready.pop().expect("BUG: no worker");
            let begun = (picoseconds as f64 / 1e6).max(f64::from(number) * feeder);
            end = begun + own;
            for (free, hold) in free.iter_mut().zip(shared) {
                end = end.max(*free) + hold;
                *free = end;
            }
            ready.push(Reverse((end * 1e6) as u64));
        }
        let rate = f64::from(pictures) / end;
        let ideal = workers as f64 / (own + shared.iter().sum::<f64>());
        println!(
            "  {workers:>2} workers: {:>9.0} pictures a second, {:3.0}% of {workers} times one",
            rate * 1e6,
            100.0 * rate / ideal
        );
    }
}
