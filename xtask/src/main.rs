//! What maintainers of imprint-client run: `cargo xtask <command>`.

#[path = "../../build/mod.rs"]
mod build;
#[cfg(test)]
mod repository;

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

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
}

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.yaml");
const OVERLAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/overlay.yaml");

fn main() -> ExitCode {
    let Command::Generate { document, overlay, out } = Arguments::parse().command;
    match generate(&document, &overlay, out.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn generate(document: &Path, overlay: &Path, out: Option<&Path>) -> Result<(), String> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|e| format!("{} cannot be read: {e}", path.display()));
    let output = build::run(&read(document)?, &read(overlay)?).map_err(|problem| problem.to_string())?;
    for note in output.notes {
        eprintln!("note: {note}");
    }
    match out {
        Some(path) => fs::write(path, output.code).map_err(|e| format!("{} cannot be written: {e}", path.display())),
        None => io::stdout().write_all(output.code.as_bytes()).map_err(|e| format!("standard output: {e}")),
    }
}
