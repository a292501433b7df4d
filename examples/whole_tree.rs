//! Thumbnails of a tree: `cargo run --example whole_tree SOURCE DEST [SECONDS]`.
//!
//! Failures are printed as they happen. After SECONDS the run is stopped; the next one goes on where it ended.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::env;
use std::error::Error;
use std::thread;
use std::time::Duration;

use thumbgen::batch::{Batch, Event, Observer, Outcome, Stop};

struct PrintFailures;

impl Observer for PrintFailures {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Done(_, processed) | Event::Failed(processed) => {
                if let Outcome::Failed(error) = &processed.outcome {
                    eprintln!("{error}");
                }
            }
            Event::Warning(warning) => eprintln!("{warning}"),
            _ => {}
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(source), Some(dest)) = (arguments.next(), arguments.next()) else {
        return Err("usage: whole_tree SOURCE DEST [SECONDS]".into());
    };
    let stop = Stop::default();
    if let Some(seconds) = arguments.next() {
        let seconds = seconds.to_string_lossy().parse()?;
        let stop = stop.clone();
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(seconds));
            stop.set();
        });
    }

    let ran = Batch::new(source, dest).run(&PrintFailures, &stop)?;
    if let Some(error) = ran.ended_by {
        return Err(error.into());
    }
    let counts = ran.totals.counts;
    println!(
        "{} made, {} fresh, {} failed in {:.2} s{}",
        counts.made,
        counts.fresh,
        counts.failed,
        ran.elapsed.as_secs_f64(),
        if ran.finished { "" } else { ", stopped" }
    );
    Ok(())
}
