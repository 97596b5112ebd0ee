//! axe-core looks at the pages in a real browser. `AXE_CORE` names the file axe.min.js; `.ci/axe` gets it and runs this.

use std::io::Write;

use serde_json::{Value, json};

use crate::process::Process;

use super::browser::Browser;
use super::partner::{session, start_path};
use super::structure::fill;

/// What axe finds that keeps somebody from using the page.
const SEVERE: [&str; 2] = ["serious", "critical"];

#[tokio::test]
async fn axe_finds_nothing_serious_in_any_size_and_colour() {
    let Some(file) = std::env::var_os("AXE_CORE") else {
        let _ = writeln!(std::io::stderr(), "SKIPPED: AXE_CORE does not name axe.min.js; .ci/axe does");
        return;
    };
    let axe = std::fs::read_to_string(file).expect("AXE_CORE names a file");
    let browser = Browser::start(true).await.expect("axe-core needs chromedriver");
    let program = Process::start(&["--clock", "frozen", "--retry", "off", "--log", "off"]);
    fill(&program).await;
    let start = start_path(&session(&program, "PARTNER_1").await);
    let paths = ["/", &start, "/start?client_secret=unknown", "/start", "/?account=nobody"];
    for (path, scheme, width) in paths
        .into_iter()
        .flat_map(|path| ["light", "dark"].map(|scheme| (path, scheme)))
        .flat_map(|(path, scheme)| [360, 1280].map(|width| (path, scheme, width)))
    {
        let colours = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.chromium("Emulation.setEmulatedMedia", colours).await;
        let size = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        browser.chromium("Emulation.setDeviceMetricsOverride", size).await;
        browser.go(&format!("{}{path}", program.url())).await;
        let what = format!("{path} in {scheme} at {width} pixels");
        for open in [false, true] {
            let toggle = format!("document.querySelectorAll('details').forEach(d => d.open = {open})");
            browser.run(&toggle).await;
            let wider = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(browser.run(wider).await, json!(0), "{what} is wider than the screen, details open: {open}");
            let run = "axe.run({ resultTypes: ['violations'] }).then(found => arguments[0](found.violations))";
            let found = browser.run_to_its_end(&format!("{axe}; {run}")).await;
            let severe: Vec<&Value> =
                found.as_array().expect("a list").iter().filter(|found| is_severe(found)).collect();
            assert!(severe.is_empty(), "{what}: {severe:#?}");
        }
    }
    // What is found is found: a label that is taken away is.
    browser.go(program.url()).await;
    browser.run("document.querySelector('label[for=endpoint-add-url]').remove()").await;
    browser.run("document.querySelector('#endpoint-add-details').open = true").await;
    let run = "axe.run().then(found => arguments[0](found.violations))";
    let found = browser.run_to_its_end(&format!("{axe}; {run}")).await;
    assert!(found.as_array().expect("a list").iter().any(is_severe));
}

fn is_severe(found: &Value) -> bool {
    found["impact"].as_str().is_some_and(|impact| SEVERE.contains(&impact))
}
