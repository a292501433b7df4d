//! The rounds: everything warm, every contender in turn, all results the same.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{CompareError, Difference};
use super::evaluate::Work;
use super::figures::{Comparison, Contender, Measured};
use super::make::{Fate, Round};
use super::settings::{Settings, contenders};
use crate::batch::error::PictureError;
use crate::batch::stop::Stop;
use crate::batch::walk::{FileId, walk};
use crate::tell::progress::Steps;

/// Thumbnails that may wait for their removal. On ext4 a file that is made within seconds of many removals can cost a
/// millisecond, which would count against the next contender; and a full disk would end the comparison.
const KEPT_THUMBNAILS: u64 = 50_000;

/// A comparison about to be run.
#[derive(Debug)]
pub struct Rounds<'a> {
    settings: &'a Settings,
    stop: &'a Stop,
    /// Where the thumbnails are made.
    folder: &'a Path,
    /// All pictures by their path below SOURCE.
    pictures: Vec<PathBuf>,
    /// Entries of the tree that can't be visited.
    unvisited: Vec<PictureError>,
}

/// What the first contender made of a picture: a checksum of its thumbnails, or its failure.
type Checked = Result<u64, String>;

impl<'a> Rounds<'a> {
    /// Finds the pictures of `settings`; thumbnails will be made below `folder`, until `stop` is set.
    ///
    /// # Errors
    ///
    /// When there are no pictures.
    pub fn new(
        settings: &'a Settings,
        folder: &'a Path,
        stop: &'a Stop,
    ) -> Result<Self, CompareError> {
        let (mut pictures, mut unvisited) = (Vec::new(), Vec::new());
        for picture in walk(
            &settings.source,
            fs::metadata(folder).ok().map(|folder| FileId::of(&folder)),
            settings.walk,
            |_, _| (),
        ) {
            match picture {
                Ok(picture) => pictures.push(picture.relative().to_owned()),
                Err(error) => unvisited.push(error),
            }
        }
        if pictures.is_empty() {
            return Err(CompareError::NoPictures(settings.source.clone()));
        }
        Ok(Self {
            settings,
            stop,
            folder,
            pictures,
            unvisited,
        })
    }

    /// How many steps of the bar [`run`](Self::run) takes.
    pub fn steps(&self) -> u64 {
        let contenders = contenders(&self.settings.jobs).len() as u64;
        self.pictures.len() as u64 * (1 + u64::from(self.settings.rounds.get()) * contenders)
    }

    /// Runs all rounds. `make` makes all pictures in the way of a contender into an empty folder, and is given what to
    /// call after each. Returns the figures and the number of failures, which are printed on stderr.
    ///
    /// # Errors
    ///
    /// What `make` fails with, and the first picture of which two contenders made different things.
    pub fn run(
        &self,
        bar: &Steps,
        make: impl Fn(Contender, &Path, &(dyn Fn() + Sync)) -> Result<Round, CompareError>,
    ) -> Result<(Comparison, u64), CompareError> {
        let mut contenders: Vec<_> = contenders(&self.settings.jobs)
            .into_iter()
            .map(|contender| (contender, Vec::new()))
            .collect();
        let bytes = self.warm(bar);

        let mut agreed = Agreed::default();
        let mut kept = Kept::new(self.folder);
        let places = contenders.len();
        for round in 0..self.settings.rounds.get() as usize {
            for turn in 0..places {
                let (contender, measured): &mut (_, Vec<Measured>) =
                    &mut contenders[(turn + round) % places];
                let dest = kept.folder_for(self.pictures.len() as u64)?;
                let made = make(*contender, &dest, &|| bar.step())?;
                measured.push(made.measured);
                agreed.check(*contender, made, &self.pictures)?;
            }
        }
        bar.finish();
        self.end(bytes, &agreed, &contenders, bar)
    }

    /// Reads every picture, so that no contender finds them colder than another. Returns their bytes.
    fn warm(&self, bar: &Steps) -> u64 {
        let mut bytes = 0;
        for picture in self.pictures.iter().take_while(|_| !self.stop.is_set()) {
            // A picture that can't be read will fail with every contender, and is reported then.
            bytes += self
                .path(picture)
                .and_then(File::open)
                .and_then(|mut file| io::copy(&mut file, &mut io::sink()))
                .unwrap_or(0);
            bar.step();
        }
        bytes
    }

    fn path(&self, picture: &Path) -> io::Result<PathBuf> {
        let source = &self.settings.source;
        Ok(if source.is_dir() {
            source.join(picture)
        } else {
            source.clone()
        })
    }

