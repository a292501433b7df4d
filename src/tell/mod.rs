//! What a run shows: bars, lines, the summary, the report.
//!
//! ```text
//! teller     takes in what happens, and tells it       progress   bars on a terminal, lines that don't tear them
//! bar        one row of them                        screen     where they are drawn
//! verbose    lines for -v and --debug                  summary    the counts and shares at a run's end
//! passed_over  what no picture was                   prefix     how errors and warnings begin
//! report     one JSON record a picture                 gallery    a page to look over what a report says
//! side_file  files beside the thumbnails
//! ```

mod bar;
pub mod gallery;
mod passed_over;
pub mod prefix;
pub mod progress;
pub mod report;
mod screen;
pub mod side_file;
pub mod summary;
pub mod teller;
mod verbose;
