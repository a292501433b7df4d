//! Which process holds a lock on a folder, where the system says so.

use std::fs::File;

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
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some(format!("process {process} ({})", name.trim_end()))
}

/// Other systems don't tell who holds a lock of flock(2).
#[cfg(not(target_os = "linux"))]
pub(super) fn holder(_folder: &File) -> Option<String> {
    None
}
