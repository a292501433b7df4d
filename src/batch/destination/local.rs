//! Thumbnails appear whole or not at all: a temporary file in the target folder, then a rename.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, gethostname};

use crate::batch::check_places::source_folders;
use crate::batch::destination::thumbnail::Written;
use crate::batch::ownership::foreign_at;
use crate::batch::walk::FileId;

/// How the names of temporary files begin and end. The leading dot keeps them from being taken for pictures.
const PREFIX: &str = ".thumbgen.";
const SUFFIX: &str = ".tmp";

/// How many random letters and digits stand between them.
const RANDOM: usize = 6;

/// No write takes this long: a temporary file of this age is left over, whoever made it.
const LEFTOVER: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a write is begun again because its folder or file disappeared: another run may prune a folder that is
/// empty for a moment.
const TRIES: u32 = 5;

/// Who makes temporary files: tells this process from all others that may write to the same folders.
///
/// A process number means something only on its host and in its namespace (containers on one host share neither).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    host: String,
    process: u32,
}

impl Owner {
    /// This process.
    pub fn this_process() -> Self {
        let name = gethostname().map_or_else(
            |_| "localhost".into(),
            |name| name.to_string_lossy().into_owned(),
        );
        // "pid:[4026531836]"; where the system has no such thing, the host's name must do.
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let namespace: String = namespace
            .to_string_lossy()
            .chars()
            .filter(char::is_ascii_digit)
            .collect();
        let host = format!("{}-{namespace}", name.replace('/', "_"));
        Self {
            host,
            process: std::process::id(),
        }
    }

    /// The owner that a temporary file's name states, if it is one of thumbgen's.
    fn of(file_name: &str) -> Option<Self> {
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let owner = file_name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
        let mut parts = owner.rsplitn(3, '.');
        let (random, process, host) = (parts.next()?, parts.next()?, parts.next()?);
        let (_, namespace) = host.rsplit_once('-')?;
        // To the letter, for a file of such a name may be removed.
        let is_ours = random.len() == RANDOM
            && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && is_digits(process)
            && is_digits(namespace);
        Some(Self {
            host: is_ours.then(|| host.to_owned())?,
            process: process.parse().ok()?,
        })
    }

    /// Whether this process can't be alive any more, as far as `here` can tell: another host's may always be alive.
    fn is_dead(&self, here: &Self) -> bool {
        self.host == here.host
            && self.process != here.process
            && i32::try_from(self.process)
                .is_ok_and(|id| kill(Pid::from_raw(id), None) == Err(Errno::ESRCH))
    }
}

/// Writes thumbnails below one DEST. Each worker has one.
#[derive(Debug, Clone)]
pub struct Writer {
    owner: Owner,
    prefix: String,
    dest: PathBuf,
    dest_id: Option<FileId>,
    /// Where the pictures of SOURCE are when all links are resolved.
    real_sources: Vec<PathBuf>,
    /// Where DEST is then.
    real_dest: Option<PathBuf>,
    /// The folder that was written to last: it exists and is swept.
    folder: PathBuf,
    /// The folder that was last found not to lead into SOURCE.
    outside: PathBuf,
}

impl Writer {
    /// A writer of thumbnails of `source` for the folder `dest`, which was the folder `dest_id` when the run began.
    pub fn new(source: &Path, dest: &Path, dest_id: Option<FileId>, owner: &Owner) -> Self {
        Self {
            // A SOURCE in a store has none.
            real_sources: source_folders(source).unwrap_or_default(),
            real_dest: fs::canonicalize(dest).ok(),
            prefix: format!("{PREFIX}{}.{}.", owner.host, owner.process),
            owner: owner.clone(),
            dest: dest.to_owned(),
            dest_id,
            folder: PathBuf::new(),
            outside: PathBuf::new(),
        }
    }

