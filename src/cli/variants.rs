//! The variants that the command line asks for.

use crate::cli::command_line::Cli;
use crate::cli::thumbnails::Size;
use crate::picture::{Format, Variant};

/// The variants that `cli` asks for: each size in each format.
pub(super) fn variants(cli: &Cli) -> Vec<Variant> {
    let formats = match cli.format.as_slice() {
        [] => &[Format::Jpeg][..],
        formats => formats,
    };
    let in_formats = |size: &Size| {
        let variant = Variant::new(size.bounds)
            .with_fit(size.fit.unwrap_or(cli.fit.into()))
            .with_gravity(cli.gravity)
            .with_enlarge(cli.enlarge)
            .with_background(cli.background)
            .with_progressive(cli.progressive)
            .with_sharpen(cli.sharpen);
        let each = |&format: &Format| {
            let variant = variant.clone().with_format(format);
            match cli.quality.as_ref().and_then(|typed| typed.of(format)) {
                Some(quality) => variant.with_quality(quality),
                None => variant,
            }
        };
        formats.iter().map(each).collect::<Vec<_>>()
    };
    cli.size.iter().flat_map(in_formats).collect()
}
