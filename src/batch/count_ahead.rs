//! How many pictures a run will find, by their names alone.
//!
//! A run's workers hold its walk back, so that memory stays flat; so the walk knows the total only when nearly
//! everything is done. A total that is needed early comes from a second walk, which keeps nothing but the number.

use std::path::Path;

use crate::batch::list::{List, Listed};
use crate::batch::selection::Selection;
use crate::batch::stop::Stop;
use crate::batch::walk::{FileId, WalkOptions, walk_while};

/// How many pictures are counted between two reports of the count.
const BETWEEN_TELLINGS: u64 = 256;

/// Which pictures are counted: those that the run will find.
#[derive(Debug)]
pub(super) struct CountAhead<'a> {
    pub(super) source: &'a Path,
    pub(super) not_entered: Option<FileId>,
    pub(super) walk: WalkOptions,
    pub(super) list: Option<&'a List>,
    pub(super) selection: Selection<'a>,
}

impl CountAhead<'_> {
    /// Counts as long as `goes_on` says so, and tells `counted` now and then how many there are. Returns whether that
    /// is all of them: not if it was stopped, nor for a list that can be read only once.
    pub(super) fn run(
        &self,
        stop: &Stop,
        goes_on: impl Fn() -> bool + Send + Sync,
        counted: impl Fn(u64),
    ) -> bool {
        let mut count = 0;
        let mut add = |relative: &Path| {
            if self.selection.holds(relative) {
                count += 1;
                if count % BETWEEN_TELLINGS == 0 {
                    counted(count);
                }
            }
        };
        let whole = match self.list {
            Some(list) => each_listed(list, stop, &goes_on, &mut add),
            None => {
                let walk = walk_while(
                    self.source,
                    self.not_entered,
                    self.walk,
                    |_, _| (),
                    &goes_on,
                );
                walk.flatten().for_each(|picture| add(picture.relative()));
                goes_on()
            }
        };
        counted(count);
        whole
    }
}

/// Passes each path of the `list` to `add`. Returns whether these were all.
fn each_listed(
    list: &List,
    stop: &Stop,
    goes_on: impl Fn() -> bool,
    mut add: impl FnMut(&Path),
) -> bool {
    let Some(mut listed) = Listed::again(list, stop) else {
        return false;
    };
    while goes_on() {
        match listed.next() {
            Ok(Some((_, relative))) => add(&relative),
            Ok(None) => return goes_on(),
            // The run will meet the error, too, and report it.
            Err(_) => return false,
        }
    }
    false
}
