//! A run as the command line asks for it: signals, bars, report, summary, exit status.

use std::borrow::Cow;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::batch::counts::Counts;
use crate::batch::error::{RunError, shown};
use crate::batch::place::store_scheme;
use crate::batch::run::Ran;
use crate::batch::settings::Batch;
use crate::batch::shard::Shard;
use crate::cli::config::Config;
use crate::cli::error::Error;
use crate::cli::exit::Exit;
use crate::cli::failure_limit::Allowance;
use crate::cli::gallery::RunGallery;
use crate::cli::places;
use crate::cli::signals::Signals;
use crate::tell::prefix;
use crate::tell::report::{self, Known, Report, ReportError, RunRecord};
use crate::tell::side_file::SideFiles;
use crate::tell::srcset::{Srcset, SrcsetError};
use crate::tell::summary::{self, Scheduling};
use crate::tell::teller::{TellError, Teller, Verbosity};

/// Makes the thumbnails that `config` asks for, and shows what happens.
///
/// # Errors
///
/// When SOURCE or DEST can't be used, it is not known which shard this is, DEST is in use by another run or fails on
/// the way, or the report can't be written.
pub fn run(config: &Config) -> Result<Exit, Error> {
    let mut batch = Cow::Borrowed(&config.batch);
    // First: no later message may show what is in a URL that is refused.
    let in_store = batch.is_in_store()?;
    if in_store && config.gallery.is_some() {
        return Err(
            RunError::NotInStore("--gallery needs a SOURCE and a DEST that are folders").into(),
        );
    }
    let mut engine = None;
    if let Some(choice) = config.shard {
        let (shard, told_by) = choice.resolve(|name| env::var_os(name))?;
        batch.to_mut().shard = Some(shard);
        engine = told_by;
    }
    if let Some(named) = places::one_thumbnail(&batch.source, &batch.dest)? {
        named.settle(batch.to_mut(), config.formats_typed)?;
    }
    let signals = Signals::catch()?;
    let mut teller = Teller::new(config.verbosity, batch.dry_run, signals.stop().clone());
    if teller.has_bars() {
        batch.to_mut().count_ahead = true;
    }
    if let (Some(shard), Some(engine)) = (batch.shard, engine) {
        teller.note(&format!("shard {shard}, according to {engine}"));
    }
    let ready = batch.prepare(&teller, signals.stop())?;
    // If it waited for another run, that has not ended.
    if let Some(signal) = signals.caught() {
        teller.end_early("interrupted: nothing was begun");
        return Ok(Exit::Interrupted(signal));
    }
    #[cfg(feature = "object-store")]
    let files = SideFiles::new(&batch.stores);
    #[cfg(not(feature = "object-store"))]
    let files = SideFiles::default();
    let gallery = config.gallery.as_deref();
    let gallery = gallery.map(|folder| RunGallery::of(of_shard(folder, batch.shard)));
    let gallery = gallery.transpose()?;
    if let Some(typed) = config.srcset.as_deref().filter(|_| !batch.dry_run) {
        let path = of_shard(typed, batch.shard);
        make_folder(&path, typed)
            .map_err(|error| TellError::from(SrcsetError(path.to_path_buf(), error)))?;
        let formats = batch.variants.iter().map(|variant| variant.format);
        let (formats, placeholder) = (formats.collect(), config.placeholder);
        let srcset = Srcset::new(&path, &batch.dest, formats, placeholder, &files);
        teller.srcset_to(srcset.map_err(TellError::from)?);
    }
    let report = config.report.as_deref();
    let report = report.map(|path| report_in(path, &batch, &teller, &files));
    let report = report.transpose()?;
    if report.is_some() || gallery.is_some() {
        let (mut report, known) = report.unwrap_or_else(|| (Report::nowhere(), Known::default()));
        if let Some(gallery) = &gallery {
            report.copy_to(gallery.records()?);
        }
        teller.report_to(report, known);
    }
    let began = report::now();
    let ran = match ready.run(&teller) {
        Ok(ran) => ran,
        Err(error) => {
            // What stopped the run says more, and decides the status.
            if let Err(error) = teller.keep_known() {
                say(&prefix::error(&error.to_string()));
            }
            return Err(error.into());
        }
    };
    let exit = end(config, &batch, teller, ran, began, signals.caught());
    let made = gallery.map(|gallery| gallery.make(&batch.dest)).transpose();
    let told = match (made, &exit) {
        (Ok(line), _) => line.filter(|_| config.verbosity > Verbosity::Quiet),
        // What ended the run says more, and decides the status.
        (Err(error), Err(_) | Ok(Exit::Interrupted(_))) => {
            Some(prefix::error(&error.to_string()).into_owned())
        }
        (Err(error), Ok(_)) => return Err(error.into()),
    };
    if let Some(line) = told {
        say(&line);
    }
    exit
}

