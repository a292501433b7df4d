//! Thumbnails appear whole or not at all: a temporary file in the target folder, then a rename.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::batch::check_places::source_folders;
use crate::batch::destination::temporary::{Owner, RANDOM, SUFFIX, sweep};
use crate::batch::destination::thumbnail::Written;
use crate::batch::ownership::foreign_at;
use crate::batch::walk::FileId;

/// How often a write is begun again because its folder or file disappeared: another run may prune a folder that is
/// empty for a moment.
const TRIES: u32 = 5;

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
    /// What is known of the folders of each variant's thumbnails: pictures come folder by folder, and the variants of
    /// one go to different folders.
    folders: Vec<Folders>,
}

/// The folders of one variant's thumbnails that the last picture's were in.
#[derive(Debug, Clone, Default)]
struct Folders {
    /// The one that was written to: it exists and is swept.
    written: PathBuf,
    /// The one that was found not to lead into SOURCE.
    outside: PathBuf,
}

impl Writer {
    /// A writer of thumbnails of `source` for the folder `dest`, which was the folder `dest_id` when the run began.
    pub fn new(source: &Path, dest: &Path, dest_id: Option<FileId>, owner: &Owner) -> Self {
        Self {
            // A SOURCE in a store has none.
            real_sources: source_folders(source).unwrap_or_default(),
            real_dest: fs::canonicalize(dest).ok(),
            prefix: owner.prefix(),
            owner: owner.clone(),
            dest: dest.to_owned(),
            dest_id,
            folders: Vec::new(),
        }
    }

    /// Makes `bytes`, a thumbnail in variant number `variant`, the content of `path`, below DEST, unless something
    /// foreign is there. Where that may be replaced, `replaced_for` is the picture that the thumbnail is of. Folders
    /// are made as needed. Whatever happens, `path` holds either what it held before or all of `bytes`.
    ///
    /// There is no `fsync`: after a power cut a thumbnail may be empty or short, and then its stamp tells.
    ///
    /// # Errors
    ///
    /// When the folder can't be made, or the file can't be written or renamed.
    pub fn write(
        &mut self,
        variant: usize,
        path: &Path,
        bytes: &[u8],
        replaced_for: Option<&Path>,
    ) -> io::Result<Written> {
        for _ in 1..TRIES {
            match self.try_write(variant, path, bytes, replaced_for) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.folders(variant).written.clear();
                }
                result => return result,
            }
        }
        self.try_write(variant, path, bytes, replaced_for)
    }

    fn try_write(
        &mut self,
        variant: usize,
        path: &Path,
        bytes: &[u8],
        replaced_for: Option<&Path>,
    ) -> io::Result<Written> {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        if folder != self.folders(variant).written {
            self.prepare(variant, folder)?;
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
        // Something may have appeared since the picture was begun. Into an empty place this is one step where the file
        // system can, so that nothing comes in between; where a thumbnail of ours is, looking and replacing are two.
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

    fn folders(&mut self, variant: usize) -> &mut Folders {
        if self.folders.len() <= variant {
            self.folders.resize_with(variant + 1, Folders::default);
        }
        &mut self.folders[variant]
    }

    fn prepare(&mut self, variant: usize, folder: &Path) -> io::Result<()> {
        self.folders(variant).outside.clear();
        self.check(variant, folder)?;
        if !folder.is_dir() {
            // A DEST that is gone (unmounted, moved away) must not be made again, perhaps on another disk.
            if fs::metadata(&self.dest).ok().map(|dest| FileId::of(&dest)) != self.dest_id {
                return Err(io::Error::new(io::ErrorKind::ReadOnlyFilesystem, DestGone));
            }
            fs::create_dir_all(folder)?;
        }
        sweep(folder, &self.owner)?;
        folder.clone_into(&mut self.folders(variant).written);
        Ok(())
    }

    /// Refuses a place that is among the pictures and not in DEST: what is there are the pictures themselves.
    ///
    /// # Errors
    ///
    /// If `folder`, that of a thumbnail in variant number `variant`, leads there.
    pub fn check(&mut self, variant: usize, folder: &Path) -> io::Result<()> {
        if folder != self.folders(variant).outside {
            if self.leads_into_source(folder) {
                return Err(io::Error::other(LeadsIntoSource));
            }
            folder.clone_into(&mut self.folders(variant).outside);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::ownership::Foreign;

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
        let written = writer.write(0, &place, b"a thumbnail", None).unwrap();
        assert_eq!(written, Written::Kept(Foreign::File));
        assert_eq!(fs::read(&place).unwrap(), b"mine");
        assert_eq!(fs::read_dir(&dest).unwrap().count(), 1, "a leftover");

        let written = writer
            .write(0, &place, b"a thumbnail", Some(&source.join("a.jpg")))
            .unwrap();
        assert_eq!(written, Written::InPlace);
        assert_eq!(fs::read(&place).unwrap(), b"a thumbnail");

        fs::write(&place, b"").unwrap();
        let written = writer.write(0, &place, b"another", None).unwrap();
        assert_eq!(written, Written::InPlace);
        assert_eq!(fs::read(&place).unwrap(), b"another");
        assert_eq!(fs::read_dir(&dest).unwrap().count(), 1, "a leftover");
    }

    #[test]
    fn a_folder_is_looked_through_once_whatever_is_written_in_between() {
        let folder = tempfile::tempdir().unwrap();
        let dest = folder.path();
        let here = Owner::this_process();
        let id = FileId::of(&fs::metadata(dest).unwrap());
        let mut writer = Writer::new(Path::new("/nowhere"), dest, Some(id), &here);
        let mut write = |variant: usize, name: &str| {
            let place = dest.join(format!("{variant}/{name}"));
            writer.write(variant, &place, b"a thumbnail", None).unwrap();
        };
        (0..2).for_each(|variant| write(variant, "a"));
        // What a killed run left, which is removed where a folder is listed.
        let left = |variant: usize| {
            let name = format!("{variant}/{}", here.left_by(i32::MAX as u32));
            dest.join(name)
        };
        (0..2).for_each(|variant| fs::write(left(variant), b"").unwrap());
        (0..2).for_each(|variant| write(variant, "b"));
        assert!((0..2).all(|variant| left(variant).exists()));
        (0..2).for_each(|variant| write(variant, "deeper/c"));
        (0..2).for_each(|variant| write(variant, "d"));
        assert!(!(0..2).any(|variant| left(variant).exists()));
    }
}
