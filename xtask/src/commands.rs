//! The commands of `cargo xtask`, from their arguments to what they print and how they end.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    check, documents,
    failure::Failure,
    files::{self, Files, with_line_feeds},
    needs, pipeline, refresh,
    report::{self, Format},
    rustdoc_api,
};

/// What a command prints, and the exit code of the process.
#[derive(Debug, Default)]
pub struct CommandOutput {
    pub stdout: String,
    pub stderr: String,
    pub exit_code: u8,
}

impl CommandOutput {
    fn success(stdout: impl Into<String>) -> Self {
        Self { stdout: stdout.into(), ..Self::default() }
    }

    fn could_not_run(message: impl std::fmt::Display) -> Self {
        Self { stderr: format!("{message}\n"), exit_code: 2, ..Self::default() }
    }
}

/// The text of a file with line feeds only.
fn read(path: &Path) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
    Ok(with_line_feeds(&text))
}

/// Generates the client and writes it to a file, or to standard output. With `same_as` it is compared with the one that was
/// generated into that file, with other versions of the crates that read the document and lay out the code.
pub fn generate(document: &Path, overlay: &Path, out: Option<&Path>, same_as: Option<&Path>) -> CommandOutput {
    let generated = read(document)
        .and_then(|document| Ok((document, read(overlay)?)))
        .and_then(|(document, overlay)| pipeline::run(&document, &overlay).map_err(|problem| problem.to_string()));
    let output = match generated {
        Ok(output) => output,
        Err(message) => return CommandOutput::could_not_run(message),
    };
    let stderr: String = output.notes.iter().map(|note| format!("note: {note}\n")).collect();
    if let Some(other) = same_as {
        return match read(other).and_then(|before| first_difference(&before, &output.code)) {
            Ok(None) => CommandOutput { stderr, ..CommandOutput::default() },
            Ok(Some(difference)) => CommandOutput { stdout: difference, stderr, exit_code: 1 },
            Err(message) => CommandOutput::could_not_run(message),
        };
    }
    let Some(path) = out else { return CommandOutput { stdout: output.code, stderr, exit_code: 0 } };
    match fs::write(path, output.code) {
        Ok(()) => CommandOutput { stderr, ..CommandOutput::default() },
        Err(e) => CommandOutput::could_not_run(format!("{stderr}{} cannot be written: {e}", path.display())),
    }
}

/// Compares the public API that rustdoc has written as JSON with the snapshots, or writes those.
pub fn public_api(root: &Path, write: bool) -> CommandOutput {
    let mut output = CommandOutput::default();
    for package in ["imprint_client", "imprint_sandbox"] {
        let path = root.join("docs/public-api").join(format!("{package}.txt"));
        let made = rustdoc_api::items(&root.join(format!("target/doc/{package}.json"))).and_then(|items| {
            let generated =
                if package == "imprint_client" { read(&root.join(files::SNAPSHOT))? } else { String::new() };
            Ok(rustdoc_api::snapshot(&items, package, &generated))
        });
        let now = match made {
            Ok(now) => now,
            Err(message) => return CommandOutput::could_not_run(message),
        };
        if write {
            if let Err(e) = fs::write(&path, now) {
                return CommandOutput::could_not_run(format!("{} cannot be written: {e}", path.display()));
            }
            continue;
        }
        let before = match read(&path) {
            Ok(before) => before,
            Err(message) => return CommandOutput::could_not_run(message),
        };
        let [old, new] = [&before, &now].map(|text| text.lines().collect::<BTreeSet<_>>());
        let removed = old.difference(&new).map(|line| format!("- {line}\n"));
        let added = new.difference(&old).map(|line| format!("+ {line}\n"));
        let differences: String = removed.chain(added).collect();
        if !differences.is_empty() {
            output.exit_code = 1;
            output.stdout.push_str(&format!(
                "the public API of {package} is another:\n{differences}\
                 If that is meant, `.ci/public-api --write` writes the snapshot; what is removed breaks users.\n"
            ));
        }
    }
    output
}

/// The first place where two sources differ in more than their layout: both are laid out anew before.
fn first_difference(before: &str, now: &str) -> Result<Option<String>, String> {
    let laid_out = |code| syn::parse_file(code).map(|file| prettyplease::unparse(&file));
    let before = laid_out(before).map_err(|e| format!("what it is compared with is not Rust: {e}"))?;
    let now = laid_out(now).map_err(|e| format!("what was generated is not Rust: {e}"))?;
    if before == now {
        return Ok(None);
    }
    let same = before.lines().zip(now.lines()).take_while(|(before, now)| before == now).count();
    let line = |code: &str| code.lines().nth(same).unwrap_or("(the end)").to_owned();
    Ok(Some(format!("from line {} on it is another client:\n- {}\n+ {}\n", same + 1, line(&before), line(&now))))
}

/// Brings in a new document, or says why it cannot be brought in.
pub fn refresh_spec(files: &Files, options: &refresh::Options, format: Format) -> CommandOutput {
    let report = refresh::run(files, options);
    let stdout = report::print(&report, format);
    CommandOutput { stdout, exit_code: report.exit_code(), ..CommandOutput::default() }
}

/// Verifies that what is made from the document is up to date.
pub fn check(files: &Files, list_suspicious: bool) -> CommandOutput {
    let checked = match check::check(files) {
        Ok(checked) => checked,
        Err(failure) => return CommandOutput::could_not_run(failure),
    };
    let mut stdout = String::new();
    if list_suspicious {
        let lines = checked.suspicious.iter().map(|p| format!("{}: {}\n  {}\n", p.kind, p.pointer, p.advice));
        stdout.extend(lines);
    }
    let mut problems = checked.problems;
    match needs::prove(files, pipeline::NEEDS) {
        Ok(missing) => problems.extend(missing),
        Err(failure) => return CommandOutput::could_not_run(failure),
    }
    if !problems.is_empty() {
        let stderr = format!("{}\n", Failure { reasons: problems });
        return CommandOutput { stdout, stderr, exit_code: 1 };
    }
    let places = report::count(checked.suspicious.len(), "suspicious place");
    stdout += &format!(
        "openapi.lock, the overlay and public-api.txt belong to openapi.yaml. {places} (--suspicious lists them).\n"
    );
    CommandOutput::success(stdout)
}

/// Writes the snapshot of the public API that is generated now.
pub fn snapshot(files: &Files) -> CommandOutput {
    match check::snapshot(files) {
        Ok(true) => CommandOutput::success(
            "openapi/public-api.txt has been written: read its `git diff`, it is what users will see.\n",
        ),
        Ok(false) => CommandOutput::success("openapi/public-api.txt is up to date.\n"),
        Err(failure) => CommandOutput::could_not_run(failure),
    }
}

/// Says what the generator makes of each document in a folder.
pub fn documents(files: &Files, folder: &Path, compile: bool) -> CommandOutput {
    match documents::run(files, folder, compile) {
        Ok(results) => CommandOutput::success(documents::table(&results)),
        Err(failure) => CommandOutput::could_not_run(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_makes_no_difference_and_a_token_does() {
        let code = "pub struct A {\n    pub a: u8,\n}\n";
        assert_eq!(first_difference(code, "pub struct A { pub a: u8 }").unwrap(), None);
        let difference = first_difference(code, "pub struct A { pub a: u16 }").unwrap().unwrap();
        assert!(difference.contains("-     pub a: u8,\n+     pub a: u16,"), "{difference}");
        assert!(first_difference(code, "pub struct A { /// Prose.\n pub a: u8 }").unwrap().is_some());
        assert!(first_difference("pub struct {", code).is_err());
    }
}
