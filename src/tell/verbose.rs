//! What `-v` and `--debug` say of a picture.

use std::path::Path;

use crate::batch::error::shown;
use crate::batch::job::Job;
use crate::batch::make::{Fate, Made, Outcome, Processed};
use crate::batch::stage::StageTimes;
use crate::picture::FileKind;

/// Lines on what became of `job`, one a thumbnail; with `reasons`, also how and why. Nothing for failures, which are
/// printed anyway.
pub(crate) fn lines(job: &Job, processed: &Processed, reasons: bool) -> Vec<String> {
    let source = || shown(job.source.path());
    match &processed.outcome {
        Outcome::Thumbnails(fates) => {
            let mut times = reasons.then_some(&processed.times);
            let thumbnails = job.thumbnails.iter().zip(fates);
            thumbnails
                .filter_map(|(thumbnail, fate)| line(thumbnail, fate, reasons, &mut times))
                .collect()
        }
        Outcome::PassedOver => vec![format!("passed over {} (a thumbnail)", source())],
        Outcome::NotBegun => {
            let thumbnails = job.thumbnails.iter();
            thumbnails
                .map(|thumbnail| format!("not begun {}", shown(thumbnail)))
                .collect()
        }
        Outcome::Failed(_) => Vec::new(),
    }
}

/// The line on one thumbnail. `times` are those of its picture, which are told once.
fn line(
    thumbnail: &Path,
    fate: &Fate,
    reasons: bool,
    times: &mut Option<&StageTimes>,
) -> Option<String> {
    let thumbnail = shown(thumbnail);
    match fate {
        Fate::Made(made) => {
            let text = format!("made {thumbnail} ({}): {}", made.reason, sizes(made));
            let how = if reasons { how(made) } else { String::new() };
            let times = times.take().map(spent).unwrap_or_default();
            Some(text + &how + &times)
        }
        Fate::Fresh => Some(format!("fresh {thumbnail}")),
        Fate::Kept(what) => Some(format!("kept {thumbnail} ({what})")),
        // Printed in any case: the failure on stderr, what a dry run would make on stdout.
        Fate::Failed(_) | Fate::WouldMake(_) => None,
    }
}

/// Says that thumbnails were made from what is left of a damaged picture.
pub(crate) fn damage(job: &Job, processed: &Processed) -> Option<String> {
    let made = processed.outcome.made().next()?;
    let damage = made.thumbnail.damage.as_ref()?;
    Some(format!(
        "{}: made from what is left: {damage}",
        shown(job.source.path())
    ))
}

/// What was wrong with a picture that got thumbnails all the same.
pub(crate) fn warnings<'a>(
    job: &'a Job,
    processed: &'a Processed,
) -> impl Iterator<Item = String> + 'a {
    // It is a picture's: all of its thumbnails tell the same.
    let made = processed.outcome.made().next();
    let warnings = made.map_or(&[][..], |made| &made.thumbnail.warnings);
    warnings
        .iter()
        .map(|warning| format!("{}: {warning}", shown(job.source.path())))
}

fn sizes(made: &Made) -> String {
    let thumbnail = &made.thumbnail;
    let format = thumbnail.source_kind.map_or("", FileKind::name);
    format!(
        "{format} {}x{} to {}x{}, {} bytes",
        thumbnail.source_width,
        thumbnail.source_height,
        thumbnail.width,
        thumbnail.height,
        made.bytes
    )
}

fn how(made: &Made) -> String {
    let thumbnail = &made.thumbnail;
    format!(
        "; decoded at {}/8, orientation {}, colour {}",
        thumbnail.scale, thumbnail.orientation, thumbnail.colour
    )
}

fn spent(times: &StageTimes) -> String {
    let stages: Vec<_> = times
        .iter()
        .filter(|(_, time)| !time.is_zero())
        .map(|(stage, time)| format!("{stage} {:.3}", time.as_secs_f64() * 1e3))
        .collect();
    format!("; ms: {}", stages.join(", "))
}
