//! The listing of DEST beside that of SOURCE: what is in each thumbnail's place, told while the pictures go by in the
//! order of their paths. Nothing is held but what lies between a picture's path and its thumbnail's, which differ where
//! an extension was appended.

use std::collections::BTreeMap;
use std::path::Path;

use super::client::Store;
use super::error::StoreError;
use super::ledger::RESERVED;
use super::listing::{Listing, Met};
use crate::batch::job::There;
use crate::batch::names::Names;
use crate::batch::stop::Stop;

/// What is in the places of all variants' thumbnails.
#[derive(Debug)]
pub struct Places {
    variants: Vec<Window>,
}

/// What is in those of one variant, which are in a folder of their own.
#[derive(Debug)]
struct Window {
    folder: String,
    objects: Objects,
    /// The next one.
    next: Option<(String, There)>,
    /// What was read ahead.
    ahead: BTreeMap<String, There>,
}

/// The objects of a listing; it ends where the store fails.
#[derive(Debug)]
struct Objects {
    listing: Listing,
    failed: Option<StoreError>,
    /// Whether that was told.
    told: bool,
}

impl Iterator for Objects {
    type Item = (String, There);

    fn next(&mut self) -> Option<Self::Item> {
        while self.failed.is_none() {
            match self.listing.next()? {
                Ok(Met::Object(object)) if object.key.starts_with(RESERVED) => {}
                Ok(Met::Object(object)) => {
                    return Some((object.key, There::Object(object.etag)));
                }
                Ok(Met::BadKey(..)) => {}
                Err(error) => self.failed = Some(error),
            }
        }
        // Nothing is known of the rest: it is asked for one by one.
        Some((String::new(), There::Unknown))
    }
}

impl Places {
    /// Begins to list what is in `store`, DEST, where the thumbnails of `names` belong, until `stop` is set. Nothing,
    /// if those are not in the order of their pictures.
    pub fn new(store: &Store, names: &Names, stop: &Stop) -> Option<Self> {
        let window = |folder: String| {
            let mut objects = Objects {
                listing: Listing::new(&store.below(&folder), stop),
                failed: None,
                told: false,
            };
            Window {
                folder,
                next: objects.next(),
                objects,
                ahead: BTreeMap::new(),
            }
        };
        let folders: Option<Vec<String>> = (0..names.count())
            .map(|number| names.folder(number))
            .collect();
        let variants = folders?.into_iter().map(window).collect();
        Some(Self { variants })
    }

    /// What is in the place of `thumbnail`, a path below DEST, of variant number `variant` of the picture at `source`
    /// below SOURCE. To be asked for one picture after the other, in the order of their paths.
    pub fn there(&mut self, variant: usize, source: &Path, thumbnail: &Path) -> There {
        let window = &mut self.variants[variant];
        let thumbnail = thumbnail.strip_prefix(&window.folder).unwrap_or(thumbnail);
        match (source.to_str(), thumbnail.to_str()) {
            (Some(source), Some(thumbnail)) => window.there(source, thumbnail),
            _ => There::Unknown,
        }
    }

    /// Why a listing has ended too soon; told once. What it would have told is asked for one by one.
    pub fn take_failure(&mut self) -> Option<StoreError> {
        let windows = self.variants.iter_mut();
        let mut failures = windows.filter_map(|window| {
            let objects = &mut window.objects;
            let told = std::mem::replace(&mut objects.told, objects.failed.is_some());
            objects.failed.clone().filter(|_| !told)
        });
        failures.next()
    }
}

impl Window {
    fn there(&mut self, source: &str, thumbnail: &str) -> There {
        // No later picture has a thumbnail before this picture.
        self.ahead = self.ahead.split_off(source);
        let is_before = |(key, there): &mut (String, There)| {
            *there != There::Unknown && key.as_str() <= thumbnail
        };
        while let Some((key, there)) = self.next.take_if(is_before) {
            if key.as_str() >= source {
                self.ahead.insert(key, there);
            }
            self.next = self.objects.next();
        }
        if let Some((_, There::Unknown)) = self.next {
            return self.ahead.remove(thumbnail).unwrap_or(There::Unknown);
        }
        self.ahead.remove(thumbnail).unwrap_or(There::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::names::Label;
    use crate::batch::store::memory::Memory;
    use crate::picture::{Format, Variant};

    #[test]
    fn what_is_in_a_place_is_told_in_the_order_of_the_pictures() {
        let memory = Memory::new();
        let sources = [
            "a",
            "a-b.jpg",
            "a.jpg",
            "a.jpg-x.jpg",
            "b/c.jpg",
            "b/d.png",
            "z.jpg",
        ];
        let variant = Variant::default().with_format(Format::Png);
        let names = Names::new(vec![Label::of(&variant)], None).unwrap();
        let there = |source: &&&str| !matches!(**source, "a.jpg" | "b/d.png");
        for source in sources.iter().filter(there) {
            let thumbnail = names.thumbnail(0, Path::new(source));
            memory.insert(&format!("thumbs/{}", thumbnail.display()), b"x".to_vec());
        }
        for other in ["0.jpg", "a.zip", ".thumbgen.ledger/000-of-001", "zz"] {
            memory.insert(&format!("thumbs/{other}"), b"x".to_vec());
        }
        let mut places =
            Places::new(&memory.store("s3://shop/thumbs"), &names, &Stop::default()).unwrap();
        for source in &sources {
            let thumbnail = names.thumbnail(0, Path::new(source));
            let found = places.there(0, Path::new(source), &thumbnail);
            assert_eq!(
                matches!(found, There::Object(_)),
                there(&source),
                "{source}"
            );
        }
    }
}
