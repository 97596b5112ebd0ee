//! What maintainers of imprint-client run: `cargo xtask <command>`.

#[path = "../../build/mod.rs"]
mod build;
mod changelog;
mod check;
mod diff;
mod failure;
mod files;
mod hygiene;
mod lock;
mod refresh;
mod report;
#[cfg(test)]
mod repository;
mod surface;
mod version;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand};

use crate::{failure::Failure, files::Files, report::Format};

/// Tasks of the maintainers of imprint-client.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the pipeline of the build script and writes the client it generates, to read or to compare.
    Generate {
        /// The OpenAPI document to generate from.
        #[arg(long, default_value = DOCUMENT)]
        document: PathBuf,
        /// The corrections to it.
        #[arg(long, default_value = OVERLAY)]
        overlay: PathBuf,
        /// The file to write; standard output without it.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Brings in the document that Imprint publishes now, and says what that changes for users of the crate.
    ///
    /// Exit codes: 0 nothing has changed, or the document has been brought in; 1 it differs (--check); 2 it could not be
    /// done, and nothing has been changed. Proxies are taken from HTTPS_PROXY, other certificate authorities from
    /// SSL_CERT_FILE, the date of openapi.lock from SOURCE_DATE_EPOCH if it is set.
    RefreshSpec(RefreshSpec),
    /// Verifies that openapi.lock, the overlay and public-api.txt belong to openapi.yaml.
    ///
    /// Exit codes: 0 they do, 1 they do not, 2 it cannot be said.
    Check {
        /// Also lists the places of the document that want a look.
        #[arg(long)]
        suspicious: bool,
        #[command(flatten)]
        repository: Repository,
    },
    /// Writes openapi/public-api.txt anew, after a change of the overlay or of the pipeline.
    Snapshot {
        #[command(flatten)]
        repository: Repository,
    },
}

#[derive(Args)]
struct RefreshSpec {
    /// The URL of the document; https, or http from this machine.
    #[arg(long, default_value = "https://docs.imprint.co/openapi.yaml")]
    url: String,
    /// A file to take it from instead.
    #[arg(long, conflicts_with = "url")]
    file: Option<PathBuf>,
    /// Only compares: writes nothing, and ends with 1 if the document differs.
    #[arg(long)]
    check: bool,
    /// Does all but writing.
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
    /// How to print what happened.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// How long fetching may take, in seconds.
    #[arg(long, default_value = "60", value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    #[command(flatten)]
    repository: Repository,
}

#[derive(Args)]
struct Repository {
    /// The copy of the repository to work on; this one without it.
    #[arg(long, default_value = ROOT, hide_default_value = true)]
    root: PathBuf,
}

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.yaml");
const OVERLAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/overlay.yaml");

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Generate { document, overlay, out } => generate(&document, &overlay, out.as_deref()).map(|()| 0),
        Command::RefreshSpec(arguments) => refresh_spec(arguments),
        Command::Check { suspicious, repository } => check(&Files::new(&repository.root), suspicious),
        Command::Snapshot { repository } => snapshot(&Files::new(&repository.root)),
    };
    done.map_or_else(
        |message| {
            eprintln!("{message}");
            ExitCode::from(2)
        },
        ExitCode::from,
    )
}

fn generate(document: &Path, overlay: &Path, out: Option<&Path>) -> Result<(), String> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|e| format!("{} cannot be read: {e}", path.display()));
    let output = build::run(&read(document)?, &read(overlay)?).map_err(|problem| problem.to_string())?;
    for note in output.notes {
        eprintln!("note: {note}");
    }
    match out {
        Some(path) => fs::write(path, output.code).map_err(|e| format!("{} cannot be written: {e}", path.display())),
        None => print(&output.code),
    }
}

fn refresh_spec(arguments: RefreshSpec) -> Result<u8, String> {
    let source = match arguments.file {
        Some(file) => refresh::Source::File(file),
        None => refresh::Source::Url(arguments.url),
    };
    let timeout = Duration::from_secs(arguments.timeout);
    let options = refresh::Options { source, check: arguments.check, dry_run: arguments.dry_run, timeout };
    let report = refresh::run(&Files::new(&arguments.repository.root), &options);
    print(&report.print(arguments.format))?;
    Ok(report.exit_code())
}

fn check(files: &Files, list: bool) -> Result<u8, String> {
    let checked = check::check(files).map_err(|failure| failure.to_string())?;
    if list {
        for place in &checked.suspicious {
            print(&format!("{}: {}\n  {}\n", place.kind, place.pointer, place.advice))?;
        }
    }
    if !checked.problems.is_empty() {
        return Err(Failure { problems: checked.problems }.to_string()).or_else(|message| {
            eprintln!("{message}");
            Ok(1)
        });
    }
    let places = report::count(checked.suspicious.len(), "suspicious place");
    print(&format!(
        "openapi.lock, the overlay and public-api.txt belong to openapi.yaml. {places} (--suspicious lists them).\n"
    ))?;
    Ok(0)
}

fn snapshot(files: &Files) -> Result<u8, String> {
    let differs = check::snapshot(files).map_err(|failure| failure.to_string())?;
    print(match differs {
        true => "openapi/public-api.txt has been written: read its `git diff`, it is what users will see.\n",
        false => "openapi/public-api.txt is up to date.\n",
    })?;
    Ok(0)
}

fn print(text: &str) -> Result<(), String> {
    io::stdout().write_all(text.as_bytes()).map_err(|e| format!("standard output: {e}"))
}
