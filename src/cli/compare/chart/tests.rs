//! What is drawn, from fixed figures.

use super::super::tests::{MS, comparison, fixed, rounds};
use super::*;
use crate::batch::execute::Strategy;

#[test]
fn chart_is_xml_and_has_every_series() {
    let svg = svg(&fixed());
    let document = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<_> = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text().map(str::trim))
        .collect();
    for expected in [
        "real",
        "user",
        "sys",
        "ideal",
        "threads",
        "rayon",
        "seq",
        "rayon 2",
        "threads 4",
        "0.138 fastest",
    ] {
        let text = |text: &&str| text.split_whitespace().eq(expected.split_whitespace());
        assert!(
            texts.iter().any(text),
            "{expected} is missing among {texts:?}"
        );
    }
    let count = |tag: &str, fill: &str| {
        let is = |node: &roxmltree::Node<'_, '_>| {
            node.has_tag_name(tag) && node.attribute("fill") == Some(fill)
        };
        document.descendants().filter(is).count()
    };
    // A bar for each of 7 contenders and a patch in the key.
    for colour in ["#1B4965", "#5FA8D3", "#F4A259"] {
        assert_eq!(count("rect", colour), 8, "{colour}");
    }
    for colour in ["#2A9D8F", "#C1440E"] {
        assert_eq!(count("circle", colour), 3, "{colour}");
    }
}

/// The ends of the SVG's lines of a `stroke`, piece by piece.
fn lines<'a>(document: &'a roxmltree::Document<'_>, stroke: &'a str) -> Vec<Vec<(f64, f64)>> {
    let of = |node: roxmltree::Node<'_, '_>| -> Option<Vec<(f64, f64)>> {
        let number = |name| node.attribute(name)?.parse().ok();
        match node.tag_name().name() {
            "line" => Some(vec![
                (number("x1")?, number("y1")?),
                (number("x2")?, number("y2")?),
            ]),
            "polyline" => {
                let points = node.attribute("points")?.split_whitespace().map(|point| {
                    let (x, y) = point.split_once(',').unwrap();
                    (x.parse().unwrap(), y.parse().unwrap())
                });
                Some(points.collect())
            }
            _ => None,
        }
    };
    document
        .descendants()
        .filter(|node| node.attribute("stroke") == Some(stroke))
        .filter_map(of)
        .collect()
}

#[test]
fn ideal_line_is_of_one_piece() {
    let svg = svg(&fixed());
    let document = roxmltree::Document::parse(&svg).unwrap();
    let ideal = lines(&document, "#8A8A8A");
    assert_eq!(ideal.len(), 1, "{ideal:?}");
    // From one job to as many as there are cores, and from there on level.
    assert_eq!(ideal[0].len(), 3);
    assert_eq!(ideal[0][1].1, ideal[0][2].1);
}

#[test]
fn whiskers_reach_from_the_least_to_the_most() {
    let mut wide = rounds(Strategy::Rayon, 2, [200, 255, 22]);
    wide.1[0].elapsed = MS * 300;
    let svg = svg(&comparison(&[
        rounds(Strategy::Seq, 1, [300, 250, 18]),
        wide,
    ]));
    let document = roxmltree::Document::parse(&svg).unwrap();
    let bars: Vec<f64> = document
        .descendants()
        .filter(|node| node.attribute("fill") == Some("#1B4965"))
        .map(|bar| bar.attribute("width").unwrap().parse().unwrap())
        .collect();
    let second = bars[0] / 0.3;
    let whiskers = lines(&document, "#D0466B");
    // A horizontal line and two caps for each contender.
    assert_eq!(whiskers.len(), 6, "{whiskers:?}");
    let length = whiskers[3][1].0 - whiskers[3][0].0;
    assert!((length - second * (0.300 - 0.196)).abs() <= 2.0, "{length}");
    let speed_ups = lines(&document, "#C1440E");
    let whisker = &speed_ups[1];
    assert_eq!(whisker[0].0, whisker[1].0, "stands upright: {speed_ups:?}");
    assert!(whisker[0].1 > whisker[1].1 + 20.0, "{speed_ups:?}");
}

/// A text's left, top, right and bottom, as wide as a usual sans-serif face makes it.
fn bounds(text: roxmltree::Node<'_, '_>) -> [f64; 4] {
    let number = |name| text.attribute(name).unwrap().parse::<f64>().unwrap();
    let size = number("font-size");
    let words: Vec<_> = text.text().unwrap_or("").split_whitespace().collect();
    let width = words.join(" ").chars().count() as f64 * size * 0.56;
    let left = match text.attribute("text-anchor").unwrap() {
        "start" => number("x"),
        "middle" => number("x") - width / 2.0,
        _ => number("x") - width,
    };
    // How far the baseline hangs below the place; an ex is about half an em.
    let dy = match text.attribute("dy").unwrap() {
        "0.5ex" => 0.25,
        "0.76em" => 0.76,
        other => panic!("{other}"),
    };
    let bottom = number("y") + dy * size;
    [left, bottom - size * 0.7, left + width, bottom]
}

#[test]
fn labels_are_clear_of_lines() {
    let mut wide = fixed();
    wide.contenders[2].real.max = 0.3;
    for comparison in [fixed(), wide] {
        let svg = svg(&comparison);
        let document = roxmltree::Document::parse(&svg).unwrap();
        let texts = document
            .descendants()
            .filter(|node| node.has_tag_name("text"));
        for text in texts {
            let [left, top, right, bottom] = bounds(text);
            assert!(left >= 0.0 && right <= 1040.0, "{text:?}");
            for stroke in ["#E4E4E4", "#8A8A8A", "#2A9D8F", "#C1440E", "#D0466B"] {
                for line in lines(&document, stroke) {
                    for ends in line.windows(2) {
                        // As many points of each line as no text is narrow enough to pass between.
                        let steps = 400;
                        let crosses = (0..=steps)
                            .map(|step| f64::from(step) / f64::from(steps))
                            .any(|at| {
                                let x = ends[0].0 + (ends[1].0 - ends[0].0) * at;
                                let y = ends[0].1 + (ends[1].1 - ends[0].1) * at;
                                x > left && x < right && y > top && y < bottom
                            });
                        assert!(!crosses, "{stroke} {ends:?} crosses {:?}", text.text());
                    }
                }
            }
        }
    }
}

#[test]
fn chart_of_one_core_can_be_drawn() {
    let one = comparison(&[
        rounds(Strategy::Seq, 1, [270, 250, 18]),
        rounds(Strategy::Threads, 1, [274, 251, 20]),
        rounds(Strategy::Rayon, 1, [275, 251, 20]),
    ]);
    roxmltree::Document::parse(&svg(&one)).unwrap();
}
