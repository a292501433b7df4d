//! What the pictures show.

use super::canvas::{Canvas, Rgb, between, hash, in_ellipse, in_triangle, wave};

const WHITE: Rgb = [250, 250, 248];

/// Evening at the sea: sky, sun, hills, and boats if there is room for them.
pub(crate) fn sea(width: i32, height: i32) -> Canvas {
    let horizon = height * 6 / 10;
    let mut picture = Canvas::new(width, height, |x, y| {
        if y < horizon {
            between([52, 92, 168], [252, 190, 120], y, horizon)
        } else {
            let swell = wave(x + wave(y, 60, 40), 36 + (y - horizon) / 2, 14);
            between(
                [96, 128, 150],
                [16, 48, 84],
                y - horizon + swell,
                height - horizon,
            )
        }
    });
    let sun = (width * 7 / 10, horizon - height / 5);
    picture.paint([255, 240, 190], |x, y| {
        y < horizon && in_ellipse(x, y, sun, (height / 12, height / 12))
    });
    for (far, colour) in [(3, [110, 100, 140]), (2, [78, 78, 110]), (1, [44, 60, 70])] {
        picture.paint(colour, |x, y| {
            let ridge =
                horizon - height * far / 22 - wave(x + far * 170, height * 2 / far, height / 18);
            y < horizon && y > ridge
        });
    }
    for boat in 0..width / 400 {
        let (x0, y0) = (
            180 + boat * 390,
            horizon + height / 9 + boat % 2 * height / 9,
        );
        let size = height / 7;
        picture.paint(WHITE, |x, y| {
            in_triangle(x, y, (x0, y0 - size), size * 2 / 3, size)
        });
        picture.paint([150, 40, 34], |x, y| {
            (0..size / 5).contains(&(y - y0)) && (x - x0).abs() < size / 2 - (y - y0)
        });
    }
    picture
}

/// A mug on white, as shops show their goods.
pub(crate) fn mug(size: i32, colour: Rgb) -> Canvas {
    let mut picture = Canvas::new(size, size, |_, y| between(WHITE, [226, 226, 222], y, size));
    let [left, right, top, bottom] = [28, 64, 30, 74].map(|percent| size * percent / 100);
    let middle = (left + right) / 2;
    let half = (right - left) / 2;
    picture.paint([186, 186, 184], |x, y| {
        in_ellipse(
            x,
            y,
            (middle + size / 12, bottom),
            (half + size / 8, size / 16),
        )
    });
    picture.paint(colour, |x, y| {
        let centre = (right, (top + bottom) / 2);
        in_ellipse(x, y, centre, (size / 7, size / 7))
            && !in_ellipse(x, y, centre, (size / 11, size / 11))
    });
    picture.shade(|x, y, before| {
        let body = (left..right).contains(&x)
            && y >= top
            && (y <= bottom || in_ellipse(x, y, (middle, bottom), (half, size / 20)));
        if !body {
            return before;
        }
        let lit = between(
            colour,
            WHITE,
            half / 2 - (x - left - half / 3).abs().min(half / 2),
            half * 2,
        );
        between(lit, [20, 20, 30], x - left, (right - left) * 2)
    });
    picture.paint([70, 44, 30], |x, y| {
        in_ellipse(x, y, (middle, top), (half, size / 20))
    });
    picture.paint(WHITE, |x, y| {
        in_triangle(x, y, (middle, top + size / 8), size / 5, size / 6)
    });
    picture
}

/// Lines that look like print, under a headline.
pub(crate) fn label(width: i32, height: i32) -> Canvas {
    let line = height / 22;
    let mut picture = Canvas::new(width, height, |_, _| [244, 238, 222]);
    picture.paint([190, 30, 45], |_, y| y < line * 4);
    picture.paint(WHITE, |x, y| {
        (line..line * 3).contains(&y)
            && (x / line) % 3 != 2
            && (line * 2..width * 3 / 4).contains(&x)
    });
    picture.paint([40, 36, 34], |x, y| {
        let (row, column) = (y / line, x / (line / 2));
        let end = width - line * 2 - (hash(row, 7) % 5) as i32 * line;
        row > 4
            && row < 21
            && !(row as u32).is_multiple_of(5)
            && y % line < line * 6 / 10
            && (line * 2..end).contains(&x)
            && !hash(row, column / 2).is_multiple_of(5)
            && x % (line / 2) > line / 10
    });
    picture
}

/// A tower of many storeys, with a lit window here and there.
pub(crate) fn tower(width: i32, height: i32) -> Canvas {
    let mut picture = Canvas::new(width, height, |_, y| {
        between([24, 30, 66], [150, 110, 140], y, height)
    });
    let storey = width / 5;
    picture.paint([52, 52, 60], |x, y| {
        x > width / 6 && x < width * 5 / 6 && y > storey
    });
    picture.shade(|x, y, before| {
        let (column, row) = (x * 9 / width, y / storey);
        let window = (2..7).contains(&column)
            && row > 1
            && y % storey > storey / 4
            && (x * 9) % width > width / 4;
        match (window, hash(column, row) % 3) {
            (false, _) => before,
            (true, 0) => [255, 214, 120],
            (true, _) => [30, 34, 48],
        }
    });
    picture
}

/// A house under a tree: the picture has an obvious right way up.
pub(crate) fn house(width: i32, height: i32) -> Canvas {
    let ground = height * 3 / 4;
    let mut picture = Canvas::new(width, height, |x, y| {
        if y < ground {
            between([120, 180, 235], [225, 240, 250], y, ground)
        } else {
            between(
                [96, 150, 60],
                [50, 96, 40],
                y - ground + (hash(x, y) % 9) as i32,
                height - ground,
            )
        }
    });
    let unit = width / 10;
    picture.paint([214, 190, 160], |x, y| {
        (unit..unit * 6).contains(&x) && (ground - unit * 3..ground + unit / 2).contains(&y)
    });
    picture.paint([168, 60, 44], |x, y| {
        in_triangle(x, y, (unit * 7 / 2, ground - unit * 5), unit * 6, unit * 2)
    });
    picture.paint([80, 50, 36], |x, y| {
        (unit * 3..unit * 4).contains(&x) && (ground - unit * 3 / 2..ground + unit / 2).contains(&y)
    });
    picture.paint([84, 60, 40], |x, y| {
        (unit * 15 / 2..unit * 8).contains(&x) && (ground - unit * 4..ground + unit).contains(&y)
    });
    picture.shade(|x, y, before| {
        let crown = in_ellipse(
            x,
            y,
            (unit * 31 / 4, ground - unit * 5),
            (unit * 2, unit * 3),
        );
        if crown {
            between(
                [40, 110, 40],
                [90, 160, 60],
                (hash(x / 6, y / 6) % 8) as i32,
                8,
            )
        } else {
            before
        }
    });
    picture
}

/// Bars of colour over a grey wedge.
pub(crate) fn chart(width: i32, height: i32) -> Canvas {
    Canvas::new(width, height, |x, y| {
        if y * 3 < height * 2 {
            let bar = 7 - x * 8 / width;
            [bar & 2, bar & 4, bar & 1].map(|on| if on == 0 { 16 } else { 235 })
        } else {
            [(x * 255 / (width - 1).max(1)) as u8; 3]
        }
    })
}
