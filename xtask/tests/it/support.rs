//! A copy of the repository's files, and the command as a process.
//!
//! The document and the overlay are those of 2026-11-20: a refresh must not break the tests of refreshing.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const FILES: [&str; 6] = [
    "openapi/openapi.yaml",
    "openapi/overlay.yaml",
    "openapi/openapi.lock",
    "openapi/public-api.txt",
    "CHANGELOG.md",
    "Cargo.toml",
];

/// A copy, removed when it is dropped.
pub struct RepositoryCopy {
    pub root: PathBuf,
}

/// How the command ended.
pub struct CommandResult {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl RepositoryCopy {
    pub fn new() -> Self {
        let copy = Self::empty();
        for (file, text) in FILES.iter().zip(originals()) {
            copy.write(file, text);
        }
        copy
    }

    fn empty() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("refresh-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(root.join("openapi")).unwrap();
        Self { root }
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).unwrap()
    }

    pub fn write(&self, file: &str, text: &str) {
        fs::write(self.root.join(file), text).unwrap();
    }

    /// All files of the copy except those that git ignores.
    pub fn state(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn walk(folder: &Path, state: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true if path.ends_with("target") => {}
                    true => walk(&path, state),
                    false => drop(state.insert(path.clone(), fs::read(path).unwrap())),
                }
            }
        }
        let mut state = BTreeMap::new();
        walk(&self.root, &mut state);
        state
    }

    /// A newer document: another version, and one more operation.
    pub fn tomorrow(&self) -> String {
        let mut document: Value = yaml_serde::from_str(&self.read("openapi/openapi.yaml")).unwrap();
        document["info"]["version"] = json!("99.1");
        document["paths"]["/v2/refreshed"] = json!({"get": {"operationId": "getRefreshed", "responses": {
            "200": {"description": "d", "content": {"application/json": {"schema":
                {"type": "object", "properties": {"colour": {"type": "string"}}}}}},
        }}});
        yaml_serde::to_string(&document).unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).arg("--root").arg(&self.root).stdin(Stdio::null());
        // 2026-11-28.
        command.env("SOURCE_DATE_EPOCH", "1795824000").env("NO_PROXY", "*").env_remove("REFRESH_SPEC_STOP_BEFORE");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> CommandResult {
        result_of(self.command(arguments).output().unwrap())
    }

    pub fn refresh(&self, url: &str, more: &[&str]) -> CommandResult {
        self.run(&[&["refresh-spec", "--url", url], more].concat())
    }
}

/// The texts of `FILES`; the snapshot is made by the command.
fn originals() -> &'static [String] {
    static ORIGINALS: OnceLock<Vec<String>> = OnceLock::new();
    ORIGINALS.get_or_init(|| {
        let copy = RepositoryCopy::empty();
        let document = include_str!("../../../tests/facts/imprint-api.facts.yaml");
        let sha256: String = Sha256::digest(document).iter().map(|byte| format!("{byte:02x}")).collect();
        let lock = format!(
            "source = \"test\"\ndate = \"2026-11-20\"\nsha256 = \"{sha256}\"\nversion = \"2.0\"\n\
             operations = 35\nschemas = 55\nwebhooks = 7\n"
        );
        let changelog =
            "# Changelog\n\n## Unreleased\n\nGenerated from \"Public Imprint API\" 2.0.\n\n### Added\n\n- A.\n";
        let manifest = "[package]\nname = \"imprint-client\"\nversion = \"0.1.0\"\n";
        let texts = [document, include_str!("../frozen/overlay.yaml"), &lock, "", changelog, manifest];
        for (file, text) in FILES.iter().zip(texts) {
            copy.write(file, text);
        }
        copy.run(&["snapshot"]).says(0, &["has been written"]);
        FILES.iter().map(|file| copy.read(file)).collect()
    })
}

impl Drop for RepositoryCopy {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

pub fn result_of(output: Output) -> CommandResult {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    CommandResult { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl CommandResult {
    /// Asserts the exit code and what was said.
    #[track_caller]
    pub fn says(&self, code: i32, words: &[&str]) -> &Self {
        let said = format!("{}{}", self.stdout, self.stderr);
        assert_eq!(self.code, Some(code), "{said}");
        for word in words {
            assert!(said.contains(word), "`{word}` is missing in:\n{said}");
        }
        assert!(!said.contains("panicked"), "{said}");
        self
    }
}
