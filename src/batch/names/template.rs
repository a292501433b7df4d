//! `--name`: a template of names that can be read backwards.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use super::error::NamesError;
use super::label::{Label, split};

/// A name for thumbnails with fields of the picture and the variant: `{folder}/{stem}-{size}.{ext}`.
///
/// | field | what it is |
/// |---|---|
/// | `folder` | the picture's folder below SOURCE, a part of the path by itself |
/// | `stem` | its file name without the extension |
/// | `source_ext` | its extension |
/// | `ext` | that, and if it is not the thumbnail's, the thumbnail's behind it: `png.jpg` |
/// | `size` `width` `height` `format` | the variant's; width and height are those of its box |
///
/// Each picture must have a name of its own, and the name must tell the picture: so `folder`, `stem` and one of `ext`
/// and `source_ext` stand in it, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: String,
    /// The parts of the path; one of them is the folder alone.
    parts: Vec<Vec<Piece>>,
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Field(Field),
}

/// A field of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Folder,
    Stem,
    SourceExt,
    Ext,
    Size,
    Width,
    Height,
    Format,
}

const FIELDS: [(&str, Field); 8] = [
    ("folder", Field::Folder),
    ("stem", Field::Stem),
    ("source_ext", Field::SourceExt),
    ("ext", Field::Ext),
    ("size", Field::Size),
    ("width", Field::Width),
    ("height", Field::Height),
    ("format", Field::Format),
];

/// Why a text is not a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseTemplateError {
    /// A brace that opens and never closes, or closes and never opened.
    #[error("a brace without its other half (a brace itself is written twice)")]
    Brace,
    /// A field that doesn't exist.
    #[error("{{{0}}} is none of folder, stem, source_ext, ext, size, width, height and format")]
    Field(String),
    /// The path leads out of DEST, or nowhere.
    #[error("it has to be a path below DEST, without empty parts, . and ..")]
    Path,
    /// The folder is not there, or not by itself.
    #[error("{{folder}} has to be there once, as a part of the path by itself: {{folder}}/...")]
    Folder,
    /// Pictures of one folder would meet.
    #[error("without {missing}, thumbnails of {one} and {other} would meet in {name}")]
    Meet {
        /// What would keep them apart.
        missing: &'static str,
        /// A picture.
        one: &'static str,
        /// Another one.
        other: &'static str,
        /// What both thumbnails would be called.
        name: String,
    },
    /// A field occurs twice.
    #[error("{{{0}}} may be there once only")]
    Twice(&'static str),
    /// It is impossible to tell where the stem ends and the extension begins.
    #[error(
        "between {{stem}} and the extension there has to be a sign that is in no extension, such as . or -"
    )]
    NotApart,
}

impl FromStr for Template {
    type Err = ParseTemplateError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split('/').map(pieces).collect::<Result<Vec<_>, _>>()?;
        let template = Self {
            text: text.to_owned(),
            parts,
        };
        template.check_path()?;
        template.check_pictures()?;
        Ok(template)
    }
}

impl std::fmt::Display for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// The pieces of one part of a path.
fn pieces(part: &str) -> Result<Vec<Piece>, ParseTemplateError> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = part;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let (brace, after) = rest[at..].split_at(1);
        if let Some(after) = after.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
            continue;
        }
        let (name, after) = after.split_once('}').ok_or(ParseTemplateError::Brace)?;
        if brace == "}" {
            return Err(ParseTemplateError::Brace);
        }
        let field = FIELDS.iter().find(|(known, _)| *known == name);
        let (_, field) = field.ok_or_else(|| ParseTemplateError::Field(name.to_owned()))?;
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Field(*field));
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

impl Template {
    fn check_path(&self) -> Result<(), ParseTemplateError> {
        let is_text = |part: &[Piece], text: &str| matches!(part, [Piece::Text(is)] if is == text);
        for part in &self.parts {
            if part.is_empty() || is_text(part, ".") || is_text(part, "..") {
                return Err(ParseTemplateError::Path);
            }
        }
        let is_folder = |part: &&Vec<Piece>| part.as_slice() == [Piece::Field(Field::Folder)];
        let alone = self.parts.iter().filter(is_folder).count();
        if (alone, self.count(Field::Folder)) == (1, 1) {
            Ok(())
        } else {
            Err(ParseTemplateError::Folder)
        }
    }

