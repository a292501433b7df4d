//! Whole runs at a store, measured beside a server of S3 of this bench's own, which does little else than wait. The
//! program has half of the cores, and the server the others.
//!
//! ```text
//! cargo bench --features object-store --bench stores -- latency FOLDER [MS [REQUESTS,...]]
//!     pictures a second from a store and to it, as a share of those from a folder to a folder: each request takes MS
//!     milliseconds (20)
//! cargo bench --features object-store --bench stores -- unchanged PICTURES...
//!     a run that finds so many thumbnails fresh: requests, time, memory
//! cargo bench --features object-store --bench stores -- pruned PICTURES...
//!     the same with `--prune`, which has nothing to remove
//! ```

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod halves;
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use thumbgen::batch::store::{Fact, Ledger, Opener, StoreOptions, StoreUrl};
use thumbgen::batch::{Fingerprint, cores};
use thumbgen::{Options, Variant};

use halves::{Half, stay_on};
use server::{BUCKET, Server, Tree};

/// Rounds of which the medians are told.
const ROUNDS: usize = 3;

/// Pictures in a run, or somewhat less: what a run takes before the first and after the last counts little then.
const PICTURES: u64 = 20_000;

/// The most that they have in bytes.
const BYTES: u64 = 8 << 30;

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["latency", folder, rest @ ..] => {
            let number = |text: &&str| text.parse().expect("a number");
            let milliseconds = rest.first().map_or(20, number);
            let requests = rest.get(1).map_or("8,16,32,64", |text| *text);
            let requests: Vec<u64> = requests.split(',').map(|text| number(&text)).collect();
            latency(
                Path::new(folder),
                Duration::from_millis(milliseconds),
                &requests,
            );
        }
        [kind @ ("unchanged" | "pruned"), counts @ ..] if !counts.is_empty() => {
            let options: &[&str] = match *kind {
                "pruned" => &["--prune"],
                _ => &[],
            };
            println!(
                "| pictures | LIST | GET | HEAD | PUT | all | real | user + sys | server | peak |"
            );
            println!("|---|---|---|---|---|---|---|---|---|---|");
            for count in counts {
                unchanged(count.parse().expect("a number of pictures"), options);
            }
        }
        ["ledger", count] => write_ledger(count.parse().expect("a number of pictures")),
        _ => println!(
            "latency FOLDER [MS [REQUESTS,...]], or unchanged or pruned PICTURES...; see the head of this bench"
        ),
    }
}

/// A run of the program.
struct Ran {
    real: Duration,
    /// Processor time of the program, and of the server meanwhile.
    cpu: Duration,
    server: Duration,
    /// The most memory that it was seen with, in bytes.
    peak: u64,
}

fn cpu(who: UsageWho) -> Duration {
    let usage = getrusage(who).expect("the system tells");
    let time = usage.user_time() + usage.system_time();
    Duration::from_micros(time.num_microseconds().unsigned_abs())
}

fn program(path: &Path, port: u16) -> Command {
    let mut command = Command::new(path);
    command
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
        .env("AWS_ALLOW_HTTP", "true")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "bench")
        .env("AWS_SECRET_ACCESS_KEY", "bench");
    command
}

