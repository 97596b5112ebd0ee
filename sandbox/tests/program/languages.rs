//! The services in other languages that the README shows: each of them runs against the program, where its interpreter is
//! installed, and the README has the very text that runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::process::Process;

/// Each file with the language of its block and what runs it.
const SERVICES: [(&str, &str, &[&str]); 4] = [
    ("flow.sh", "sh", &["sh"]),
    ("flow.py", "python", &["python3"]),
    ("flow.mjs", "js", &["node"]),
    ("flow.go", "go", &["go", "run"]),
];

/// Building a Go program takes a while on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/languages")
}

/// Runs a service to its end; what it wrote. None if what runs it is not there.
fn run(file: &str, runner: &[&str], url: &str) -> Option<String> {
    let mut command = Command::new(runner[0]);
    command.args(&runner[1..]).arg(folder().join(file)).env("IMPRINT_SANDBOX", url);
    // Go keeps what it has compiled in a folder of the user, who may have none.
    command.env("GOCACHE", std::env::temp_dir().join("imprint-sandbox-go")).env("GO111MODULE", "off");
    let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else {
        println!("SKIPPED: {file} is not run, since there is no {}", runner[0]);
        return None;
    };
    let end = Instant::now() + PATIENCE;
    while child.try_wait().expect("a status").is_none() {
        if Instant::now() > end {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().expect("an output");
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{file}: {}{}", text(&output.stdout), text(&output.stderr));
    Some(text(&output.stdout))
}

#[tokio::test]
async fn each_service_runs_from_nothing_to_a_verified_webhook() {
    let mut ran = 0;
    for (file, _, runner) in SERVICES {
        let program = Process::start(&[]);
        let Some(output) = run(file, runner, program.url()) else { continue };
        ran += 1;
        let (_, health) = program.get("/_sandbox/health").await;
        assert_eq!(health["bugs"], 0, "{file}");
        if file == "flow.sh" {
            let expected = ["\"status\":\"APPROVED\"", "OFFER_ACCEPTED", "\n503\n", "PARTNER_USER_456"];
            let missing: Vec<_> = expected.into_iter().filter(|text| !output.contains(text)).collect();
            assert!(missing.is_empty(), "{missing:?} is missing in {output}");
        } else {
            assert!(output.starts_with("verified "), "{file}: {output}");
        }
    }
    println!("{ran} of {} services ran", SERVICES.len());
}

#[test]
fn the_readme_shows_what_runs() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).expect("the README").replace("\r\n", "\n");
    for (file, language, _) in SERVICES {
        let text = std::fs::read_to_string(folder().join(file)).expect("a file").replace("\r\n", "\n");
        let block = format!("```{language}\n{text}```\n");
        assert!(readme.contains(&block), "README.md does not show {file} as it is");
    }
}
