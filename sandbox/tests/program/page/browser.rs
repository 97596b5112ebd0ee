//! Chromium, driven by chromedriver over HTTP (WebDriver), with a profile of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::LONGEST;

/// The key of an element in WebDriver's answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a browser may take for one command: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    profile: PathBuf,
    client: reqwest::Client,
}

impl Browser {
    /// Starts a browser, with or without scripts in its pages. None, and a printed line, if there is none on this machine.
    pub async fn start(with_scripts: bool) -> Option<Self> {
        let places = ["/usr/bin/chromedriver", "/usr/local/bin/chromedriver", "/usr/lib/chromium/chromedriver"];
        let named = std::env::var("CHROMEDRIVER").ok();
        let found = named.as_deref().into_iter().chain(places).find(|place| Path::new(place).exists());
        let Some(found) = found else {
            // To the terminal itself: the test runner keeps what successful tests print.
            let _ = writeln!(std::io::stderr(), "SKIPPED: no chromedriver; CHROMEDRIVER names one that is elsewhere");
            return None;
        };
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("imprint-sandbox-browser-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let profile = std::env::temp_dir().join(name);
        let mut driver = Command::new(found)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut lines = BufReader::new(driver.stdout.take().expect("an output")).lines().map_while(Result::ok);
        let port =
            lines.find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok());
        let port = port.expect("chromedriver tells its port");
        // What it prints later has to go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        let mut browser = Self { driver, port, session: String::new(), profile, client };
        browser.session = browser.open(with_scripts).await;
        Some(browser)
    }

    async fn open(&self, with_scripts: bool) -> String {
        let profile = format!("--user-data-dir={}", self.profile.display());
        let flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1280,900",
            &profile,
        ];
        let prefs = match with_scripts {
            true => json!({}),
            false => json!({ "profile.managed_default_content_settings.javascript": 2 }),
        };
        let options = json!({ "args": flags, "prefs": prefs });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let opened = self.post("/session", wanted).await.unwrap_or_else(|error| panic!("no browser: {error}"));
        opened["sessionId"].as_str().expect("a session").to_owned()
    }

    pub async fn go(&self, url: &str) {
        self.command("/url", json!({ "url": url })).await.expect("the page is loaded");
    }

    /// What a script of a test answers.
    pub async fn run(&self, script: &str) -> Value {
        self.command("/execute/sync", json!({ "script": script, "args": [] })).await.expect("the script runs")
    }

    /// The same for a script that calls `arguments[0]` with its answer.
    pub async fn run_to_its_end(&self, script: &str) -> Value {
        self.command("/execute/async", json!({ "script": script, "args": [] })).await.expect("the script runs")
    }

    /// A command of Chromium's own.
    pub async fn chromium(&self, command: &str, params: Value) {
        let body = json!({ "cmd": command, "params": params });
        self.command("/goog/cdp/execute", body).await.expect("the command is known");
    }

    /// Clicks at an element, as soon as it is there.
    pub async fn click(&self, selector: &str) {
        self.on(selector, "click", json!({})).await;
    }

    /// Types into a field, as soon as it is there.
    pub async fn type_into(&self, selector: &str, text: &str) {
        self.on(selector, "value", json!({ "text": text })).await;
    }

    /// Empties a field.
    pub async fn clear(&self, selector: &str) {
        self.on(selector, "clear", json!({})).await;
    }

    /// Chooses an option of a list.
    pub async fn choose(&self, selector: &str, value: &str) {
        self.click(&format!("{selector} option[value='{value}']")).await;
    }

    /// The text of an element as it is seen; None if there is none.
    pub async fn text(&self, selector: &str) -> Option<String> {
        let element = self.find(selector).await?;
        let url = self.url(&format!("/session/{}/element/{element}/text", self.session));
        let answer = self.client.get(url).send().await.expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        answer["value"].as_str().map(str::to_owned)
    }

    /// Waits until an element shows a text.
    pub async fn shows(&self, selector: &str, text: &str) {
        let end = Instant::now() + LONGEST;
        let mut shown = None;
        while Instant::now() < end {
            shown = self.text(selector).await;
            if shown.as_ref().is_some_and(|shown| shown.contains(text)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{selector} does not show {text:?} but {shown:?}");
    }

    async fn on(&self, selector: &str, what: &str, body: Value) {
        let end = Instant::now() + LONGEST;
        let mut error = "there is no such element".to_owned();
        while Instant::now() < end {
            // The page may put another element in the place of this one at the same time.
            if let Some(element) = self.find(selector).await {
                match self.command(&format!("/element/{element}/{what}"), body.clone()).await {
                    Ok(_) => return,
                    Err(message) => error = message,
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{what} at {selector}: {error}");
    }

    async fn find(&self, selector: &str) -> Option<String> {
        let found = self.command("/element", json!({ "using": "css selector", "value": selector })).await.ok()?;
        found[ELEMENT].as_str().map(str::to_owned)
    }

    async fn command(&self, path: &str, body: Value) -> Result<Value, String> {
        self.post(&format!("/session/{}{path}", self.session), body).await
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        let answer = self.client.post(self.url(path)).json(&body).send().await.map_err(|error| error.to_string())?;
        let is_success = answer.status().is_success();
        let mut answer: Value = answer.json().await.map_err(|error| error.to_string())?;
        if is_success { Ok(answer["value"].take()) } else { Err(answer["value"]["message"].to_string()) }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Lets chromedriver end its browser, which would stay behind otherwise.
    fn quit(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let (session, port) = (&self.session, self.port);
        write!(stream, "DELETE /session/{session} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n")?;
        stream.read_exact(&mut [0; 12])
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.quit();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
