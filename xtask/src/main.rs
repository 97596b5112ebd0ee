//! The command line of `cargo xtask`: parses it, calls the command, prints what it returns.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::{Args, Parser, Subcommand};
use xtask::{
    commands::{self, CommandOutput},
    files::Files,
    refresh::{DocumentSource, Options},
    report::Format,
};

/// Tasks of the maintainers of imprint-client.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates the client as the build script does, to read it or to compare it.
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
        /// Compares it with the file that another build wrote, apart from the layout: ends with 1 if they differ.
        #[arg(long, conflicts_with = "out")]
        same_as: Option<PathBuf>,
    },
    /// Brings in the document that Imprint publishes now, and says what that changes for users of the crate.
    ///
    /// Exit codes: 0 nothing has changed, or the document has been brought in; 1 it differs (--check); 2 it could not
    /// be done, and nothing has been changed. Proxies are taken from HTTPS_PROXY, other certificate authorities from
    /// SSL_CERT_FILE, the date of openapi.lock from SOURCE_DATE_EPOCH if it is set.
    RefreshSpec(RefreshSpec),
    /// Verifies that openapi.lock, the overlay and public-api.txt belong to openapi.yaml.
    ///
    /// Exit codes: 0 they do, 1 they do not, 2 the check could not be made.
    Check {
        /// Also lists the places of the document that may be wrong.
        #[arg(long)]
        suspicious: bool,
        #[command(flatten)]
        repository: Repository,
    },
    /// Says of each OpenAPI document in a folder how much of it can be generated, without an overlay, why the rest cannot,
    /// and whether what is generated compiles.
    Documents {
        folder: PathBuf,
        /// Leaves out compiling, which takes up to a minute for each document.
        #[arg(long)]
        no_compile: bool,
        #[command(flatten)]
        repository: Repository,
    },
    /// Compares the public API that rustdoc has written as JSON with docs/public-api/; `.ci/public-api` runs both.
    PublicApi {
        /// Writes the snapshots.
        #[arg(long)]
        write: bool,
        #[command(flatten)]
        repository: Repository,
    },
    /// Writes openapi/public-api.txt, after a change of the overlay or of the generator.
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
    /// Does everything but writing.
    #[arg(long, conflicts_with = "check")]
    dry_run: bool,
    /// Leaves out compiling the library with what is generated, which takes up to a minute. `--check` never does it.
    #[arg(long)]
    no_type_check: bool,
    /// How to print what happened.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// How long fetching the document may take, and after it reading it, in seconds.
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
    let CommandOutput { stdout, stderr, exit_code } = run(Arguments::parse().command);
    eprint!("{stderr}");
    match io::stdout().write_all(stdout.as_bytes()) {
        Ok(()) => ExitCode::from(exit_code),
        Err(e) => {
            eprintln!("standard output: {e}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> CommandOutput {
    match command {
        Command::Generate { document, overlay, out, same_as } => {
            commands::generate(&document, &overlay, out.as_deref(), same_as.as_deref())
        }
        Command::RefreshSpec(arguments) => {
            let source = match arguments.file {
                Some(file) => DocumentSource::File(file),
                None => DocumentSource::Url(arguments.url),
            };
            let timeout = Duration::from_secs(arguments.timeout);
            let options = Options {
                source,
                check: arguments.check,
                dry_run: arguments.dry_run,
                type_check: !arguments.no_type_check,
                timeout,
            };
            commands::refresh_spec(&Files::new(&arguments.repository.root), &options, arguments.format)
        }
        Command::Check { suspicious, repository } => commands::check(&Files::new(&repository.root), suspicious),
        Command::Documents { folder, no_compile, repository } => {
            commands::documents(&Files::new(&repository.root), &folder, !no_compile)
        }
        Command::PublicApi { write, repository } => commands::public_api(&repository.root, write),
        Command::Snapshot { repository } => commands::snapshot(&Files::new(&repository.root)),
    }
}
