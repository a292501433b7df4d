//! The real program, run on real trees.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)]

mod browser;
mod changing;
mod dry_run;
mod env;
mod execute;
mod failures;
mod foreign;
mod formats;
mod freshness;
mod gallery;
mod gallery_seen;
mod installed;
mod lists;
mod load;
mod lock;
mod make;
mod merge;
mod messages;
mod mirror;
mod options;
mod own_thumbnails;
mod places;
mod progress;
mod prune;
mod reading;
mod report;
mod shards;
mod signals;
mod srcset;
mod summary;
mod terminal;
mod total;
mod variants;
mod walk;
mod window;
