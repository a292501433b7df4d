//! The gallery as a person sees and uses it, in a real browser.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;

use serde_json::json;

use crate::browser::{Browser, key};
use crate::env::{BROKEN, Env, PICTURES};

/// The names of what is on the screen, from top to bottom.
const NAMES: &str = "return [...document.querySelectorAll('.item')]
    .sort((a, b) => a.ariaPosInSet - b.ariaPosInSet).map(item => item.querySelector('.name').textContent)";
const STATUS: &str = "return document.getElementById('status').textContent";
/// Whether all pictures on the screen are there.
const LOADED: &str = "const all = [...document.querySelectorAll('#grid img')];
    return all.length > 0 && all.every(image => image.complete && image.naturalWidth > 0)";
const FOCUSED: &str = "return document.activeElement.querySelector('.name')?.textContent";

/// The project's own pictures, and three that fail.
fn mixed() -> Env {
    let env = Env::new();
    let copied = std::process::Command::new("cp")
        .args(["-r", PICTURES, BROKEN])
        .arg(env.path("images"))
        .status();
    assert!(copied.unwrap().success());
    env.make(["--gallery", "out", "-q"]).ends_with(1);
    env
}

#[test]
fn failures_come_first_and_filters_filter() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let env = mixed();
    browser.resize(1400, 1000);
    browser.open(&env.path("out/index.html"));
    assert_eq!(
        browser.text("return document.title"),
        "thumbs \u{2013} thumbnails"
    );
    let names = browser.script(NAMES);
    assert_eq!(names[0], "broken/cut off.jpg", "{names}");
    assert_eq!(
        (&names[1], &names[2]),
        (&json!("broken/empty.jpg"), &json!("broken/text.jpg"))
    );
    let reason = browser.text("return document.querySelector('.failure .fact').textContent");
    assert!(
        reason.starts_with("decode: the file ends before"),
        "{reason}"
    );
    assert_eq!(browser.text(STATUS), "19 pictures");
    browser.wait_for(LOADED);
    let unnamed = "return [...document.images].filter(image => !image.alt).length";
    assert_eq!(browser.script(unnamed), 0);

    browser.click("#outcomes .failed");
    assert_eq!(browser.text(STATUS), "3 of 19 pictures");
    browser.click("#outcomes button");
    browser.click("#text");
    browser.press(&["m", "u", "g"]);
    assert_eq!(
        browser.script(NAMES),
        json!(["MUG-RED.JPG", "mug blue.jpg", "mug grey.jpe"])
    );
    // What was asked for is in the address, so it survives going away and coming back.
    browser.script("location.reload()");
    browser.wait_for("return document.readyState === 'complete'");
    assert_eq!(browser.text(STATUS), "3 of 19 pictures");
    browser.click("#text");
    browser.press(&[key::ESCAPE]);
    assert_eq!(browser.text(STATUS), "19 pictures");
    browser.script("[...document.querySelectorAll('#folders button')].find(one => one.title === 'pictures').click()");
    browser.script("[...document.querySelectorAll('#folders button')].find(one => one.title === 'Shop').click()");
    assert_eq!(browser.text(STATUS), "6 of 19 pictures");
    browser.click("#folders .up");
    assert_eq!(browser.text(STATUS), "15 of 19 pictures");
    browser.complains_of_nothing();
}

#[test]
fn click_opens_the_source() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let env = mixed();
    browser.open(&env.path("out/index.html"));
    browser.click("#text");
    browser.press(&["h", "a", "r", "b", "o", "u", "r"]);
    browser.click(".cell a");
    let source = env.path("images/pictures/travel/harbour%20at%20dusk.jpeg");
    assert_eq!(browser.opened(), format!("file://{}", source.display()));
}

/// Waits until the thing of this name has the focus. What a dialog gives back when it closes comes a moment later.
#[track_caller]
fn is_focused(browser: &Browser, name: &str) {
    browser.wait_for(&format!(
        "return (() => {{ {FOCUSED} }})() === {}",
        json!(name)
    ));
}

