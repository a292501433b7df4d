//! Which part of a tree is this run's: the pictures whose path hashes to a given number modulo the number of parts.
//!
//! The hash takes nothing but the bytes of the path below SOURCE (`a/b.jpg`), so a new picture moves no other, and any
//! two machines agree without listing the tree at the same moment. It is 64-bit FNV-1a followed by the finisher of
//! MurmurHash3: few enough lines to be written again in any language (a database, a script that looks for one picture's
//! shard), and a promise, with test vectors in docs/clusters.md. FNV-1a alone would not do: its lowest bits depend on
//! nothing but the lowest bits of the path's bytes, and those are what is left modulo 16.
//!
//! ```text
//! part    I of N, and the hash that says which pictures are in it
//! choice  what --shard says: I/N, auto, auto/N        engine  who started the process, and which part it means
//! ```

mod choice;
mod engine;
mod part;

pub use choice::{ParseShardError, ShardChoice};
pub use engine::{Engine, ShardError};
pub use part::{Shard, hash};