    fn end(
        &self,
        bytes: u64,
        agreed: &Agreed,
        measured: &[(Contender, Vec<Measured>)],
        bar: &Steps,
    ) -> Result<(Comparison, u64), CompareError> {
        for error in &self.unvisited {
            bar.line(&error.to_string());
        }
        let failures: Vec<_> = agreed.failures().collect();
        for failure in &failures {
            bar.line(failure);
        }
        let failed = failures.len() as u64;
        let work = Work {
            pictures: self.pictures.len() as u64,
            failed,
            bytes,
            cores: self.settings.cores,
        };
        if failed == work.pictures {
            return Err(CompareError::AllFailed(self.settings.source.clone()));
        }
        Ok((
            Comparison::new(work, measured),
            failed + self.unvisited.len() as u64,
        ))
    }
}

/// What all contenders made so far.
#[derive(Debug, Default)]
struct Agreed {
    first: Option<Contender>,
    results: BTreeMap<PathBuf, Checked>,
}

impl Agreed {
    /// Takes the first contender's results as right, and compares all others with them.
    fn check(
        &mut self,
        contender: Contender,
        round: Round,
        pictures: &[PathBuf],
    ) -> Result<(), CompareError> {
        let differs = |picture: &Path, what: String| Difference {
            picture: picture.to_owned(),
            contender: contender.to_string(),
            what,
        };
        if let Some(picture) = &round.twice {
            return Err(differs(picture, "went through it twice".into()).into());
        }
        let mut fates = round.fates;
        for picture in pictures {
            let result = match fates.remove(picture) {
                None => Err(differs(picture, "left it out".into())),
                Some(fate) => self
                    .compare(contender, picture, fate)
                    .map_err(|what| differs(picture, what)),
            };
            result?;
        }
        if let Some(picture) = fates.keys().min() {
            return Err(differs(picture, "found it, and the others didn't".into()).into());
        }
        self.first.get_or_insert(contender);
        Ok(())
    }

    fn compare(&mut self, contender: Contender, picture: &Path, fate: Fate) -> Result<(), String> {
        let result = match fate {
            Fate::Made(thumbnails) => {
                Ok(checksum(&thumbnails).map_err(|error| format!("left no thumbnail: {error}"))?)
            }
            Fate::Failed(told) => Err(told),
        };
        let Some(first) = self.first else {
            self.results.insert(picture.to_owned(), result);
            return Ok(());
        };
        match (self.results.get(picture), &result) {
            (Some(expected), found) if expected == found => Ok(()),
            (Some(Ok(_)), Ok(_)) if contender == first => {
                Err("made another thumbnail than in the first round".into())
            }
            (Some(Ok(_)), Ok(_)) => Err(format!("made another thumbnail than {first}")),
            (Some(Ok(_)), Err(told)) => {
                Err(format!("failed where {first} made a thumbnail: {told}"))
            }
            (Some(Err(told)), Ok(_)) => {
                Err(format!("made a thumbnail where {first} failed: {told}"))
            }
            (Some(Err(one)), Err(other)) => Err(format!(
                "failed in another way than {first}: {other}, not {one}"
            )),
            (None, _) => Err(format!("found it, and {first} didn't")),
        }
    }

    fn failures(&self) -> impl Iterator<Item = &str> {
        self.results
            .values()
            .filter_map(|result| result.as_ref().err().map(String::as_str))
    }
}

/// A checksum of the `files`, the same for the same bytes.
fn checksum(files: &[PathBuf]) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    for file in files {
        hasher.write(&fs::read(file)?);
    }
    Ok(hasher.finish())
}

/// The folders of thumbnails that were compared, to be removed together.
struct Kept<'a> {
    root: &'a Path,
    made: u64,
    folders: Vec<PathBuf>,
    thumbnails: u64,
}

impl<'a> Kept<'a> {
    fn new(root: &'a Path) -> Self {
        Self {
            root,
            made: 0,
            folders: Vec::new(),
            thumbnails: 0,
        }
    }

    /// An empty folder for that many `thumbnails`.
    fn folder_for(&mut self, thumbnails: u64) -> Result<PathBuf, CompareError> {
        self.make_folder(thumbnails)
            .map_err(|error| CompareError::Temporary {
                folder: self.root.to_owned(),
                cause: error.to_string(),
            })
    }

    fn make_folder(&mut self, thumbnails: u64) -> io::Result<PathBuf> {
        if self.thumbnails + thumbnails > KEPT_THUMBNAILS {
            for folder in self.folders.drain(..) {
                fs::remove_dir_all(folder)?;
            }
            self.thumbnails = 0;
        }
        self.made += 1;
        self.thumbnails += thumbnails;
        let folder = self.root.join(self.made.to_string());
        fs::create_dir(&folder)?;
        self.folders.push(folder.clone());
        Ok(folder)
    }
}
