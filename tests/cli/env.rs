//! A folder for each test, the real program run in it, and assertions on the outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use filetime::FileTime;
use serde_json::Value;
use tempfile::TempDir;

/// The program under test.
pub(crate) const THUMBGEN: &str = env!("CARGO_BIN_EXE_thumbgen");

/// The pictures that come with the project, all sound.
pub(crate) const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/pictures");

/// Files with a picture's name, of which one is a picture.
pub(crate) const BROKEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/broken");

/// The names of the strategies.
pub(crate) const STRATEGIES: [&str; 3] = ["seq", "threads", "rayon"];

/// Variables by which engines tell a process its part; they must not leak into the tests.
const ENGINES: [&str; 8] = [
    "AWS_BATCH_JOB_ARRAY_INDEX",
    "AWS_BATCH_JOB_ARRAY_SIZE",
    "JOB_COMPLETION_INDEX",
    "SLURM_ARRAY_TASK_ID",
    "SLURM_ARRAY_TASK_COUNT",
    "SLURM_ARRAY_TASK_MIN",
    "SLURM_ARRAY_TASK_MAX",
    "SLURM_ARRAY_TASK_STEP",
];

/// The user and group that own nothing.
const NOBODY: u32 = 65_534;

/// A temporary folder; `images` and `thumbs` in it are SOURCE and DEST unless a test says otherwise.
pub(crate) struct Env {
    folder: TempDir,
}

impl Env {
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("thumbgen-test.")
            // Users other than this one must get in.
            .permissions(Permissions::from_mode(0o755))
            .tempdir()
            .unwrap();
        let env = Self { folder };
        env.dir("images");
        env
    }

    /// With pictures of many sizes in a few folders.
    pub(crate) fn with_pictures(count: u16) -> Self {
        let env = Self::new();
        for number in 0..count {
            let name = format!("images/{}/{}/p {number}.jpg", number % 7, number % 3);
            env.file(name, &jpeg(16 + number % 50, 12, number as u8));
        }
        env
    }

    /// The path of `name`.
    pub(crate) fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.folder.path().join(name.as_ref())
    }

    /// Makes a folder and those above it.
    pub(crate) fn dir(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    /// Makes a file and the folders above it.
    pub(crate) fn file(&self, name: impl AsRef<OsStr>, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Makes a small picture.
    pub(crate) fn picture(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.file(name, &jpeg(40, 30, 1))
    }

    /// Makes a link to `target`, which is taken as seen from the link's own folder.
    pub(crate) fn link(&self, target: &str, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, &path).unwrap();
        path
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, name: impl AsRef<OsStr>) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Everything below the folder `name` except folders: path below it and bytes. Leftovers would show here.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<OsString, Vec<u8>> {
        files_below(&self.path(name))
    }

    /// The same; empty if there is no such folder. Files that disappear meanwhile are left out.
    pub(crate) fn tree_if_any(&self, name: &str) -> BTreeMap<OsString, Vec<u8>> {
        let folder = self.path(name);
        let entries = walkdir::WalkDir::new(&folder)
            .into_iter()
            .filter_map(Result::ok);
        entries
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| {
                let name = entry
                    .path()
                    .strip_prefix(&folder)
                    .unwrap()
                    .as_os_str()
                    .to_owned();
                Some((name, fs::read(entry.path()).ok()?))
            })
            .collect()
    }

    /// The names of `tree`, those that are not UTF-8 escaped.
    pub(crate) fn names(&self, name: &str) -> Vec<String> {
        let shown = |name: OsString| name.as_bytes().escape_ascii().to_string();
        self.tree(name).into_keys().map(shown).collect()
    }

    /// The paths of `tree`.
    pub(crate) fn paths(&self, name: &str) -> BTreeSet<PathBuf> {
        self.tree_if_any(name)
            .into_keys()
            .map(PathBuf::from)
            .collect()
    }

    /// The program with `arguments`, in the temporary folder.
    pub(crate) fn command<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Command {
        let mut command = Command::new(THUMBGEN);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        for name in ENGINES {
            command.env_remove(name);
        }
        command
    }

    /// Runs the program with `arguments`.
    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        finish(&mut self.command(arguments))
    }

    /// Runs `thumbgen images DEST` and `options`.
    pub(crate) fn make_into(&self, dest: &str, options: &[&str]) -> Run {
        self.run(["images", dest].iter().chain(options))
    }

    /// Runs `thumbgen images thumbs --files-from -` and `options`, with `list` on stdin.
    pub(crate) fn list(&self, list: &[u8], options: &[&str]) -> Run {
        let arguments = ["images", "thumbs", "--files-from", "-"];
        let mut command = self.command(arguments.iter().chain(options));
        let mut child = piped(&mut command).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(list).unwrap();
        ended(&command, child)
    }

    /// The records of a report.
    pub(crate) fn records(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(name)).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Runs `thumbgen images thumbs` and `options`.
    pub(crate) fn make<'a>(&self, options: impl IntoIterator<Item = &'a str>) -> Run {
        self.run(["images", "thumbs"].into_iter().chain(options))
    }

    /// Runs `thumbgen images thumbs` and `options` as a user who is bound by permissions: this one, or nobody if this
    /// one is root. What is in the folder by then belongs to that user.
    pub(crate) fn make_as_ordinary_user<'a>(
        &self,
        options: impl IntoIterator<Item = &'a str>,
    ) -> Run {
        let mut command = self.command(["images", "thumbs"].into_iter().chain(options));
        if nix::unistd::Uid::effective().is_root() {
            // The user nobody may not even look into the folder where the program was built.
            let program = self.path("program");
            // Copied by another process: a child of this one that another test forks at the wrong moment would have the
            // copy open for writing, and then it can't be run.
            let copied = Command::new("cp").arg(THUMBGEN).arg(&program).status();
            assert!(copied.unwrap().success());
            for entry in walkdir::WalkDir::new(self.folder.path()) {
                let path = entry.unwrap().into_path();
                std::os::unix::fs::lchown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
            let arguments: Vec<_> = command.get_args().map(OsStr::to_owned).collect();
            command = Command::new(program);
            command
                .args(arguments)
                .current_dir(self.folder.path())
                .stdin(Stdio::null())
                .uid(NOBODY)
                .gid(NOBODY);
        }
        finish(&mut command)
    }
}

