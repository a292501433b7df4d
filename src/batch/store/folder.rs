//! What is right below a place, and in no folder there: a place may be that of a few reports, with all pictures below
//! it.

use object_store::Error;
use object_store::list::PaginatedListOptions;

use super::client::Store;
use super::error::StoreError;
use super::lister::prefix_of;
use super::listing::{Listing, Met};

impl Store {
    /// The keys of the objects right below the place.
    ///
    /// # Errors
    ///
    /// If it can't be listed.
    pub fn right_below(&self) -> Result<Vec<String>, StoreError> {
        let prefix = prefix_of(&self.url.prefix);
        let mut options = PaginatedListOptions {
            delimiter: Some("/".into()),
            ..PaginatedListOptions::default()
        };
        let mut found = Vec::new();
        loop {
            let page = match self.block_on(self.lister().page(&prefix, options.clone())) {
                Ok(page) => page,
                // A folder `a//` fails its page, and can't be stepped over as a key can.
                Err(Error::InvalidPath { .. }) => return self.right_below_of_all(),
                Err(error) => return Err(error.into()),
            };
            let keys = page.result.objects.iter().map(|it| it.location.as_ref());
            // The folder's own marker, from which the crate has dropped the slash, is not below it.
            let keys = keys.filter_map(|key| key.strip_prefix(&prefix));
            found.extend(keys.map(str::to_owned));
            options.page_token = page.page_token;
            if options.page_token.is_none() {
                return Ok(found);
            }
        }
    }

    /// The same from a listing of all that is below the place.
    fn right_below_of_all(&self) -> Result<Vec<String>, StoreError> {
        let mut found = Vec::new();
        for met in Listing::whole(self) {
            if let Met::Object(object) = met?
                && !object.key.is_empty()
                && !object.key.contains('/')
            {
                found.push(object.key);
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use crate::batch::store::memory::Memory;

    #[test]
    fn what_is_in_folders_is_not_listed() {
        let memory = Memory::new();
        let mut expected = Vec::new();
        for number in 0..1500 {
            expected.push(format!("{number:04}.jsonl"));
            for below in 0..5 {
                memory.insert(&format!("reports/deep/{below}/{number}.jsonl"), Vec::new());
            }
        }
        for name in &expected {
            memory.insert(&format!("reports/{name}"), Vec::new());
        }
        for other in ["reports/", "reports.jsonl", "reports-of-others/a.jsonl"] {
            memory.insert(other, Vec::new());
        }
        let store = memory.store("s3://shop/reports");
        assert!(store.right_below().unwrap() == expected);
        assert_eq!(memory.requests(), 2);
        // A folder that can't be asked for hides nothing.
        memory.insert("reports/deep//a.jsonl", Vec::new());
        memory.insert("reports//a.jsonl", Vec::new());
        assert!(store.right_below().unwrap() == expected);
        let root = memory.store("s3://shop");
        assert_eq!(root.right_below().unwrap(), ["reports.jsonl"]);
    }
}
