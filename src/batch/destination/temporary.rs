//! Temporary files: their names, which tell whose they are, and what killed runs left of them.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, gethostname};

/// How the names of temporary files begin and end. The leading dot keeps them from being taken for pictures.
const PREFIX: &str = ".thumbgen.";
pub(super) const SUFFIX: &str = ".tmp";

/// How many random letters and digits stand between them.
pub(super) const RANDOM: usize = 6;

/// No write takes this long: a temporary file of this age is left over, whoever made it.
const LEFTOVER: Duration = Duration::from_secs(24 * 60 * 60);

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

    /// How the names of its temporary files begin.
    pub(super) fn prefix(&self) -> String {
        format!("{PREFIX}{}.{}.", self.host, self.process)
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

/// Removes what killed runs left in `folder`.
pub(super) fn sweep(folder: &Path, here: &Owner) -> io::Result<()> {
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
impl Owner {
    /// The name of what another process of this host left.
    pub(super) fn left_by(&self, process: u32) -> String {
        let other = Self {
            process,
            ..self.clone()
        };
        other.prefix() + "abcdef" + SUFFIX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
