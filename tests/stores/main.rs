//! Tests of the real program against a real server of S3, moto, which `tests/stores/install.sh` installs: the feature
//! `stores` asks for them. Between the two stands a proxy that counts requests and answers in the server's place where a
//! test wants a fault.
#![allow(clippy::unwrap_used)]

#[allow(dead_code, reason = "the program's other tests use the rest")]
#[path = "../cli/env.rs"]
mod env;
mod faults;
mod keys;
mod proxy;
mod runs;
mod server;
