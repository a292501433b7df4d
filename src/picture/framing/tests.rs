use super::*;

fn bounds(text: &str) -> Bounds {
    text.parse().unwrap()
}

fn framing_of(picture: (u32, u32), text: &str, fit: Fit, enlarge: bool) -> Framing {
    let rule = FramingRule::new(bounds(text))
        .with_fit(fit)
        .with_enlarge(enlarge);
    Framing::new(picture, &rule, Orientation::UPRIGHT).unwrap()
}

fn size(picture: (u32, u32), text: &str, fit: Fit, enlarge: bool) -> (u32, u32) {
    let framing = framing_of(picture, text, fit, enlarge);
    (framing.width, framing.height)
}

#[test]
fn inside_keeps_the_shape_and_rounds_half_up() {
    assert_eq!(size((4000, 3000), "128", Fit::Inside, false), (128, 96));
    assert_eq!(size((256, 171), "128", Fit::Inside, false), (128, 86));
    assert_eq!(size((256, 169), "128", Fit::Inside, false), (128, 85));
    assert_eq!(size((3000, 4000), "120x80", Fit::Inside, false), (60, 80));
    assert_eq!(size((3000, 4000), "x80", Fit::Inside, false), (60, 80));
    assert_eq!(size((3000, 4000), "120x", Fit::Inside, false), (120, 160));
    assert_eq!(size((65535, 1), "128", Fit::Inside, false), (128, 1));
}

#[test]
fn nothing_is_enlarged_unasked() {
    for fit in [Fit::Inside, Fit::Cover] {
        assert_eq!(size((100, 50), "128", fit, false), (100, 50));
    }
    assert_eq!(size((128, 64), "128", Fit::Inside, false), (128, 64));
    assert_eq!(size((100, 50), "128", Fit::Inside, true), (128, 64));
    assert_eq!(size((100, 50), "x128", Fit::Inside, true), (256, 128));
    assert_eq!(size((100, 50), "128", Fit::Cover, true), (128, 128));
}

#[test]
fn sides_end_at_65535() {
    let rule = FramingRule::new(bounds("4x")).with_enlarge(true);
    let framing = Framing::new((2, 65535), &rule, Orientation::UPRIGHT);
    assert_eq!(framing, Err((4, 131_070)));
}

#[test]
fn cover_keeps_the_part_that_gravity_says() {
    let area = |gravity, number| {
        let rule = FramingRule::new(bounds("100"))
            .with_fit(Fit::Cover)
            .with_gravity(gravity);
        let turn = Orientation::from_exif(number).unwrap();
        let area = Framing::new((400, 300), &rule, turn).unwrap().area;
        assert_eq!((area.width, area.height), (300.0, 300.0));
        (area.left, area.top)
    };
    assert_eq!(area(Gravity::Centre, 1), (50.0, 0.0));
    assert_eq!(area(Gravity::SouthWest, 1), (0.0, 0.0));
    assert_eq!(area(Gravity::NorthEast, 1), (100.0, 0.0));
    assert_eq!(area(Gravity::East, 2), (0.0, 0.0));
    // Seen upright it is 300x400, and its top is the stored picture's left side.
    assert_eq!(area(Gravity::North, 6), (0.0, 0.0));
    assert_eq!(area(Gravity::North, 8), (100.0, 0.0));
}

#[test]
fn a_box_is_padded_where_the_picture_does_not_fill_it() {
    let padding = |picture, text, gravity, number| {
        let rule = FramingRule::new(bounds(text))
            .with_fit(Fit::Pad)
            .with_gravity(gravity);
        let turn = Orientation::from_exif(number).unwrap();
        let framing = Framing::new(picture, &rule, turn).unwrap();
        let padding = framing.padding(&rule, turn);
        padding.map(|padding| (padding.size, padding.at))
    };
    let centre = Gravity::Centre;
    assert_eq!(
        padding((400, 300), "128", centre, 1),
        Some(((128, 128), (0, 16)))
    );
    assert_eq!(
        padding((400, 300), "128", Gravity::SouthEast, 1),
        Some(((128, 128), (0, 32)))
    );
    assert_eq!(
        padding((400, 300), "128", centre, 6),
        Some(((128, 128), (16, 0)))
    );
    assert_eq!(
        padding((30, 20), "128x100", centre, 1),
        Some(((128, 100), (49, 40)))
    );
    assert_eq!(padding((400, 400), "128", centre, 1), None);
    assert_eq!(padding((400, 300), "128x", centre, 1), None);
}

#[test]
fn cover_fills_the_box_with_the_middle() {
    let framing = framing_of((4000, 3000), "128", Fit::Cover, false);
    assert_eq!((framing.width, framing.height), (128, 128));
    assert_eq!(
        framing.area,
        Area {
            left: 500.0,
            top: 0.0,
            width: 3000.0,
            height: 3000.0
        }
    );
    let framing = framing_of((3000, 4000), "120x40", Fit::Cover, false);
    assert_eq!((framing.width, framing.height), (120, 40));
    assert_eq!(
        framing.area,
        Area {
            left: 0.0,
            top: 1500.0,
            width: 3000.0,
            height: 1000.0
        }
    );
}

#[test]
fn cover_of_a_picture_that_is_too_small_keeps_its_scale() {
    let framing = framing_of((1000, 50), "128", Fit::Cover, false);
    assert_eq!((framing.width, framing.height), (128, 50));
    assert_eq!(
        framing.area,
        Area {
            left: 436.0,
            top: 0.0,
            width: 128.0,
            height: 50.0
        }
    );
}

#[test]
fn an_area_never_leaves_the_picture() {
    for w in (1..=2000).step_by(37) {
        for h in (1..=2000).step_by(41) {
            for text in ["128", "33x77", "x5", "7x"] {
                for (fit, enlarge) in [
                    (Fit::Inside, false),
                    (Fit::Cover, false),
                    (Fit::Cover, true),
                    (Fit::Pad, true),
                ] {
                    let Framing {
                        width,
                        height,
                        area,
                    } = framing_of((w, h), text, fit, enlarge);
                    assert!(width >= 1 && height >= 1);
                    assert!(
                        area.left >= 0.0 && area.left + area.width <= f64::from(w),
                        "{w}x{h} {text}"
                    );
                    assert!(
                        area.top >= 0.0 && area.top + area.height <= f64::from(h),
                        "{w}x{h} {text}"
                    );
                }
            }
        }
    }
}