    fn check_pictures(&self) -> Result<(), ParseTemplateError> {
        let meet = |missing, one: &'static str, other| {
            let label = Label {
                size: "128x128".into(),
                width: Some(128),
                height: Some(128),
                format: "jpeg",
                extension: "jpg",
            };
            let name = name(&self.parts_for(&label), &label, Path::new(one));
            let name = name.display().to_string();
            Err(ParseTemplateError::Meet {
                missing,
                one,
                other,
                name,
            })
        };
        match self.count(Field::Stem) {
            0 => return meet("{stem}", "a.jpg", "b.jpg"),
            1 => {}
            _ => return Err(ParseTemplateError::Twice("stem")),
        }
        match self.count(Field::Ext) + self.count(Field::SourceExt) {
            0 => return meet("{ext}", "a.jpg", "a.jpeg"),
            1 => {}
            _ => return Err(ParseTemplateError::Twice("ext")),
        }
        for part in &self.parts {
            let at = |wanted: &[Field]| {
                let is = |piece: &Piece| matches!(piece, Piece::Field(f) if wanted.contains(f));
                part.iter().position(is)
            };
            let (stem, ext) = (at(&[Field::Stem]), at(&[Field::Ext, Field::SourceExt]));
            let (Some(stem), Some(ext)) = (stem, ext) else {
                continue;
            };
            // Extensions are letters and digits: any other sign beside one marks where it ends.
            let beside = if stem < ext { ext - 1 } else { ext + 1 };
            let apart = matches!(&part[beside], Piece::Text(text) if {
                let sign = if stem < ext { text.chars().next_back() } else { text.chars().next() };
                sign.is_some_and(|sign| !sign.is_alphanumeric())
            });
            if !apart {
                return Err(ParseTemplateError::NotApart);
            }
        }
        Ok(())
    }

    fn count(&self, field: Field) -> usize {
        let pieces = self.parts.iter().flatten();
        pieces
            .filter(|piece| **piece == Piece::Field(field))
            .count()
    }

    /// Refuses a variant that does not have what the template asks for.
    pub(super) fn check(&self, label: &Label) -> Result<(), NamesError> {
        for (name, field, side) in [
            ("width", Field::Width, label.width),
            ("height", Field::Height, label.height),
        ] {
            if side.is_none() && self.count(field) > 0 {
                return Err(NamesError::NoSide {
                    field: name,
                    size: label.size.clone(),
                });
            }
        }
        Ok(())
    }

    /// The parts of the path with all that the variant says filled in: text, and the fields that the picture fills.
    pub(super) fn parts_for(&self, label: &Label) -> Vec<Vec<Piece>> {
        let side = |side: Option<u32>| side.map_or_else(String::new, |side| side.to_string());
        let fill = |piece: &Piece| match piece {
            Piece::Text(text) => Piece::Text(text.clone()),
            Piece::Field(Field::Size) => Piece::Text(label.size.clone()),
            Piece::Field(Field::Width) => Piece::Text(side(label.width)),
            Piece::Field(Field::Height) => Piece::Text(side(label.height)),
            Piece::Field(Field::Format) => Piece::Text(label.format.to_owned()),
            Piece::Field(field) => Piece::Field(*field),
        };
        self.parts
            .iter()
            .map(|part| join(part.iter().map(fill)))
            .collect()
    }
}