/// Everything below `folder` except folders.
pub(crate) fn files_below(folder: &Path) -> BTreeMap<OsString, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).unwrap();
            (name.as_os_str().to_owned(), fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Runs `command` to its end.
pub(crate) fn finish(command: &mut Command) -> Run {
    let child = piped(command).spawn().unwrap();
    ended(command, child)
}

/// Keeps what `command` prints.
pub(crate) fn piped(command: &mut Command) -> &mut Command {
    command.stdout(Stdio::piped()).stderr(Stdio::piped())
}

/// Waits for the end of `child`, which `command` started.
pub(crate) fn ended(command: &Command, child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        command: format!("{command:?}"),
        status: output.status,
        stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

/// A run of the program that has ended.
#[derive(Debug)]
pub(crate) struct Run {
    command: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The run ended with `status`, and nothing is on stdout.
    #[track_caller]
    pub(crate) fn ends_with(&self, status: i32) -> &Self {
        self.exits(status);
        assert_eq!(self.stdout, "", "stdout of {self}");
        self
    }

    /// The run ended with `status`.
    #[track_caller]
    pub(crate) fn exits(&self, status: i32) -> &Self {
        assert_eq!(
            (self.status.code(), self.status.signal()),
            (Some(status), None),
            "exit status of {self}"
        );
        self
    }

    /// The first line of the summary is that of these counts.
    #[track_caller]
    pub(crate) fn counts(&self, made: u32, fresh: u32, failed: u32) -> &Self {
        let found = made + fresh + failed;
        let pictures = if found == 1 { "picture" } else { "pictures" };
        let line = format!("{found} {pictures} found: {made} made, {fresh} fresh, {failed} failed");
        assert!(
            self.stderr.lines().any(|is| is == line),
            "no \"{line}\" from {self}"
        );
        self
    }

    /// stderr holds `text`.
    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "no \"{text}\" from {self}");
        self
    }

    /// stderr does not hold `text`.
    #[track_caller]
    pub(crate) fn does_not_say(&self, text: &str) -> &Self {
        assert!(!self.stderr.contains(text), "\"{text}\" from {self}");
        self
    }

    /// The lines on stderr about `path`.
    pub(crate) fn lines_about(&self, path: &str) -> Vec<&str> {
        self.stderr
            .lines()
            .filter(|line| line.contains(path))
            .collect()
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}\n{}\nstdout: {}\nstderr: {}",
            self.command, self.status, self.stdout, self.stderr
        )
    }
}

/// A picture of `width` x `height` pixels; another `seed` gives another picture.
pub(crate) fn jpeg(width: u16, height: u16, seed: u8) -> Vec<u8> {
    let pixel = |at: usize| {
        let (x, y) = (at % usize::from(width), at / usize::from(width));
        [(x * 2) as u8 ^ seed, (y * 3) as u8, seed.wrapping_mul(37)]
    };
    let rgb: Vec<u8> = (0..usize::from(width) * usize::from(height))
        .flat_map(pixel)
        .collect();
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 80)
        .encode(&rgb, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    jpeg
}

/// Width and height of a JPEG, all of which must decode.
#[track_caller]
pub(crate) fn size(jpeg: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).unwrap();
    (picture.width(), picture.height())
}

/// Sets a file's modification time.
pub(crate) fn set_mtime(path: &Path, seconds: i64, nanoseconds: u32) {
    filetime::set_file_mtime(path, FileTime::from_unix_time(seconds, nanoseconds)).unwrap();
}

/// A file's modification time.
pub(crate) fn mtime(path: &Path) -> FileTime {
    FileTime::from_last_modification_time(&fs::metadata(path).unwrap())
}

/// A file's permissions.
pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Gives a file or folder permissions.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}
