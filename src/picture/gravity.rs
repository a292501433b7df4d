//! Which part of a picture stays when something has to go.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::picture::orient::Orientation;

/// Which part of a picture stays when what sticks out of its box is cut off, and where it is in a box that it doesn't
/// fill: the middle, or an edge or a corner named by its point of the compass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Gravity {
    /// The middle.
    #[default]
    Centre,
    /// The top.
    North,
    /// The top right corner.
    NorthEast,
    /// The right edge.
    East,
    /// The bottom right corner.
    SouthEast,
    /// The bottom.
    South,
    /// The bottom left corner.
    SouthWest,
    /// The left edge.
    West,
    /// The top left corner.
    NorthWest,
}

impl Gravity {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Centre,
        Self::North,
        Self::NorthEast,
        Self::East,
        Self::SouthEast,
        Self::South,
        Self::SouthWest,
        Self::West,
        Self::NorthWest,
    ];

    /// Its name, one lower-case word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Centre => "centre",
            Self::North => "north",
            Self::NorthEast => "northeast",
            Self::East => "east",
            Self::SouthEast => "southeast",
            Self::South => "south",
            Self::SouthWest => "southwest",
            Self::West => "west",
            Self::NorthWest => "northwest",
        }
    }

    /// How much of what is left over goes to the left and to the top: none of it, half, or all.
    pub(crate) fn shares(self) -> (f64, f64) {
        let across = match self {
            Self::West | Self::NorthWest | Self::SouthWest => 0.0,
            Self::Centre | Self::North | Self::South => 0.5,
            Self::East | Self::NorthEast | Self::SouthEast => 1.0,
        };
        let down = match self {
            Self::North | Self::NorthWest | Self::NorthEast => 0.0,
            Self::Centre | Self::West | Self::East => 0.5,
            Self::South | Self::SouthWest | Self::SouthEast => 1.0,
        };
        (across, down)
    }

    /// The same for a picture as it is stored, which `turn` makes upright.
    pub(crate) fn stored_shares(self, turn: Orientation) -> (f64, f64) {
        let (across, down) = turn.turned(self.shares());
        let mirrored = |share: f64, mirrored| if mirrored { 1.0 - share } else { share };
        (
            mirrored(across, turn.mirrors_rows()),
            mirrored(down, turn.mirrors_columns()),
        )
    }
}

impl fmt::Display for Gravity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a text is not a [`Gravity`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a gravity: centre, north, northeast, east and so on")]
pub struct ParseGravityError(String);

impl FromStr for Gravity {
    type Err = ParseGravityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = match text {
            "center" => "centre",
            name => name,
        };
        Self::ALL
            .into_iter()
            .find(|gravity| gravity.name() == name)
            .ok_or_else(|| ParseGravityError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of nine cells, each named by its gravity, turned in all ways: the stored shares lead to the same cell.
    #[test]
    fn a_turned_picture_keeps_the_part_that_is_seen_there() {
        for gravity in Gravity::ALL {
            for number in 1..=8 {
                let turn = Orientation::from_exif(number).unwrap();
                let cell = |(x, y): (f64, f64)| (2.0 * y) as usize * 3 + (2.0 * x) as usize;
                let mut stored = [0; 9];
                stored[cell(gravity.stored_shares(turn))] = 1;
                let mut upright = Vec::new();
                turn.apply(&stored, 3, &mut upright);
                let seen = upright.iter().position(|&mark| mark == 1);
                assert_eq!(seen, Some(cell(gravity.shares())), "{gravity} {number}");
            }
        }
    }

    #[test]
    fn is_read_as_it_is_written() {
        for gravity in Gravity::ALL {
            assert_eq!(gravity.to_string().parse(), Ok(gravity));
        }
        assert_eq!("center".parse(), Ok(Gravity::Centre));
        assert!("north-east".parse::<Gravity>().is_err());
    }
}