/// Prints `line` on stderr; that this is closed doesn't change the exit status.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The report of a run of `batch` in the file that was `typed`, and what failed by the one before it.
fn report_in(
    typed: &Path,
    batch: &Batch,
    teller: &Teller,
    files: &SideFiles,
) -> Result<(Report, Known), ReportError> {
    let path = of_shard(typed, batch.shard);
    let known = Known::read(&path, files);
    // It is what the next run compares with.
    if batch.dry_run && Report::is_at(&path, files)? {
        let path = shown(&path);
        teller.note(&format!(
            "{path} stays as it is: a dry run replaces no report"
        ));
        return Ok((Report::nowhere(), known));
    }
    make_folder(&path, typed).map_err(|error| ReportError(path.to_path_buf(), error))?;
    Ok((Report::create(&path, files)?, known))
}

/// Makes the folder for the file at `path` if the number of a shard is in it, so that it isn't the path that was
/// `typed`: there are many such files.
fn make_folder(path: &Path, typed: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if path != typed && store_scheme(path).is_none() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// Where what `shard` writes beside its thumbnails goes: `path`, with the number of the shard in place of `{shard}`.
fn of_shard(path: &Path, shard: Option<Shard>) -> Cow<'_, Path> {
    const PLACE: &[u8] = b"{shard}";
    let bytes = path.as_os_str().as_bytes();
    let place = bytes.windows(PLACE.len()).position(|part| part == PLACE);
    match (shard, place) {
        (Some(shard), Some(at)) => {
            let index = shard.index.to_string();
            let bytes = [&bytes[..at], index.as_bytes(), &bytes[at + PLACE.len()..]].concat();
            Cow::Owned(PathBuf::from(OsStr::from_bytes(&bytes)))
        }
        _ => Cow::Borrowed(path),
    }
}

fn end(
    config: &Config,
    batch: &Batch,
    teller: Teller,
    ran: Ran,
    began: String,
    signal: Option<i32>,
) -> Result<Exit, Error> {
    let scheduling = Scheduling {
        strategy: batch.strategy,
        workers: batch.workers,
        cores: config.cores,
    };
    let record = RunRecord {
        shard: batch.shard,
        known: teller.known(),
        began,
        ..RunRecord::new(&ran, scheduling).with_places(&batch.source, &batch.dest)
    };
    let counts = &ran.totals.counts;
    let mut text = if batch.dry_run {
        summary::found(counts, teller.known()) + "\n"
    } else {
        let verbose = config.verbosity >= Verbosity::Verbose;
        summary::text(&ran, teller.known(), scheduling, verbose)
    };
    if signal.is_some() {
        text.push_str(&summary::interrupted(counts, teller.total(counts)));
    }
    let all = ran.finished && batch.list.is_none();
    let told = teller.end(record, all, text.trim_end());
    ran.ended_by.map_or(Ok(()), Err)?;
    told?;
    Ok(exit(&ran.totals.counts, config.allow_failures, signal))
}

fn exit(counts: &Counts, allowed: Allowance, signal: Option<i32>) -> Exit {
    match signal {
        Some(signal) => Exit::Interrupted(signal),
        None => Exit::of_counts(counts, allowed),
    }
}
