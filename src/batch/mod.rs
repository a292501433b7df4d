//! From a tree of pictures to a tree of thumbnails: which pictures there are, which are stale, and who makes them.
//!
//! ```text
//! run           all of the below in order: find, execute, prune
//! walk, list    SOURCE -> pictures                  selection, shard  which of them are this process's
//! job           a picture and its thumbnail's place freshness         whether that is up to date, and its stamp
//! source        pictures read                       make              one job from end to end
//! destination   thumbnails written, DEST's lock     execute           all jobs: seq, threads or rayon
//! outcomes      what became of them, added up       observer          who is told, and of what: counts, events
//! ownership     whose file is in the place          check_places      SOURCE and DEST before the run
//! prune         thumbnails without a picture        throttle          --max-load
//! stop          whether the run is to end           own_thumbnails    what thumbnails among the pictures mean
//! count_ahead   how many pictures there will be, by their names
//! ```

pub mod check_places;
pub mod count_ahead;
pub mod counts;
pub mod cpu_time;
pub mod destination;
pub mod error;
pub mod execute;
pub mod freshness;
pub mod job;
pub mod list;
pub mod make;
pub mod observer;
mod outcomes;
mod own_thumbnails;
pub mod ownership;
pub mod prune;
pub mod run;
mod selection;
pub mod shard;
pub mod source;
pub mod stage;
pub mod stop;
pub mod throttle;
pub mod walk;