/// The path of the thumbnail of `source` in the variant that `label` calls, and for which a template has these `parts`.
pub(super) fn name(parts: &[Vec<Piece>], label: &Label, source: &Path) -> PathBuf {
    let (stem, source_ext) = split(source.file_name().unwrap_or_default().as_bytes());
    let folder = source.parent().unwrap_or(Path::new(""));
    let fill = |name: &mut Vec<u8>, piece: &Piece| match piece {
        Piece::Text(text) => name.extend(text.as_bytes()),
        Piece::Field(Field::Folder) => name.extend(folder.as_os_str().as_bytes()),
        Piece::Field(Field::Stem) => name.extend(stem),
        Piece::Field(Field::SourceExt) => name.extend(source_ext.unwrap_or_default()),
        Piece::Field(_) => name.extend(extension(label, source_ext)),
    };
    let is_folder = |part: &&Vec<Piece>| part.as_slice() == [Piece::Field(Field::Folder)];
    let without_folder = folder.as_os_str().is_empty();
    let mut name = Vec::new();
    // An empty part stays, so that it can be seen.
    for (number, part) in parts
        .iter()
        .filter(|part| !(without_folder && is_folder(part)))
        .enumerate()
    {
        if number > 0 {
            name.push(b'/');
        }
        part.iter().for_each(|piece| fill(&mut name, piece));
    }
    OsString::from_vec(name).into()
}

/// The pictures that a thumbnail at `path` may be of; which of them really has that name is for the caller to
/// check.
pub(super) fn sources(parts: &[Vec<Piece>], label: &Label, path: &Path) -> Vec<PathBuf> {
    let given: Vec<&[u8]> = path.iter().map(OsStrExt::as_bytes).collect();
    let folders = (given.len() + 1).checked_sub(parts.len());
    let Some(folders) = folders else {
        return Vec::new();
    };
    let mut rest = given.as_slice();
    let (mut folder, mut stems, mut exts) = (PathBuf::new(), Vec::new(), Vec::new());
    for part in parts {
        let taken = if part.as_slice() == [Piece::Field(Field::Folder)] {
            let taken;
            (taken, rest) = rest.split_at(folders);
            folder = path_of(taken.iter().map(|part| part.to_vec()));
            continue;
        } else {
            let taken = rest[0];
            rest = &rest[1..];
            taken
        };
        for (field, value) in readings(part, taken) {
            match field {
                Field::Stem => stems.push(value),
                _ => exts.push(value),
            }
        }
    }
    let suffix = [b".", label.extension.as_bytes()].concat();
    let stripped: Vec<_> = exts
        .iter()
        .filter_map(|ext| ext.strip_suffix(suffix.as_slice()))
        .collect();
    let with = |stem: &[u8], ext: &[u8]| path_of([[stem, b".", ext].concat()]);
    let mut sources = Vec::new();
    for stem in &stems {
        sources.push(folder.join(path_of([stem.to_vec()])));
        for ext in exts.iter().copied().chain(stripped.iter().copied()) {
            sources.push(folder.join(with(stem, ext)));
        }
    }
    sources
}

/// What `ext` is.
fn extension(label: &Label, source_ext: Option<&[u8]>) -> Vec<u8> {
    match source_ext {
        None => label.extension.as_bytes().to_vec(),
        Some(ext) if label.keeps(Some(ext)) => ext.to_vec(),
        Some(ext) => [ext, b".", label.extension.as_bytes()].concat(),
    }
}

/// Neighbouring texts as one.
fn join(pieces: impl Iterator<Item = Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
            (_, piece) => joined.push(piece),
        }
    }
    joined
}

/// All values that the fields of `part` can have if its text is `given`.
fn readings<'a>(part: &[Piece], given: &'a [u8]) -> Vec<(Field, &'a [u8])> {
    match part {
        [] if given.is_empty() => Vec::new(),
        [Piece::Text(text), rest @ ..] => match given.strip_prefix(text.as_bytes()) {
            Some(given) => readings(rest, given),
            None => Vec::new(),
        },
        [Piece::Field(field)] => vec![(*field, given)],
        [Piece::Field(field), Piece::Text(text), rest @ ..] => {
            let text = text.as_bytes();
            let starts = 0..=given.len().saturating_sub(text.len());
            let found = starts.filter(|at| given[*at..].starts_with(text));
            found
                .flat_map(|at| {
                    let after = &given[at + text.len()..];
                    let fits = rest.is_empty() && after.is_empty();
                    let more = readings(rest, after);
                    let this = (fits || !more.is_empty()).then_some((*field, &given[..at]));
                    this.into_iter().chain(more)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A path of those `parts` that are not empty.
fn path_of(parts: impl IntoIterator<Item = Vec<u8>>) -> PathBuf {
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(OsString::from_vec)
        .collect()
}