#[test]
fn keys_are_enough() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let env = mixed();
    browser.resize(1000, 900);
    browser.open(&env.path("out/index.html"));
    browser.press(&[key::DOWN]);
    is_focused(&browser, "broken/cut off.jpg");
    browser.press(&[key::DOWN, key::DOWN, key::DOWN]);
    is_focused(&browser, "sound.jpg");
    browser.press(&[key::END]);
    is_focused(&browser, "tower.jpg");
    let in_sight = "const box = document.activeElement.getBoundingClientRect();
        const frame = document.getElementById('scroll').getBoundingClientRect();
        return box.top >= frame.top && box.bottom <= frame.bottom";
    assert_eq!(browser.script(in_sight), true);
    browser.press(&[key::LEFT]);
    is_focused(&browser, "panorama.jpg");
    browser.press(&[key::UP, key::DOWN, key::RIGHT]);
    browser.press(&[key::HOME, key::PAGE_DOWN]);
    assert_eq!(browser.script(in_sight), true);
    browser.press(&[key::HOME]);
    is_focused(&browser, "broken/cut off.jpg");

    browser.press(&["i"]);
    let told = browser.text("return document.querySelector('dialog[open]').textContent");
    assert!(
        told.contains("broken/cut off.jpg") && told.contains("Failed in"),
        "{told}"
    );
    browser.press(&[key::RIGHT]);
    let told = browser.text("return document.querySelector('dialog[open]').textContent");
    assert!(told.contains("broken/empty.jpg"), "{told}");
    browser.press(&[key::ESCAPE]);
    assert_eq!(
        browser.script("return document.querySelector('dialog[open]')"),
        json!(null)
    );
    is_focused(&browser, "broken/empty.jpg");

    browser.press(&["/", "t", "o", "w", "e", "r", key::ENTER]);
    is_focused(&browser, "tower.jpg");
    browser.press(&[key::ENTER]);
    assert!(
        browser
            .opened()
            .ends_with("/images/pictures/travel/tower.jpg")
    );
    browser.complains_of_nothing();
}

#[test]
fn hostile_names_are_shown_and_do_nothing() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let env = Env::new();
    let names: [&[u8]; 9] = [
        b"<img src=x onerror=alert(1)>.jpg",
        b"\"><svg onload=alert(1)>.jpg",
        b"<!--<script>.jpg",
        b"javascript:alert(1).jpg",
        b"line\nbreak.jpg",
        "turned \u{202e}gpj.exe.jpg".as_bytes(),
        b"percent %2e%2e # ? & \\.jpg",
        b"not UTF-8 \xff.jpg",
        "\u{44f}\u{4e2d}\u{1f600}.jpg".as_bytes(),
    ];
    for name in names {
        env.picture(OsStr::from_bytes(&[b"images/", name].concat()));
    }
    env.picture(OsStr::from_bytes(
        b"images/</script><script>alert(1)<b>/a.jpg",
    ));
    env.make(["--gallery", "out", "-q"]).ends_with(0);
    browser.resize(1400, 1000);
    browser.open(&env.path("out/index.html"));
    assert_eq!(browser.text(STATUS), "10 pictures");
    let shown = browser.script(NAMES).to_string();
    for name in [
        "<img src=x onerror=alert(1)>.jpg",
        "<U+202E>",
        "line\u{240a}break.jpg",
        "javascript:alert(1).jpg",
    ] {
        assert!(shown.contains(name), "no {name} in {shown}");
    }
    assert_eq!(
        browser.script("return document.querySelectorAll('svg, img[src=x], b').length"),
        0
    );
    // Each thumbnail is found by its name, whatever that is.
    browser.wait_for(LOADED);
    let away = "return [...document.querySelectorAll('.item a')].filter(link => link.protocol !== 'file:').length";
    assert_eq!(browser.script(away), 0);
    browser.screenshot("hostile");
    // What stands in the page runs only as far as the policy allows it.
    browser.complains_of_nothing();
    let tried = "const made = document.createElement('script');
        made.textContent = 'document.title = \"taken\"';
        document.body.append(made);
        return document.title";
    assert_eq!(browser.text(tried), "thumbs \u{2013} thumbnails");
}

