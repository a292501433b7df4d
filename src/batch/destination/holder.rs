//! Which process holds a lock on a folder, where the system says so.

use std::fs::File;
use std::io::Read;

/// The longest text about a holder that is told.
const LONGEST: u64 = 200;

/// What `text` says of a holder, if a terminal can show it: whoever holds a lock writes it.
pub(super) fn plain(text: impl Read) -> Option<String> {
    let mut holder = String::new();
    text.take(LONGEST).read_to_string(&mut holder).ok()?;
    let holder = holder.trim_end();
    let is_plain = !holder.is_empty() && !holder.chars().any(char::is_control);
    is_plain.then(|| holder.to_owned())
}

/// The process that holds a lock on `folder`, by Linux's `/proc/locks`, which doesn't name processes of other hosts or
/// containers.
#[cfg(target_os = "linux")]
pub(super) fn holder(folder: &File) -> Option<String> {
    use std::fs;
    use std::os::unix::fs::MetadataExt;

    use nix::sys::stat::{major, minor};

    let found = folder.metadata().ok()?;
    let device = found.dev();
    let id = format!(
        "{:02x}:{:02x}:{}",
        major(device),
        minor(device),
        found.ino()
    );
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // 1: FLOCK  ADVISORY  WRITE 4711 fe:00:10011755 0 EOF
    let process = locks.lines().find_map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            [_, "FLOCK", _, "WRITE" | "READ", process, file, ..] if file == id => {
                process.parse::<u32>().ok()
            }
            _ => None,
        }
    })?;
    let name = File::open(format!("/proc/{process}/comm")).ok();
    Some(match name.and_then(plain) {
        Some(name) => format!("process {process} ({name})"),
        None => format!("process {process}"),
    })
}

/// Other systems don't tell who holds a lock of flock(2).
#[cfg(not(target_os = "linux"))]
pub(super) fn holder(_folder: &File) -> Option<String> {
    None
}
