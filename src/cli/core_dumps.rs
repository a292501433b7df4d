//! Core dumps: not where credentials of a store may be in the environment, which is in each of them.

use std::env;

/// How the variables begin from which stores take their credentials.
const OF_STORES: [&str; 3] = ["AWS_", "AZURE_", "GOOGLE_"];

/// Lets this process leave no core dump, if there is a variable of a store.
pub(super) fn forbid_with_credentials() {
    let is_of_store = |name: &str| OF_STORES.iter().any(|of| name.starts_with(of));
    if env::vars_os().any(|(name, _)| name.to_str().is_some_and(is_of_store)) {
        // Where it can't be had, the run does what it is asked for all the same.
        let _ = forbid();
    }
}

/// Not by the limit: what a pipe gets, systemd-coredump for one, has none (core(5)).
#[cfg(target_os = "linux")]
fn forbid() -> nix::Result<()> {
    nix::sys::prctl::set_dumpable(false)
}

#[cfg(not(target_os = "linux"))]
fn forbid() -> nix::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    setrlimit(Resource::RLIMIT_CORE, 0, 0)
}
