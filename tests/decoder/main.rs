//! The decoder against its oracle, a second codec written from the standard, and against other decoders.

mod oracle;
mod other_decoders;

mod cuts;
mod damage;
mod extremes;
mod forms;
mod headers;
mod lanes;
mod last_bits;
mod limits;
mod mutations;
mod oracle_itself;
mod peers;
mod random;
mod reach;
mod regressions;
mod shown;