#[test]
fn hundred_thousand_pictures_are_as_quick_as_ten() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let env = Env::new();
    let picture = env.bytes(env.picture("picture.jpg"));
    let mut report = String::new();
    for folder in 0..1000 {
        for number in 0..100 {
            let below = format!(
                "20{:02}/album {folder:03}/img {number:03}.jpg",
                folder / 100
            );
            let end = match number {
                13 => {
                    r#""outcome":"failed","stage":"decode","error":"the file ends before the picture does""#
                }
                14 => {
                    r#""outcome":"made","reason":"missing","thumbnail_bytes":3000,"source_bytes":9,"damaged":true"#
                }
                _ => {
                    r#""outcome":"made","reason":"missing","thumbnail_bytes":3000,"source_bytes":9"#
                }
            };
            writeln!(
                report,
                r#"{{"record":"picture","source":"images/{below}","destination":"thumbs/{below}",{end}}}"#
            )
            .unwrap();
        }
    }
    writeln!(
        report,
        r#"{{"record":"run","source":"images","destination":"thumbs","finished":true}}"#
    )
    .unwrap();
    env.file("report.jsonl", report.as_bytes());
    env.file("thumbs/2000/album 000/img 000.jpg", &picture);
    env.file("thumbs/2009/album 999/img 099.jpg", &picture);
    let made = env.run(["gallery", "thumbs", "--report", "report.jsonl"]);
    assert_eq!(
        made.stdout, "thumbgen-gallery/index.html: 100000 pictures, 1000 failed\n",
        "{made}"
    );

    browser.resize(1400, 900);
    browser.open(&env.path("thumbgen-gallery/index.html"));
    assert_eq!(browser.text(STATUS), "100,000 pictures");
    let nodes = "return document.getElementsByTagName('*').length";
    let few = |browser: &Browser| assert!(browser.script(nodes).as_u64().unwrap() < 1000);
    few(&browser);
    let paint = browser
        .script("return performance.getEntriesByType('paint').map(entry => entry.startTime)");
    println!("first paint of 100,000 pictures: {paint} ms");
    browser.press(&[key::END]);
    is_focused(&browser, "img 099.jpg");
    browser.wait_for("return document.activeElement.querySelector('img').naturalWidth > 0");
    few(&browser);
    browser.screenshot("100000-end");
    // As narrow as this the list is longer than browsers let an element be, and still all of it can be reached.
    browser.resize(400, 800);
    // Again and again: the page is laid out again when it learns its new width, which may be after the first time.
    browser.wait_for("scroll.scrollTop = scroll.scrollHeight;
        return [...document.querySelectorAll('.item')].some(item => item.ariaPosInSet === '100000')");
    browser.wait_for(
        "scroll.scrollTop = scroll.scrollHeight / 2;
        return document.querySelectorAll('.cell').length > 3",
    );
    few(&browser);
    browser.press(&["/", "9", "9", "9", " ", "0", "1", "3"]);
    browser.wait_for(
        "return document.getElementById('status').textContent === '1 of 100,000 pictures'",
    );
}

#[test]
fn page_suits_narrow_and_wide_dark_and_light() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let env = mixed();
    let background = "return getComputedStyle(document.documentElement).backgroundColor";
    let mut seen = Vec::new();
    for scheme in ["light", "dark"] {
        browser.prefer("prefers-color-scheme", scheme);
        for (width, height) in [(1400, 900), (400, 800)] {
            browser.resize(width, height);
            browser.open(&env.path("out/index.html"));
            browser.wait_for("return document.readyState === 'complete'");
            let wider = "return document.documentElement.scrollWidth - innerWidth";
            assert_eq!(
                browser.script(wider),
                0,
                "nothing is cut off at {width} pixels"
            );
            seen.push(browser.text(background));
            browser.screenshot(&format!("{width}-{scheme}"));
        }
        browser.press(&[key::DOWN, "i"]);
        browser.screenshot(&format!("details-{scheme}"));
    }
    assert_eq!(
        seen,
        [
            "rgb(255, 255, 255)",
            "rgb(255, 255, 255)",
            "rgb(22, 23, 22)",
            "rgb(22, 23, 22)"
        ]
    );
    let moves = "return getComputedStyle(document.querySelector('.well')).transitionDuration";
    assert_ne!(browser.text(moves), "0s");
    browser.prefer("prefers-reduced-motion", "reduce");
    assert_eq!(browser.text(moves), "0s");
}
