//! Whether thumbnails of two variants can meet in one name.

use std::path::Path;

use super::Names;
use super::error::NamesError;
use super::label::Label;
use super::template::{Field, Piece};

/// The most texts in which an example is looked for, of a template of any length.
const MOST_SOURCES: usize = 500;

impl Names {
    /// Refuses variants that could give two thumbnails one name, and says which two.
    pub(super) fn check_apart(&self, first: usize, second: usize) -> Result<(), NamesError> {
        let (one, other) = (&self.variants[first], &self.variants[second]);
        let formats = one.label.format != other.label.format;
        let mut parts = one.parts.iter().zip(&other.parts);
        let apart = match self.has_template {
            false => one.folder != other.folder,
            true => parts.any(|(a, b)| is_apart(a, b, formats)),
        };
        if apart {
            return Ok(());
        }
        if one.label == other.label {
            return Err(NamesError::Twice {
                size: one.label.size.clone(),
                format: one.label.format,
            });
        }
        Err(self.meeting(first, second))
    }

    /// Two pictures whose thumbnails meet.
    fn meeting(&self, first: usize, second: usize) -> NamesError {
        let (one, other) = (&self.variants[first], &self.variants[second]);
        let mut sources = vec!["a.jpg".to_owned()];
        // Where one text ends like the other, the rest of it can be part of a file's name.
        for piece in [&one.parts, &other.parts].into_iter().flatten().flatten() {
            if let Piece::Text(text) = piece {
                let cuts = text.char_indices().map(|(at, _)| text.split_at(at));
                sources.extend(cuts.flat_map(|(before, after)| {
                    [format!("a{before}.jpg"), format!("{after}a.jpg")]
                }));
            }
        }
        sources.truncate(MOST_SOURCES);
        let name = |variant, source: &str| self.thumbnail(variant, Path::new(source));
        let pairs = sources
            .iter()
            .flat_map(|a| sources.iter().map(move |b| (a, b)));
        let met = pairs
            .into_iter()
            .find(|(a, b)| name(first, a) == name(second, b));
        let (a, b) = met.map_or(("a.jpg", "a.jpg"), |(a, b)| (a, b));
        let told =
            |source: &str, label: &Label| format!("{source} at {} as {}", label.size, label.format);
        NamesError::Meet {
            first: told(a, &one.label),
            second: told(b, &other.label),
            name: name(first, a).display().to_string(),
        }
    }
}

/// Whether no text can be both: a part of a path in one variant, and the same part in another one. `formats` says that
/// the two are of different formats.
fn is_apart(one: &[Piece], other: &[Piece], formats: bool) -> bool {
    let ends = |part: &[Piece]| match part.last() {
        Some(Piece::Field(field)) => Some(*field),
        _ => None,
    };
    // An `ext` ends in one of the format's own extensions.
    if formats && ends(one) == Some(Field::Ext) && ends(other) == Some(Field::Ext) {
        return true;
    }
    match (one, other) {
        ([Piece::Text(a)], [Piece::Text(b)]) => a != b,
        _ => {
            let (a, b) = (Around::of(one), Around::of(other));
            !a.before.starts_with(b.before) && !b.before.starts_with(a.before)
                || !a.after.ends_with(b.after) && !b.after.ends_with(a.after)
        }
    }
}

/// The texts that hold a part's stem.
struct Around<'a> {
    before: &'a str,
    after: &'a str,
}

impl<'a> Around<'a> {
    /// Of a part of `pieces`. An extension behind the text after the stem does not matter: where it begins is the same
    /// in both variants.
    fn of(pieces: &'a [Piece]) -> Self {
        let text = |piece: Option<&'a Piece>| match piece {
            Some(Piece::Text(text)) => text.as_str(),
            _ => "",
        };
        let last = match pieces {
            [.., before, Piece::Field(Field::Ext | Field::SourceExt)] => Some(before),
            [.., last] => Some(last),
            [] => None,
        };
        Self {
            before: text(pieces.first()),
            after: text(last),
        }
    }
}
