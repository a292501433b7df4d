//! The real program, run on real trees.

mod env;
mod execute;
mod failures;
mod freshness;
mod make;
mod mirror;
mod mounts;
mod options;
mod progress;
mod summary;
mod walk;
