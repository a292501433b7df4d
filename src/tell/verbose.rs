//! What `-v` and `--debug` say of a picture.

use crate::batch::error::shown;
use crate::batch::job::Job;
use crate::batch::make::{Made, Outcome, Processed};
use crate::batch::stage::StageTimes;

/// One line on what became of `job`; with `reasons`, also how and why. Nothing for failures, which are printed anyway.
pub(crate) fn line(job: &Job, processed: &Processed, reasons: bool) -> Option<String> {
    let thumbnail = shown(&job.thumbnail);
    match &processed.outcome {
        Outcome::Made(made) => {
            let text = format!("made {thumbnail} ({}): {}", made.reason, sizes(made));
            let how = if reasons {
                format!("; {}", how(made, &processed.times))
            } else {
                String::new()
            };
            Some(text + &how)
        }
        Outcome::Fresh => Some(format!("fresh {thumbnail}")),
        Outcome::Kept(what) => Some(format!("kept {thumbnail} ({what})")),
        Outcome::PassedOver => {
            let source = shown(job.source.path());
            Some(format!("passed over {source} (a thumbnail)"))
        }
        Outcome::NotBegun => Some(format!("not begun {thumbnail}")),
        // Printed in any case: the failure on stderr, what a dry run would make on stdout.
        Outcome::Failed(_) | Outcome::WouldMake(_) => None,
    }
}

/// Says that the thumbnail was made from what is left of a damaged picture.
pub(crate) fn damage(job: &Job, processed: &Processed) -> Option<String> {
    let Outcome::Made(made) = &processed.outcome else {
        return None;
    };
    let damage = made.thumbnail.damage.as_ref()?;
    Some(format!(
        "{}: made from what is left: {damage}",
        shown(job.source.path())
    ))
}

/// What was wrong with a picture that got a thumbnail all the same.
pub(crate) fn warnings<'a>(
    job: &'a Job,
    processed: &'a Processed,
) -> impl Iterator<Item = String> + 'a {
    let warnings = match &processed.outcome {
        Outcome::Made(made) => made.thumbnail.warnings.as_slice(),
        _ => &[],
    };
    warnings
        .iter()
        .map(|warning| format!("{}: {warning}", shown(job.source.path())))
}

fn sizes(made: &Made) -> String {
    let thumbnail = &made.thumbnail;
    format!(
        "{}x{} to {}x{}, {} bytes",
        thumbnail.source_width,
        thumbnail.source_height,
        thumbnail.width,
        thumbnail.height,
        made.bytes
    )
}

fn how(made: &Made, times: &StageTimes) -> String {
    let thumbnail = &made.thumbnail;
    let stages: Vec<_> = times
        .iter()
        .filter(|(_, time)| !time.is_zero())
        .map(|(stage, time)| format!("{stage} {:.3}", time.as_secs_f64() * 1e3))
        .collect();
    format!(
        "decoded at {}/8, orientation {}, colour {}; ms: {}",
        thumbnail.scale,
        thumbnail.orientation,
        thumbnail.colour,
        stages.join(", ")
    )
}
