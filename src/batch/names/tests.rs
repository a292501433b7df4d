use std::path::{Path, PathBuf};

use super::{Label, Names, NamesError, ParseTemplateError, Template};

fn label(size: &str, format: &'static str) -> Label {
    let (digits, factor) = match size.strip_suffix("@2x") {
        Some(digits) => (digits, 2),
        None => (size, 1),
    };
    let side = |text: &str| text.parse::<u32>().ok().map(|side| side * factor);
    let (width, height) = digits.split_once('x').unwrap();
    Label {
        size: size.to_owned(),
        width: side(width),
        height: side(height),
        format,
        extension: if format == "jpeg" { "jpg" } else { format },
    }
}

fn names(labels: &[Label], template: &str) -> Result<Names, NamesError> {
    let template = (!template.is_empty()).then(|| template.parse().unwrap());
    Names::new(labels.to_vec(), template)
}

/// Sources with names that could be mistaken for another's.
const SOURCES: [&str; 12] = [
    "a.jpg",
    "a.jpeg",
    "a.JPG",
    "a.png",
    "a.webp",
    "a-128x128.jpg",
    "a.b.jpg",
    "b/a.jpg",
    "b/c/a b.JPEG",
    "128x128/a.jpg",
    "-.jpg",
    "a.webp.jpg.gif",
];

#[test]
fn names_are_those_of_the_table() {
    let (jpeg, webp) = (label("400x300", "jpeg"), label("400x300", "webp"));
    let one = names(std::slice::from_ref(&jpeg), "").unwrap();
    let other = names(std::slice::from_ref(&webp), "").unwrap();
    let both = names(&[jpeg, webp], "").unwrap();
    let source = Path::new("a/b c.JPEG");
    for (names, variant, source, name) in [
        (&one, 0, source, "a/b c.JPEG"),
        (&other, 0, source, "a/b c.JPEG.webp"),
        (&one, 0, Path::new("logo.png"), "logo.png.jpg"),
        (&one, 0, Path::new("photo"), "photo"),
        (&other, 0, Path::new("x.webp"), "x.webp"),
        (&both, 0, source, "400x300/a/b c.JPEG"),
        (&both, 1, source, "400x300.webp/a/b c.JPEG.webp"),
        (&both, 0, Path::new("logo.png"), "400x300/logo.png.jpg"),
    ] {
        assert_eq!(names.thumbnail(variant, source), Path::new(name));
    }
}

#[test]
fn every_name_can_be_read_backwards_and_is_nobody_elses() {
    let labels = [
        label("128x128", "jpeg"),
        label("128x128@2x", "jpeg"),
        label("400x300", "webp"),
        label("400x300", "png"),
    ];
    for template in [
        "",
        "{folder}/{stem}-{size}.{ext}",
        "{folder}/{stem}-{width}x{height}-{format}.{source_ext}",
        "{size}-{format}/{folder}/{stem}.{ext}",
        "{folder}/{stem}.{source_ext}/{size}.{format}",
        "t/{folder}/{source_ext}_{stem}-{size}{format}",
        "{folder}/{ext}/{size}.{stem}",
    ] {
        let names = names(&labels, template).unwrap();
        let mut seen = std::collections::BTreeMap::new();
        for variant in 0..labels.len() {
            for source in SOURCES {
                let name = names.thumbnail(variant, Path::new(source));
                let found = names.sources(&name);
                assert!(
                    found.contains(&PathBuf::from(source)),
                    "{template}: {source} -> {name:?} -> {found:?}"
                );
                if let Some(before) = seen.insert(name.clone(), (variant, source)) {
                    panic!("{template}: {before:?} and {source} at {variant} are {name:?}");
                }
            }
        }
        for foreign in ["x.txt", "999x999/a.jpg", "q/a-999x999.jpg"] {
            let named = names.sources(Path::new(foreign));
            assert_eq!(named, Vec::<PathBuf>::new(), "{template}: {foreign}");
        }
    }
}

