//! What the walk passed over, for a SOURCE in which it found nothing else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use crate::batch::walk::Skipped;

/// The most kinds that are told apart: the names in a tree of other files may have any number of endings.
const MOST_KINDS: usize = 100;

/// How many kinds are named.
const TOLD: usize = 5;

/// Counts of what was passed over.
#[derive(Debug, Default)]
pub(super) struct PassedOver(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// Files whose names do not end like a picture's, by that ending in lower case.
    names: BTreeMap<String, u64>,
    /// Files of all other kinds.
    others: u64,
    hidden: u64,
    linked_folders: u64,
    special: u64,
}

impl PassedOver {
    pub(super) fn add(&self, path: &Path, reason: Skipped) {
        let mut counts = self.0.lock().expect("BUG: poisoned counts");
        match reason {
            Skipped::Name => counts.add_name(path),
            Skipped::Hidden => counts.hidden += 1,
            Skipped::LinkedFolder => counts.linked_folders += 1,
            Skipped::Special => counts.special += 1,
            Skipped::Dest => {}
        }
    }

    /// What was passed over, in one sentence; nothing if nothing was.
    pub(super) fn text(&self) -> Option<String> {
        let counts = self.0.lock().expect("BUG: poisoned counts");
        let files = counts.names.values().sum::<u64>() + counts.others;
        let mut told = Vec::new();
        if files > 0 {
            told.push(format!("{} ({})", counted(files, "file"), counts.kinds()));
        }
        if counts.hidden > 0 {
            told.push(format!("{} hidden (see --hidden)", counts.hidden));
        }
        if counts.linked_folders > 0 {
            let folders = counted(counts.linked_folders, "linked folder");
            told.push(format!("{folders} (see --follow)"));
        }
        if counts.special > 0 {
            told.push(format!("{} not a file", counts.special));
        }
        let passed_over = told.join(", ");
        (!told.is_empty()).then(|| format!("no picture in SOURCE; passed over: {passed_over}"))
    }
}

impl Counts {
    fn add_name(&mut self, path: &Path) {
        let extension = path.extension().unwrap_or_default();
        let kind = extension.to_string_lossy().to_lowercase();
        if let Some(count) = self.names.get_mut(&kind) {
            *count += 1;
        } else if self.names.len() < MOST_KINDS {
            self.names.insert(kind, 1);
        } else {
            self.others += 1;
        }
    }

    /// The most frequent kinds, and how many are left.
    fn kinds(&self) -> String {
        let mut kinds: Vec<_> = self.names.iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let rest: u64 = kinds.iter().skip(TOLD).map(|(_, count)| **count).sum();
        let mut told: Vec<_> = kinds
            .iter()
            .take(TOLD)
            .map(|(kind, count)| match kind.as_str() {
                "" => format!("{count} without an extension"),
                kind => format!("{count} .{}", kind.escape_debug()),
            })
            .collect();
        if rest + self.others > 0 {
            told.push(format!("{} of other kinds", rest + self.others));
        }
        told.join(", ")
    }
}

fn counted(count: u64, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(names: impl IntoIterator<Item = String>) -> String {
        let passed_over = PassedOver::default();
        for name in names {
            passed_over.add(Path::new(&name), Skipped::Name);
        }
        passed_over.text().unwrap()
    }

    #[test]
    fn the_most_frequent_kinds_come_first() {
        let names = ["a.MP4", "b.mp4", "c.txt", "README", "LICENCE", "d.Mp4"];
        assert_eq!(
            text(names.map(String::from)),
            "no picture in SOURCE; passed over: 6 files (3 .mp4, 2 without an extension, 1 .txt)"
        );
        assert_eq!(PassedOver::default().text(), None);
    }

    #[test]
    fn no_tree_has_too_many_kinds() {
        let text = text((0..1000).map(|number| format!("a.{number}")));
        assert!(
            text.ends_with("1 .11, 1 .12, 995 of other kinds)"),
            "{text}"
        );
    }
}
