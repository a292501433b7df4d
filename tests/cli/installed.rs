//! What is installed beside the program: completions, which their shells must take, and the manual page.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::env::Env;

/// What `thumbgen` with `arguments` prints, in a file called `name`.
fn printed(env: &Env, name: &str, arguments: &[&str]) -> String {
    let run = env.run(arguments);
    assert_eq!(run.stderr, "", "{run}");
    env.file(name, run.stdout.as_bytes());
    run.stdout
}

/// What `program` prints on stdout, run in the folder of `env`; nothing, and a word on stderr, if there is no such
/// program.
fn output(env: &Env, program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .current_dir(env.path("."));
    let Ok(output) = command.output() else {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: what {program} makes of it: not installed"
        );
        return None;
    };
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{command:?}: {stderr}");
    assert_eq!(stderr, "", "{command:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn bash_completes() {
    let env = Env::new();
    printed(&env, "c", &["completions", "bash"]);
    let ask = r#"set -e; . ./c
        complete() { COMP_WORDS=(thumbgen "$@"); COMP_CWORD=$#; COMPREPLY=(); _thumbgen thumbgen "${COMP_WORDS[$#]}" "${COMP_WORDS[$#-1]}"; echo "${COMPREPLY[@]}"; }
        complete --strat; complete --strategy ra; complete gallery --rep"#;
    if let Some(found) = output(&env, "bash", &["--norc", "-c", ask]) {
        assert_eq!(found, "--strategy\nrayon\n--report\n");
    }
}

#[test]
fn zsh_completes() {
    let env = Env::new();
    let script = printed(&env, "_thumbgen", &["completions", "zsh"]);
    assert!(script.starts_with("#compdef thumbgen"));
    // What is completed needs a terminal to be seen; what is defined does not.
    let ask = "autoload -U compinit; fpath=($PWD $fpath); compinit -u -D; print $_comps[thumbgen]; . ./_thumbgen; whence -w _thumbgen";
    if let Some(found) = output(&env, "zsh", &["-f", "-c", ask]) {
        assert_eq!(found, "_thumbgen\n_thumbgen: function\n");
    }
}

#[test]
fn fish_completes() {
    let env = Env::new();
    printed(&env, "c", &["completions", "fish"]);
    let ask = "source c; complete -C 'thumbgen --strat'; complete -C 'thumbgen --strategy=ra'; complete -C 'thumbgen gallery --rep'";
    if let Some(found) = output(&env, "fish", &["--no-config", "-c", ask]) {
        let words: Vec<_> = found
            .lines()
            .map(|line| line.split('\t').next().unwrap())
            .collect();
        assert_eq!(
            words,
            ["--strategy", "--strategy=rayon", "--report"],
            "{found}"
        );
    }
}

#[test]
fn elvish_and_powershell_take_their_completions() {
    let env = Env::new();
    let script = printed(&env, "c.elv", &["completions", "elvish"]);
    assert!(script.contains("edit:completion:arg-completer[thumbgen]"));
    // `edit:` is there at its prompt alone.
    let alone = script.replace(
        "set edit:completion:arg-completer[thumbgen] =",
        "var completer =",
    );
    env.file("alone.elv", alone.as_bytes());
    output(&env, "elvish", &["-compileonly", "alone.elv"]);
    let script = printed(&env, "c.ps1", &["completions", "powershell"]);
    assert!(script.contains("Register-ArgumentCompleter -Native -CommandName 'thumbgen'"));
    output(&env, "pwsh", &["-NoProfile", "-File", "c.ps1"]);
}

#[test]
fn manual_page_has_every_option_and_no_fault() {
    let env = Env::new();
    let page = printed(&env, "thumbgen.1", &["man"]);
    for heading in [
        ".SH NAME",
        ".SH SYNOPSIS",
        ".SH \"THUMBGEN REPORT MERGE\"",
        ".SH \"THUMBGEN GALLERY\"",
    ] {
        assert!(page.contains(heading), "no {heading}");
    }
    let help = env.run(["--help"]).stdout;
    let options = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"));
    let options =
        options.map(|option| option.trim_end_matches(|end: char| !end.is_ascii_alphanumeric()));
    for option in options {
        let escaped = option.replace('-', "\\-");
        assert!(page.contains(&escaped), "no {option} in the page");
    }
    if let Some(faults) = output(&env, "mandoc", &["-T", "lint", "-W", "error", "thumbgen.1"]) {
        assert_eq!(faults, "");
    }
    if Path::new("/usr/bin/man").exists()
        && let Some(text) = output(&env, "man", &["--warnings", "-l", "thumbgen.1"])
    {
        assert!(text.contains("EXIT STATUS"), "{text}");
    }
}

#[test]
fn closed_pipe_is_no_panic() {
    let env = Env::new();
    for arguments in [["completions", "bash"].as_slice(), &["man"]] {
        let mut child = env
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{stderr}");
    }
}
