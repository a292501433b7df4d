//! A merge in words.

use std::path::Path;

use super::all::All;
use super::reading::ReportedRun;
use crate::batch::error::shown;
use crate::batch::shard::Shard;
use crate::tell::report::RunRecord;
use crate::tell::summary;

impl All {
    /// What was merged, and what is not there.
    pub(super) fn text(&self, whole: &RunRecord) -> String {
        let mut lines = Vec::new();
        if let Some((count, _)) = &self.run {
            let finished = self.shards.values().filter(|part| part.is_finished());
            lines.push(format!("{} of {count} shards finished", finished.count()));
            let missing = self.missing();
            if !missing.is_empty() {
                lines.push(format!("Missing: {}", ranges(&missing)));
            }
        }
        for part in self.parts().filter(|part| !part.is_finished()) {
            let what = part
                .run
                .shard
                .map_or_else(|| "run".into(), |shard| format!("shard {shard}"));
            lines.push(format!(
                "Not finished: {what}, {}",
                shown(&part.report.path)
            ));
        }
        for report in &self.cut_short {
            let path = shown(&report.path);
            lines.push(format!("Cut short, and not counted: {path}"));
        }
        // The same folder may be mounted in two places.
        if let Some(parts) = self.of_two_sources() {
            let [one, other] = parts.map(|part| {
                let source = shown(Path::new(&part.run.source));
                format!("{source} ({})", shown(&part.report.path))
            });
            lines.push(format!("Of different folders: {one} and {other}"));
        }
        lines.push(summary::counts(&whole.counts, whole.known));
        lines.extend(summary::about_kept(&whole.counts));
        lines.push(format!(
            "real {:.2} s at most, user {:.2} s, sys {:.2} s, {:.1} MB read",
            whole.real_s,
            whole.user_s,
            whole.sys_s,
            whole.bytes_read as f64 / 1e6
        ));
        lines.extend(self.spread());
        lines.extend(times(whole));
        lines.push(String::new());
        lines.join("\n")
    }

    /// How evenly the shards were filled.
    fn spread(&self) -> Option<String> {
        let shards = || {
            self.shards
                .values()
                .filter_map(|part| Some((part, part.run.shard?)))
        };
        let by_count = |(part, _): &(&ReportedRun, Shard)| part.counts.found;
        let by_time = |a: &(&ReportedRun, Shard), b: &(&ReportedRun, Shard)| {
            a.0.run.real_s.total_cmp(&b.0.run.real_s)
        };
        let (fewest, most) = (
            shards().min_by_key(by_count)?,
            shards().max_by_key(by_count)?,
        );
        let (first, last) = (shards().min_by(by_time)?, shards().max_by(by_time)?);
        Some(format!(
            "A shard: {} ({}) to {} ({}) pictures, {:.2} s ({}) to {:.2} s ({})",
            fewest.0.counts.found,
            fewest.1,
            most.0.counts.found,
            most.1,
            first.0.run.real_s,
            first.1,
            last.0.run.real_s,
            last.1,
        ))
    }
}

/// When the first of the runs began and the last one ended, to the minute: that shows a report of another night.
fn times(whole: &RunRecord) -> Option<String> {
    let minute = |time: &str| Some(time.get(..16)?.replace('T', " "));
    let (began, ended) = (minute(&whole.began)?, minute(&whole.ended)?);
    Some(format!("From {began} to {ended} UTC"))
}

/// Sorted numbers, runs of them drawn together: `3, 9-12`.
fn ranges(numbers: &[u32]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let texts: Vec<_> = runs
        .map(|run| match run {
            [one] => one.to_string(),
            [first, .., last] => format!("{first}-{last}"),
            [] => String::new(),
        })
        .collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_numbers_are_drawn_together() {
        assert_eq!(ranges(&[3]), "3");
        assert_eq!(ranges(&[3, 9, 10, 11, 12, 14]), "3, 9-12, 14");
        assert_eq!(ranges(&[0, 1]), "0-1");
    }
}
