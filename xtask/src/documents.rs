//! `cargo xtask documents`: what the generator makes of the documents in a folder, whoever wrote them.
//!
//! For each of them, without an overlay: how many operations it has, how many are generated, why the others are refused,
//! and whether what is generated compiles. What cannot be generated is left out so that the rest can be looked at; only this
//! command does so.

mod rest;

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rest::Rest;

use crate::{
    compile::{self, Part},
    failure::Failure,
    files::Files,
    pipeline,
};

/// How many errors of rustc are shown of a document.
const SHOWN: usize = 5;

/// What became of one document.
#[derive(Clone, Debug)]
pub struct DocumentResult {
    /// The name of its file.
    pub name: String,
    pub operations: usize,
    pub generated: usize,
    /// Why operations were refused, and how many of them.
    pub refused: BTreeMap<String, usize>,
    /// Why schemas, webhooks and whatever else no operation has to do with was left out, and how many.
    pub left_out: BTreeMap<String, usize>,
    pub compiled: Compiled,
    /// Generating what is left, once, and compiling it.
    pub generating: Duration,
    pub compiling: Duration,
}

/// Whether what was generated compiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compiled {
    Yes,
    /// It was not tried: nothing was generated, or nobody asked for it.
    NotTried,
    /// The errors of rustc, the first of them.
    No {
        count: usize,
        first: Vec<String>,
    },
}

/// Examines every document in a folder; `compile` says whether to compile what is generated.
pub fn run(files: &Files, folder: &Path, compile: bool) -> Result<Vec<DocumentResult>, Failure> {
    let failed = |e| Failure::new(format!("{} cannot be read: {e}", folder.display()), "name a folder with documents");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(failed)?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "yaml" || end == "yml" || end == "json"));
    paths.sort();
    paths.iter().map(|path| examine(files, path, compile)).collect()
}

fn examine(files: &Files, path: &Path, compile: bool) -> Result<DocumentResult, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let text = fs::read_to_string(path).map_err(|e| {
        Failure::new(format!("{} cannot be read: {e}", path.display()), "remove it from the folder, or mend it")
    })?;
    let document = match pipeline::parse(&name, &text) {
        Ok(document) => document,
        Err(problem) => return Ok(DocumentResult::unread(name, problem.message)),
    };
    let mut rest = Rest::of(document);
    let client = rest.generate();
    let mut result = DocumentResult {
        operations: rest.operations,
        generated: client.operations.len(),
        compiled: Compiled::NotTried,
        generating: rest.generating,
        compiling: Duration::ZERO,
        refused: rest.refused,
        left_out: rest.left_out,
        name,
    };
    let counted = result.generated + result.refused.values().sum::<usize>();
    if counted < result.operations {
        result.refused.insert("nothing was generated for it and nothing was said".into(), result.operations - counted);
    }
    if compile && result.generated > 0 {
        let started = Instant::now();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let errors = compile::check(files, &format!("documents/{stem}"), Part::AnyApi, &client.files)?;
        result.compiled = match errors.len() {
            0 => Compiled::Yes,
            count => Compiled::No { count, first: errors.iter().take(SHOWN).map(ToString::to_string).collect() },
        };
        result.compiling = started.elapsed();
    }
    Ok(result)
}

impl DocumentResult {
    fn unread(name: String, why: String) -> Self {
        Self {
            name,
            operations: 0,
            generated: 0,
            refused: BTreeMap::new(),
            left_out: BTreeMap::from([(why, 1)]),
            compiled: Compiled::NotTried,
            generating: Duration::ZERO,
            compiling: Duration::ZERO,
        }
    }

    /// How many of a hundred operations are generated, rounded down.
    pub fn percent(&self) -> usize {
        (self.generated * 100).checked_div(self.operations).unwrap_or(0)
    }
}

/// The table, and below it what was refused of each document and why.
pub fn table(results: &[DocumentResult]) -> String {
    let width = results.iter().map(|result| result.name.len()).max().unwrap_or(0).max("document".len());
    let mut out = format!(
        "{:width$}  operations  generated     %  refused  compiles     seconds (generating + compiling)\n",
        "document"
    );
    for result in results {
        let refused: usize = result.refused.values().sum();
        out += &format!(
            "{:width$}  {:10}  {:9}  {:3}%  {refused:7}  {:11}  {:.1} + {:.1}\n",
            result.name,
            result.operations,
            result.generated,
            result.percent(),
            result.compiled.to_string(),
            result.generating.as_secs_f64(),
            result.compiling.as_secs_f64(),
        );
    }
    for result in results {
        let mut lines: Vec<String> = Vec::new();
        let mut refused: Vec<(&String, &usize)> = result.refused.iter().collect();
        refused.sort_by_key(|(why, count)| (std::cmp::Reverse(**count), (*why).clone()));
        lines.extend(refused.iter().map(|(why, count)| format!("  {count:4} refused: {why}\n")));
        lines.extend(
            result.left_out.iter().map(|(why, count)| format!("  {count:4} left out beside operations: {why}\n")),
        );
        if let Compiled::No { first, .. } = &result.compiled {
            lines.extend(first.iter().map(|error| format!("       {error}\n")));
        }
        if !lines.is_empty() {
            out += &format!("\n{}\n{}", result.name, lines.concat());
        }
    }
    out
}

impl fmt::Display for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes => f.write_str("yes"),
            Self::NotTried => f.write_str("not tried"),
            Self::No { count: 1, .. } => f.write_str("1 error"),
            Self::No { count, .. } => write!(f, "{count} errors"),
        }
    }
}
