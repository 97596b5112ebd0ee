//! Generates the client from `openapi/openapi.yaml`: load, overlay, lower, generate, harden, write.

#[path = "build/mod.rs"]
mod build;

use std::{env, error::Error, fs, path::Path};

const DOCUMENT: &str = "openapi/openapi.yaml";
const OVERLAY: &str = "openapi/overlay.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    for input in ["build.rs", "build", DOCUMENT, OVERLAY] {
        println!("cargo::rerun-if-changed={input}");
    }
    let read = |path: &str| fs::read_to_string(path).map_err(|e| format!("{path} cannot be read: {e}"));
    let output = match build::run(&read(DOCUMENT)?, &read(OVERLAY)?) {
        Ok(output) => output,
        Err(problem) => {
            println!("cargo::error=the client cannot be generated: {}", problem.to_string().replace('\n', " "));
            std::process::exit(1);
        }
    };
    for note in output.notes {
        println!("cargo::warning={note}");
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("generated.rs"), output.code)?;
    Ok(())
}
