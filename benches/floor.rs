//! The bare system calls of a run with nothing to do: list the folders, stat each source, open, read and close each
//! thumbnail. What a run costs beyond this is thumbgen's own.
//!
//! ```text
//! cargo bench --bench floor -- SOURCE DEST THREADS
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Folders still to be listed, relative to SOURCE, and how many are being listed.
struct Folders(Mutex<(Vec<PathBuf>, usize)>);

impl Folders {
    fn next(&self) -> Option<PathBuf> {
        loop {
            let mut folders = self.0.lock().expect("a thread panicked");
            match folders.0.pop() {
                Some(folder) => {
                    folders.1 += 1;
                    return Some(folder);
                }
                None if folders.1 == 0 => return None,
                None => std::thread::yield_now(),
            }
        }
    }

    fn listed(&self, found: Vec<PathBuf>) {
        let mut folders = self.0.lock().expect("a thread panicked");
        folders.0.extend(found);
        folders.1 -= 1;
    }
}

fn main() {
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let [source, dest, threads] = arguments.as_slice() else {
        eprintln!("floor: needs SOURCE DEST THREADS; nothing measured");
        return;
    };
    let (source, dest) = (Path::new(source), Path::new(dest));
    let threads: usize = threads.parse().expect("THREADS is a number");
    let folders = Folders(Mutex::new((vec![PathBuf::new()], 0)));
    let pictures = AtomicU64::new(0);
    let clock = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut buffer = [0; 512];
                while let Some(folder) = folders.next() {
                    let (count, found) =
                        check(source, dest, &folder, &mut buffer).expect("a tree that can be read");
                    folders.listed(found);
                    pictures.fetch_add(count, Ordering::Relaxed);
                }
            });
        }
    });
    let (seconds, pictures) = (clock.elapsed().as_secs_f64(), pictures.into_inner());
    println!(
        "{pictures} pictures, {threads} threads: {seconds:.3} s, {:.2} us a picture",
        seconds / pictures as f64 * 1e6
    );
}

/// Makes the calls for all pictures directly in `folder`. Returns their number, and the folders below.
fn check(
    source: &Path,
    dest: &Path,
    folder: &Path,
    buffer: &mut [u8],
) -> std::io::Result<(u64, Vec<PathBuf>)> {
    let (mut pictures, mut folders) = (0, Vec::new());
    for entry in fs::read_dir(source.join(folder))? {
        let entry = entry?;
        let relative = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            folders.push(relative);
            continue;
        }
        fs::metadata(entry.path())?;
        let _ = File::open(dest.join(&relative))?.read(buffer)?;
        pictures += 1;
    }
    Ok((pictures, folders))
}