#[test]
fn variants_that_would_meet_are_refused_with_both_names() {
    let (small, large) = (label("128x128", "jpeg"), label("1128x128", "jpeg"));
    for (labels, template, told) in [
        (
            [small.clone(), small.clone()],
            "",
            "128x128 as jpeg is asked for twice: thumbnails that differ only in how they fit would have one name",
        ),
        (
            [small.clone(), large.clone()],
            "{folder}/{stem}.{ext}",
            "a.jpg at 128x128 as jpeg and a.jpg at 1128x128 as jpeg would both be a.jpg",
        ),
        (
            [large, small],
            "{folder}/{stem}{size}.{ext}",
            "a.jpg at 1128x128 as jpeg and a1.jpg at 128x128 as jpeg would both be a1128x128.jpg",
        ),
    ] {
        assert_eq!(names(&labels, template).unwrap_err().to_string(), told);
    }
}

#[test]
fn templates_that_can_not_be_read_backwards_are_refused() {
    let parsed = |text: &str| text.parse::<Template>().unwrap_err();
    for (template, error) in [
        ("{stem}.{ext}", ParseTemplateError::Folder),
        ("x{folder}/{stem}.{ext}", ParseTemplateError::Folder),
        ("{folder}/{folder}/{stem}.{ext}", ParseTemplateError::Folder),
        ("{folder}/{stem}{ext}", ParseTemplateError::NotApart),
        ("{folder}/{stem}x{ext}", ParseTemplateError::NotApart),
        ("{folder}/{ext}1{stem}", ParseTemplateError::NotApart),
        (
            "{folder}/{stem}.{stem}.{ext}",
            ParseTemplateError::Twice("stem"),
        ),
        (
            "{folder}/{stem}.{ext}.{source_ext}",
            ParseTemplateError::Twice("ext"),
        ),
        ("{folder}/{stem}.{ext", ParseTemplateError::Brace),
        ("{folder}/stem}.{ext}", ParseTemplateError::Brace),
        (
            "{folder}/{name}.{ext}",
            ParseTemplateError::Field("name".into()),
        ),
        ("/{folder}/{stem}.{ext}", ParseTemplateError::Path),
        ("../{folder}/{stem}.{ext}", ParseTemplateError::Path),
        ("{folder}//{stem}.{ext}", ParseTemplateError::Path),
    ] {
        assert_eq!(parsed(template), error, "{template}");
    }
    let meets = parsed("{folder}/{stem}.{format}").to_string();
    assert_eq!(
        meets,
        "without {ext}, thumbnails of a.jpg and a.jpeg would meet in a.jpeg"
    );
    let meets = parsed("{folder}/{size}.{ext}").to_string();
    assert!(
        meets.contains("a.jpg and b.jpg would meet in 128x128.jpg"),
        "{meets}"
    );
}

#[test]
fn a_box_without_a_height_has_none_to_name() {
    let wide = Label {
        size: "400x".into(),
        width: Some(400),
        height: None,
        format: "jpeg",
        extension: "jpg",
    };
    let refused = names(&[wide], "{folder}/{stem}-{height}.{ext}").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "--name has {height}, and the size 400x has none"
    );
}

#[test]
fn what_has_no_extension_has_a_rival_where_a_template_gives_it_one() {
    let labels = [label("128x128", "jpeg")];
    for (template, rival) in [
        ("", None),
        ("{folder}/{stem}.{ext}", Some("b/x.jpg")),
        ("{folder}/{stem}.{source_ext}", None),
    ] {
        let names = names(&labels, template).unwrap();
        let found = names.rival(0, Path::new("b/x"));
        assert_eq!(found.as_deref(), rival.map(Path::new), "{template}");
        assert_eq!(names.rival(0, Path::new("b/x.jpg")), None, "{template}");
    }
}

#[test]
fn what_keeps_its_extension_is_the_rival_of_what_does_not() {
    let labels = [label("128x128", "jpeg"), label("400x", "webp")];
    for (template, count) in [
        ("", 1),
        ("", 2),
        ("{size}.{format}/{folder}/{stem}.{ext}", 2),
    ] {
        let names = names(&labels[..count], template).unwrap();
        for (variant, source, rival) in [
            (0, "b/a.png", Some("b/a.png.jpg")),
            (0, "b/a.png.jpg", None),
            (0, "a.jpg", None),
            (1, "a.jpg", Some("a.jpg.webp")),
            (1, "a.webp", None),
        ] {
            if variant < count {
                let found = names.rival(variant, Path::new(source));
                assert_eq!(
                    found.as_deref(),
                    rival.map(Path::new),
                    "{template} {source}"
                );
            }
        }
    }
}
