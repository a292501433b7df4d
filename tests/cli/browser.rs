//! A real browser, driven by the WebDriver protocol (<https://www.w3.org/TR/webdriver2/>): Debian's chromium and
//! chromium-driver.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser with one window. It is closed when the value is dropped.
pub(crate) struct Browser {
    driver: Child,
    session: String,
    /// Its profile, which it must not share with another browser.
    _profile: TempDir,
}

/// The keys of WebDriver's section 17.4.2 that tests press.
pub(crate) mod key {
    pub(crate) const ENTER: &str = "\u{e007}";
    pub(crate) const ESCAPE: &str = "\u{e00c}";
    pub(crate) const PAGE_DOWN: &str = "\u{e00f}";
    pub(crate) const END: &str = "\u{e010}";
    pub(crate) const HOME: &str = "\u{e011}";
    pub(crate) const LEFT: &str = "\u{e012}";
    pub(crate) const UP: &str = "\u{e013}";
    pub(crate) const RIGHT: &str = "\u{e014}";
    pub(crate) const DOWN: &str = "\u{e015}";
}

impl Browser {
    /// A browser, or nothing and a word on stderr where there is none.
    pub(crate) fn start() -> Option<Self> {
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = driver else {
            // Written past the harness, which hides what a passing test prints.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: tests in a browser: no chromedriver"
            );
            return None;
        };
        let said = BufReader::new(driver.stdout.take().unwrap());
        let port = said.lines().map(Result::unwrap).find_map(|line| {
            let port = line.split("started successfully on port ").nth(1)?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let driver_url = format!(
            "http://127.0.0.1:{}",
            port.expect("chromedriver tells its port")
        );
        let profile = tempfile::tempdir().unwrap();
        let user_data = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            &user_data,
        ];
        let options = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let begun = send(&format!("{driver_url}/session"), &options);
        let session = begun["sessionId"].as_str().expect("a session");
        Some(Self {
            session: format!("{driver_url}/session/{session}"),
            driver,
            _profile: profile,
        })
    }

    fn post(&self, command: &str, parameters: &Value) -> Value {
        send(&format!("{}/{command}", self.session), parameters)
    }

    /// Opens the page `path`.
    pub(crate) fn open(&self, path: &Path) {
        self.post("url", &json!({"url": format!("file://{}", path.display())}));
    }

    /// A window of that many pixels.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let parameters =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &parameters);
    }

    /// Pretends that the user prefers `value` in the media feature `name`.
    pub(crate) fn prefer(&self, name: &str, value: &str) {
        let feature = json!({"features": [{"name": name, "value": value}]});
        self.devtools("Emulation.setEmulatedMedia", &feature);
    }

    fn devtools(&self, command: &str, parameters: &Value) {
        self.post(
            "goog/cdp/execute",
            &json!({"cmd": command, "params": parameters}),
        );
    }

    /// What `script` returns.
    pub(crate) fn script(&self, script: &str) -> Value {
        self.post("execute/sync", &json!({"script": script, "args": []}))
    }

    /// What `script` returns, which is a text.
    pub(crate) fn text(&self, script: &str) -> String {
        let value = self.script(script);
        value
            .as_str()
            .unwrap_or_else(|| panic!("{script} gave {value}"))
            .to_owned()
    }

    /// Waits until `script` returns true: pictures may load at any time.
    #[track_caller]
    pub(crate) fn wait_for(&self, script: &str) {
        for _ in 0..600 {
            if self.script(script) == true {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("never true: {script}");
    }

    /// Presses keys, one after the other.
    pub(crate) fn press(&self, keys: &[&str]) {
        let actions: Vec<_> = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        let keyboard = json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]});
        self.post("actions", &keyboard);
    }

    /// Clicks on the first element that is `selected`.
    pub(crate) fn click(&self, selected: &str) {
        let found = self.post(
            "element",
            &json!({"using": "css selector", "value": selected}),
        );
        let element = found.as_object().unwrap().values().next().unwrap();
        let command = format!("element/{}/click", element.as_str().unwrap());
        self.post(&command, &json!({}));
    }

    /// The address of the window that was opened last, which is closed again.
    pub(crate) fn opened(&self) -> String {
        let windows = get(&format!("{}/window/handles", self.session));
        let windows = windows.as_array().unwrap();
        assert_eq!(windows.len(), 2, "a window was opened");
        self.post("window", &json!({"handle": windows[1]}));
        let url = get(&format!("{}/url", self.session));
        let closed = ureq::delete(&format!("{}/window", self.session)).call();
        closed.unwrap();
        self.post("window", &json!({"handle": windows[0]}));
        url.as_str().unwrap().to_owned()
    }

    /// Keeps a screenshot for a person to look at, in the tests' own folder of temporary files.
    pub(crate) fn screenshot(&self, name: &str) {
        let picture = get(&format!("{}/screenshot", self.session));
        let standard = base64::engine::general_purpose::STANDARD;
        let png = standard.decode(picture.as_str().unwrap()).unwrap();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(folder.join(format!("gallery-{name}.png")), png).unwrap();
    }

    /// Nothing went wrong in the page, and no policy was violated.
    #[track_caller]
    pub(crate) fn complains_of_nothing(&self) {
        let log = self.post("se/log", &json!({"type": "browser"}));
        assert_eq!(log, json!([]), "log of the browser");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = ureq::delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn get(url: &str) -> Value {
    value(url, ureq::get(url).call())
}

fn send(url: &str, parameters: &Value) -> Value {
    let request = ureq::post(url).config().http_status_as_error(false).build();
    value(url, request.send(parameters.to_string()))
}

#[track_caller]
fn value(url: &str, response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Value {
    let mut response = response.unwrap_or_else(|error| panic!("{url}: {error}"));
    let status = response.status();
    // A screenshot is longer than what is read unasked.
    let text = response
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_to_string();
    let mut answer: Value = serde_json::from_str(&text.unwrap()).unwrap();
    assert!(status.is_success(), "{url}: {answer}");
    answer["value"].take()
}
