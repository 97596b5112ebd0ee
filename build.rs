//! Generates the client from `openapi/openapi.yaml` into `OUT_DIR`: load, overlay, lower, generate, read, emit.
//! With the feature `openapi` it writes the document for users beside it.

#[path = "build/mod.rs"]
mod build;

use std::{env, error::Error, fs, path::Path};

const DOCUMENT: &str = "openapi/openapi.yaml";
const OVERLAY: &str = "openapi/overlay.yaml";
const NEEDS: &str = "openapi/needs.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    for input in ["build.rs", "build", DOCUMENT, OVERLAY, NEEDS] {
        println!("cargo::rerun-if-changed={input}");
    }
    for place in build::methods::PLACES {
        println!("cargo::rerun-if-changed=src/{place}");
    }
    let sources = build::Sources {
        document: &read(DOCUMENT)?,
        overlay: &read(OVERLAY)?,
        needs: &read(NEEDS)?,
        hand_written: &build::methods::read(Path::new("src"))?,
        publish: env::var_os("CARGO_FEATURE_OPENAPI").is_some(),
    };
    let output = match build::run(sources) {
        Ok(output) => output,
        Err(problem) => {
            println!("cargo::error=the client cannot be generated: {}", problem.to_string().replace('\n', " "));
            std::process::exit(1);
        }
    };
    for note in output.notes {
        println!("cargo::warning={note}");
    }
    let out = env::var("OUT_DIR")?;
    for file in output.files {
        fs::write(Path::new(&out).join(file.name), file.code)?;
    }
    if let Some(document) = output.published {
        fs::write(Path::new(&out).join(build::PUBLISHED), document)?;
    }
    Ok(())
}

fn read(path: &str) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{path} cannot be read: {e}"))?;
    // A checkout may have other line ends, and the same code is to be generated.
    Ok(text.replace("\r\n", "\n"))
}
