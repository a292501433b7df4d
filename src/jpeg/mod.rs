//! The scaled JPEG decoder: a slice in, planes out. Knows no files and nothing else of this crate.