    /// Makes `bytes` the content of `path`, below DEST, unless something foreign is there; where that may be replaced,
    /// `replaced_for` is the picture that the thumbnail is of. Folders are made as needed. Whatever happens, `path` holds
    /// either what it held before or all of `bytes`.
    ///
    /// There is no `fsync`: after a power cut a thumbnail may be empty or short, and then its stamp tells.
    ///
    /// # Errors
    ///
    /// When the folder can't be made, or the file can't be written or renamed.
    pub fn write(
        &mut self,
        path: &Path,
        bytes: &[u8],
        replaced_for: Option<&Path>,
    ) -> io::Result<Written> {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        for _ in 1..TRIES {
            match self.try_write(folder, path, bytes, replaced_for) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.folder.clear(),
                result => return result,
            }
        }
        self.try_write(folder, path, bytes, replaced_for)
    }

    fn try_write(
        &mut self,
        folder: &Path,
        path: &Path,
        bytes: &[u8],
        replaced_for: Option<&Path>,
    ) -> io::Result<Written> {
        if folder != self.folder {
            self.prepare(folder)?;
        }
        // Made and written to as a plain file: its mode is what the umask leaves of 0666, not 0600, and its errors do
        // not name the temporary file.
        let mut file = tempfile::Builder::new()
            .prefix(&self.prefix)
            .suffix(SUFFIX)
            .rand_bytes(RANDOM)
            .make_in(folder, |path| File::create_new(path))?;
        file.as_file_mut().write_all(bytes)?;
        if let Some(picture) = replaced_for {
            self.check_replaced(folder, path, picture)?;
            file.persist(path)?;
            return Ok(Written::InPlace);
        }
        // Something may have appeared since the picture was begun. Where the file system can, this is one step, so that
        // nothing comes in between.
        let Err(refused) = file.persist_noclobber(path) else {
            return Ok(Written::InPlace);
        };
        match foreign_at(path)? {
            Some(foreign) => Ok(Written::Kept(foreign)),
            None => {
                refused.file.persist(path)?;
                Ok(Written::InPlace)
            }
        }
    }

    fn prepare(&mut self, folder: &Path) -> io::Result<()> {
        self.outside.clear();
        self.check(folder)?;
        if !folder.is_dir() {
            // A DEST that is gone (unmounted, moved away) must not be made again, perhaps on another disk.
            if fs::metadata(&self.dest).ok().map(|dest| FileId::of(&dest)) != self.dest_id {
                return Err(io::Error::new(io::ErrorKind::ReadOnlyFilesystem, DestGone));
            }
            fs::create_dir_all(folder)?;
        }
        sweep(folder, &self.owner)?;
        folder.clone_into(&mut self.folder);
        Ok(())
    }

    /// Refuses a place that is among the pictures and not in DEST: what is there are the pictures themselves.
    ///
    /// # Errors
    ///
    /// If `folder`, that of the place, leads there.
    pub fn check(&mut self, folder: &Path) -> io::Result<()> {
        if folder != self.outside {
            if self.leads_into_source(folder) {
                return Err(io::Error::other(LeadsIntoSource));
            }
            folder.clone_into(&mut self.outside);
        }
        Ok(())
    }

    /// Whether `folder`, which need not exist, is among the pictures and not in DEST.
    fn leads_into_source(&self, folder: &Path) -> bool {
        let there = folder
            .ancestors()
            .find_map(|folder| fs::canonicalize(folder).ok());
        there.is_some_and(|there| {
            let mut sources = self.real_sources.iter();
            sources.any(|source| there.starts_with(source)) && !self.is_in_dest(&there)
        })
    }

    fn is_in_dest(&self, real: &Path) -> bool {
        let dest = self.real_dest.as_ref();
        dest.is_some_and(|dest| real.starts_with(dest))
    }

    /// Refuses to replace what nobody means who says that foreign files in DEST may go: the `picture` itself, to which
    /// links may lead from SOURCE as well as from DEST, and what isn't in DEST at all.
    fn check_replaced(&self, folder: &Path, path: &Path, picture: &Path) -> io::Result<()> {
        let id = |folder: &Path| fs::metadata(folder).ok().map(|there| FileId::of(&there));
        // By the folder and the name, not by the file: another hard link to the picture may go.
        if let Ok(picture) = fs::canonicalize(picture)
            && picture.file_name() == path.file_name()
            && picture.parent().and_then(id) == id(folder)
        {
            return Err(io::Error::other(IsPicture));
        }
        if !self.is_in_dest(&fs::canonicalize(folder)?) && foreign_at(path)?.is_some() {
            return Err(io::Error::other(NotInDest));
        }
        Ok(())
    }
}

/// The thumbnail would replace its picture.
#[derive(Debug, thiserror::Error)]
#[error("it is the picture itself")]
struct IsPicture;

/// A link below DEST leads to something foreign elsewhere.
#[derive(Debug, thiserror::Error)]
#[error("not replaced: a link leads out of DEST, and thumbgen did not make what is there")]
struct NotInDest;

