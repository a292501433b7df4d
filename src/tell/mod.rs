//! What a run shows: bars, lines, the summary, the report.
//!
//! ```text
//! teller       takes in what happens, and shows it        progress  bars on a terminal, and lines that don't tear them
//! verbose      lines for -v and --debug                   bar       one row of them
//! summary      counts and shares at a run's end           screen    where they are drawn
//! passed_over  what the walk found besides pictures       prefix    how errors and warnings begin
//! report       one JSON record per picture                gallery   a page to look over what a report says
//! srcset       each picture's thumbnails, for a web template
//! side_file    files beside the thumbnails               url       paths as URLs
//! ```

mod bar;
pub mod gallery;
mod passed_over;
pub mod prefix;
pub mod progress;
pub mod report;
mod screen;
pub mod side_file;
pub mod srcset;
pub mod summary;
pub mod teller;
mod url;
mod verbose;