/// Runs `thumbgen` with `arguments`, which must make or find fresh what there is.
fn run(server: &Server, arguments: &[&str]) -> Ran {
    let (children, own) = (cpu(UsageWho::RUSAGE_CHILDREN), cpu(UsageWho::RUSAGE_SELF));
    let clock = Instant::now();
    let mut child = program(Path::new(env!("CARGO_BIN_EXE_thumbgen")), server.port)
        .args(arguments)
        .arg("--quiet")
        .stdin(Stdio::null())
        .spawn()
        .expect("the program can be started");
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut peak = 0;
    let exit = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0_u64) * 1024);
        match child.try_wait().expect("a child") {
            Some(exit) => break exit,
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    assert!(exit.success(), "{arguments:?}: {exit}");
    Ran {
        real: clock.elapsed(),
        cpu: cpu(UsageWho::RUSAGE_CHILDREN) - children,
        server: cpu(UsageWho::RUSAGE_SELF) - own,
        peak,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The pictures in `folder`, as often as makes enough of them, in a tree of their own and in the server; all copies of
/// a picture share its bytes.
fn stage(folder: &Path, tree: &Path, server: &Server) -> usize {
    let entries = fs::read_dir(folder).expect("a folder of pictures");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let files: Vec<PathBuf> = files.filter(|path| path.is_file()).collect();
    let length = |file: &PathBuf| fs::metadata(file).expect("a picture").len();
    let bytes: u64 = files.iter().map(length).sum();
    let copies = (PICTURES / files.len() as u64).min(BYTES / bytes).max(1);
    for file in &files {
        let bytes: Arc<[u8]> = fs::read(file).expect("a picture").into();
        let name = file.file_name().expect("a name").to_string_lossy();
        let first = tree.join("0").join(&*name);
        for copy in 0..copies {
            let folder = tree.join(copy.to_string());
            fs::create_dir_all(&folder).expect("a folder");
            match copy {
                0 => fs::write(&first, &bytes),
                _ => fs::hard_link(&first, folder.join(&*name)),
            }
            .expect("a copy");
            server.put(&format!("images/{copy}/{name}"), Arc::clone(&bytes));
        }
    }
    files.len() * copies as usize
}

fn latency(folder: &Path, latency: Duration, requests: &[u64]) {
    let work = tempfile::tempdir().expect("a temporary folder");
    let server = Server::new(latency, Vec::new());
    stay_on(Half::Programs);
    let tree = work.path().join("images");
    let pictures = stage(folder, &tree, &server);
    let tree = tree.to_str().expect("a plain path");
    let source = format!("s3://{BUCKET}/images");
    let (mut local, mut remote) = (Vec::new(), BTreeMap::<u64, Vec<Ran>>::new());
    for round in 0..=ROUNDS {
        let dest = work.path().join(format!("thumbs-{round}"));
        let ran = run(&server, &[tree, dest.to_str().expect("a plain path")]);
        if round > 0 {
            local.push(ran);
        }
        for requests in requests {
            let below = format!("thumbs-{round}-{requests}");
            let dest = format!("s3://{BUCKET}/{below}");
            let ran = run(
                &server,
                &[&source, &dest, "--requests", &requests.to_string()],
            );
            assert!(
                server.count_below(&format!("{below}/")) >= pictures,
                "thumbnails are missing"
            );
            if round > 0 {
                remote.entry(*requests).or_default().push(ran);
            }
        }
    }
    let cores = cores().get() as f64;
    let of = |ran: &Ran| ran.real.as_secs_f64();
    let each = |time: Duration| time.as_secs_f64() * 1e3 / pictures as f64;
    println!(
        "{pictures} pictures of {}, {latency:?} a request, {cores} cores and those of the server",
        folder.display()
    );
    println!();
    println!(
        "| --requests | pictures/s | of a folder's | ms a picture, user + sys | of the server | idle |"
    );
    println!("|---|---|---|---|---|---|");
    let seconds = median(local.iter().map(of).collect());
    println!(
        "| (a folder) | {:.0} | | {:.2} | | {:.0}% |",
        pictures as f64 / seconds,
        median(local.iter().map(|ran| each(ran.cpu)).collect()),
        100.0
            * median(
                local
                    .iter()
                    .map(|ran| 1.0 - ran.cpu.as_secs_f64() / of(ran) / cores)
                    .collect()
            ),
    );
    for (requests, runs) in remote {
        let pairs = || local.iter().zip(&runs);
        let share = |(local, ran): (&Ran, &Ran)| of(local) / of(ran);
        let idle = |ran: &Ran| 1.0 - ran.cpu.as_secs_f64() / of(ran) / cores;
        println!(
            "| {requests} | {:.0} | {:.0}% | {:.2} | {:.2} | {:.0}% |",
            pictures as f64 / median(runs.iter().map(of).collect()),
            100.0 * median(pairs().map(share).collect()),
            median(runs.iter().map(|ran| each(ran.cpu)).collect()),
            median(runs.iter().map(|ran| each(ran.server)).collect()),
            100.0 * median(runs.iter().map(idle).collect()),
        );
    }
}

/// The made-up pictures, and their thumbnails.
fn trees(count: u64) -> [Tree; 2] {
    ["images", "thumbs"].map(|prefix| Tree { prefix, count })
}

fn unchanged(count: u64, options: &[&str]) {
    let server = Server::new(Duration::ZERO, trees(count).into());
    stay_on(Half::Programs);
    let this = std::env::current_exe().expect("this program");
    let written = program(&this, server.port)
        .args(["ledger", &count.to_string()])
        .status();
    assert!(written.is_ok_and(|status| status.success()), "no ledger");
    server.take_counts();
    let places = ["images", "thumbs"].map(|prefix| format!("s3://{BUCKET}/{prefix}"));
    let ran = run(&server, &[&[&*places[0], &*places[1]], options].concat());
    let counts = server.take_counts();
    let of = |kind| counts.get(kind).copied().unwrap_or(0);
    println!(
        "| {count} | {} | {} | {} | {} | {} | {:.1} s | {:.1} s | {:.1} s | {:.0} MB |",
        of("LIST"),
        of("GET"),
        of("HEAD"),
        of("PUT"),
        counts.values().sum::<u64>(),
        ran.real.as_secs_f64(),
        ran.cpu.as_secs_f64(),
        ran.server.as_secs_f64(),
        ran.peak as f64 / 1e6,
    );
}

/// Writes the ledger of a run that has made all of the made-up thumbnails.
fn write_ledger(count: u64) {
    let mut options = StoreOptions::default();
    options.allow_http = true;
    let opener = Opener::new(options).expect("threads");
    let url = format!("s3://{BUCKET}/thumbs");
    let url = StoreUrl::parse(Path::new(&url))
        .expect("a URL")
        .expect("a sound one");
    let (store, _) = opener.open(&url).expect("the server");
    let ledger = Ledger::read(&store).expect("no ledger yet");
    let settings = Fingerprint::of(&Options::default(), &Variant::default()).to_string();
    let [images, thumbs] = trees(count);
    for number in 0..count {
        let version = format!(
            "etag={} length={}",
            images.etag(number),
            Tree::length(number)
        );
        ledger.add(Fact {
            source: &images.key_below(number),
            version: &version,
            thumbnail: &thumbs.key_below(number),
            etag: &thumbs.etag(number),
            settings: &settings,
        });
    }
    ledger.save(true).expect("the ledger can be written");
}
