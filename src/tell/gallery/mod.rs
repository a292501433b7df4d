//! A page to look over what a run did, for people who would rather look than read.
//!
//! It is one file that opens without a server or a network. It holds a row of JSON for each record of a report and
//! shows the thumbnails where they are; the script in it draws what is on the screen as one scrolls. Rows are written
//! as they are read, so that the memory this takes does not grow with them.
//!
//! Names come from outside. They stand in the page as JSON alone, in which `<` is escaped, and are put into the
//! document as text; and only scripts and styles of these hashes may run at all.
//!
//! ```text
//! sources     a report, or what is in DEST -> records      page        the file: HTML, and rows in blocks
//! fields      a record, whoever wrote it                   row         a record as the page has it
//! thumbnails  those of one picture, and the one shown      places      paths as URLs that the page can follow
//! ```

mod fields;
mod page;
mod places;
mod row;
mod sources;
mod thumbnails;

pub use page::{Rows, check};
pub use sources::{GalleryError, Wanted};
