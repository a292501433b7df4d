//! The real program, run on real trees.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

mod changing;
mod dry_run;
mod env;
mod execute;
mod failures;
mod freshness;
mod load;
mod lock;
mod make;
mod mirror;
mod mounts;
mod options;
mod progress;
mod prune;
mod reading;
mod report;
mod signals;
mod summary;
mod walk;
