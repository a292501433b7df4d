//! The commands in the blocks, and what they print.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::documents;
use crate::files::{self, THUMBGEN};
use crate::markdown::{Block, Part};

/// What stands between what two commands print.
const BETWEEN: &str = "\u{1}next\u{1}";

#[test]
fn every_command_does_what_the_page_says() {
    let mut ran = 0;
    let mut failed = Vec::new();
    for document in documents() {
        let mut folder = None;
        for part in &document.parts {
            let block = match part {
                Part::Heading(_) => {
                    folder = None;
                    continue;
                }
                Part::Block(block) => block,
            };
            let place = format!("{}:{}", document.name, block.line);
            match Kind::of(block) {
                Kind::Other => {}
                Kind::NotRun(why) => println!("not run: {place}: {why}"),
                Kind::Lacks(tool) => println!("SKIPPED: {place}: there is no {tool}"),
                Kind::Run { prints } => {
                    let folder = folder.get_or_insert_with(prepared);
                    ran += block.commands(prints).len();
                    let done = if prints {
                        block.prints(folder.path())
                    } else {
                        block.succeeds(folder.path())
                    };
                    failed.extend(done.err().map(|why| format!("{place}: {why}")));
                }
            }
        }
    }
    println!("{ran} commands run");
    assert!(ran > 50, "{ran}");
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

/// What becomes of a block.
enum Kind<'b> {
    Run {
        /// Whether the block also says what its commands print.
        prints: bool,
    },
    NotRun(&'b str),
    Lacks(&'b str),
    /// It holds no commands.
    Other,
}

impl<'b> Kind<'b> {
    fn of(block: &'b Block) -> Self {
        let (language, more) = block.info.split_once(' ').unwrap_or((&block.info, ""));
        let prints = match language {
            "sh" => false,
            "console" => true,
            "json" | "text" | "ini" | "crontab" | "python" | "rust,no_run" | "toml" | "html"
            | "js" => {
                return Self::Other;
            }
            other => panic!("line {}: {other:?} says not whether it is run", block.line),
        };
        match (more.strip_prefix("not run: "), more.strip_prefix("with ")) {
            (Some(why), _) => Self::NotRun(why),
            (_, Some(tool)) if !is_installed(tool) => Self::Lacks(tool),
            (_, Some(_)) => Self::Run { prints },
            _ if more.is_empty() => Self::Run { prints },
            _ => panic!("line {}: what does {more:?} mean?", block.line),
        }
    }
}

fn is_installed(tool: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(tool).is_file())
}

/// A folder with the pictures that the pages speak of.
fn prepared() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("thumbgen-docs.")
        .tempdir()
        .unwrap();
    files::copy(&files::path("testdata"), &folder.path().join("testdata"));
    files::copy(
        &files::path("testdata/pictures"),
        &folder.path().join("images"),
    );
    folder
}

impl Block {
    /// Its commands, one each; a line that ends with a backslash goes on in the next one.
    fn commands(&self, prints: bool) -> Vec<String> {
        let mut commands = Vec::new();
        let mut begun = String::new();
        for line in &self.lines {
            let line = match (prints, line.strip_prefix("$ ")) {
                (true, Some(command)) => command,
                (true, None) if begun.is_empty() => continue,
                _ => line.as_str(),
            };
            begun.push_str(line);
            if begun.ends_with('\\') {
                begun.push('\n');
            } else if !begun.trim().is_empty() && !begun.starts_with('#') {
                commands.push(std::mem::take(&mut begun));
            } else {
                begun.clear();
            }
        }
        commands
    }

    /// Runs it as one script.
    fn succeeds(&self, folder: &Path) -> Result<(), String> {
        let output = bash(folder, &["-euo", "pipefail", "-c", &self.lines.join("\n")]);
        if output.status.success() {
            Ok(())
        } else {
            Err(format!("{}\n{}", output.status, printed(&output)))
        }
    }

    /// Runs its commands and compares what they print.
    fn prints(&self, folder: &Path) -> Result<(), String> {
        // `echo $?` still has to tell the command's status behind it.
        let between = format!("\nstatus=$?; echo '{BETWEEN}'; (exit $status)\n");
        let script = format!("exec 2>&1\n{}", self.commands(true).join(&between));
        let output = bash(folder, &["-c", &script]);
        let printed = printed(&output);
        let mut found = Vec::new();
        for (command, lines) in self.commands(true).iter().zip(printed.split(BETWEEN)) {
            found.extend(format!("$ {command}").lines().map(str::to_owned));
            found.extend(
                lines
                    .lines()
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned),
            );
        }
        let told: Vec<_> = self.lines.iter().filter(|line| !line.is_empty()).collect();
        if is_like(&told, &found.iter().collect::<Vec<_>>()) {
            Ok(())
        } else {
            Err(format!("it prints\n{}", found.join("\n")))
        }
    }
}

fn bash(folder: &Path, arguments: &[&str]) -> Output {
    let program = Path::new(THUMBGEN).parent().map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = program.into_iter().chain(env::split_paths(&path)).collect();
    let mut command = Command::new("bash");
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env("PATH", env::join_paths(path).unwrap())
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", folder);
    let engines = |name: &OsString| {
        let name = name.to_string_lossy();
        ["SLURM_", "AWS_BATCH_", "JOB_COMPLETION_"]
            .iter()
            .any(|of| name.starts_with(of))
    };
    for (name, _) in env::vars_os().filter(|(name, _)| engines(name)) {
        command.env_remove(name);
    }
    command.output().unwrap()
}

fn printed(output: &Output) -> String {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

/// Whether `found` is what a page `told`: the same lines but for times and such; `...` stands for any lines.
fn is_like(told: &[&String], found: &[&String]) -> bool {
    match (told, found) {
        ([], []) => true,
        ([any, told @ ..], _) if *any == "..." => {
            (0..=found.len()).any(|skipped| is_like(told, &found[skipped..]))
        }
        ([one, told @ ..], [other, found @ ..]) => {
            without_figures(one) == without_figures(other) && is_like(told, found)
        }
        _ => false,
    }
}

/// A line without what is another at each run: times, and how many cores there are.
fn without_figures(line: &str) -> String {
    let varies = ["real ", "Worker time", "A shard: ", "From "]
        .iter()
        .any(|word| line.starts_with(word))
        || line.contains("pictures/s")
        || line.contains("mtime=");
    if !varies {
        return line.to_owned();
    }
    let mut kept: String = line.replace("cores", "core").replace("jobs", "job");
    kept.retain(|c| !c.is_ascii_digit() && c != '.');
    kept
}
