//! The program `thumbgen`.

fn main() -> std::process::ExitCode {
    thumbgen::cli::main()
}