/// A link below DEST leads among the pictures, which thumbnails would replace.
#[derive(Debug, thiserror::Error)]
#[error("a link leads into SOURCE")]
struct LeadsIntoSource;

/// DEST is no longer the folder that it was when the run began.
#[derive(Debug, thiserror::Error)]
#[error("DEST is gone")]
struct DestGone;

/// Removes what killed runs left in `folder`.
fn sweep(folder: &Path, here: &Owner) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        sweep_file(&entry?.path(), here);
    }
    Ok(())
}

/// Removes `path` if a killed run left it, and says whether it did.
pub(crate) fn sweep_file(path: &Path, here: &Owner) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let Some(owner) = name.and_then(Owner::of) else {
        return false;
    };
    // Another run may have swept it just now, so an error doesn't matter.
    let is_file = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    is_file && (owner.is_dead(here) || is_old(path)) && fs::remove_file(path).is_ok()
}

/// Whether `path` is named like a temporary file: another run may be about to rename it.
pub(crate) fn is_temporary(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    name.and_then(Owner::of).is_some()
}

fn is_old(path: &Path) -> bool {
    let written = fs::symlink_metadata(path).and_then(|found| found.modified());
    // By this host's clock and the file server's, which differ by less.
    written.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFTOVER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::ownership::Foreign;

    #[test]
    fn owner_is_read_from_the_name_of_a_temporary_file() {
        let owner = Owner::of(".thumbgen.shop.example.org-4026531836.4711.x8Ghq2.tmp").unwrap();
        assert_eq!(
            owner,
            Owner {
                host: "shop.example.org-4026531836".into(),
                process: 4711
            }
        );
        for other in [
            "a.jpg",
            ".thumbgen.tmp",
            ".thumbgen.a.b.tmp",
            ".thumbgen.host.x.rand.tmp",
            ".thumbgen.host.1.r.jpg",
            ".thumbgen.notes.1.abcdef.tmp",
            ".thumbgen.my-notes.1.abcdef.tmp",
            ".thumbgen.host-1.1.abcde.tmp",
            ".thumbgen.host-1.1.abcdefg.tmp",
            ".thumbgen.host-1.1.abcd-f.tmp",
            ".thumbgen.host-1.+1.abcdef.tmp",
            "thumbgen.host-1.1.abcdef.tmp",
        ] {
            assert_eq!(Owner::of(other), None, "{other}");
        }
    }

    #[test]
    fn only_dead_processes_of_this_host_are_dead() {
        let here = Owner::this_process();
        let dead = Owner {
            process: i32::MAX as u32,
            ..here.clone()
        };
        assert!(dead.is_dead(&here));
        assert!(!here.is_dead(&here));
        assert!(
            !Owner {
                process: 1,
                ..here.clone()
            }
            .is_dead(&here)
        );
        assert!(
            !Owner {
                host: "elsewhere".into(),
                ..dead
            }
            .is_dead(&here)
        );
    }

    #[test]
    fn what_another_tool_puts_there_meanwhile_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (source, dest) = (folder.path().join("images"), folder.path().join("thumbs"));
        fs::create_dir(&source).unwrap();
        fs::create_dir(&dest).unwrap();
        let id = FileId::of(&fs::metadata(&dest).unwrap());
        let mut writer = Writer::new(&source, &dest, Some(id), &Owner::this_process());
        let place = dest.join("a.jpg");
        // Nobody looked before, so the writer takes all of it as new.
        fs::write(&place, b"mine").unwrap();
        let written = writer.write(&place, b"a thumbnail", None).unwrap();
        assert_eq!(written, Written::Kept(Foreign::File));
        assert_eq!(fs::read(&place).unwrap(), b"mine");
        assert_eq!(fs::read_dir(&dest).unwrap().count(), 1, "a leftover");

        let written = writer
            .write(&place, b"a thumbnail", Some(&source.join("a.jpg")))
            .unwrap();
        assert_eq!(written, Written::InPlace);
        assert_eq!(fs::read(&place).unwrap(), b"a thumbnail");

        fs::write(&place, b"").unwrap();
        let written = writer.write(&place, b"another", None).unwrap();
        assert_eq!(written, Written::InPlace);
        assert_eq!(fs::read(&place).unwrap(), b"another");
        assert_eq!(fs::read_dir(&dest).unwrap().count(), 1, "a leftover");
    }
}
