//! What the changes mean for the version of this crate.

use serde::Serialize;

use crate::{diff::Effect, failure::Failure};

/// The step that follows, by Cargo's reading of semantic versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub current: String,
    /// `none`, `patch`, `minor` or `major`.
    pub step: &'static str,
    /// The least version that the next release may have.
    pub next: String,
}

/// The version in a Cargo.toml.
pub fn current(manifest: &str) -> Result<String, Failure> {
    let advice = "give [package] a version of three numbers";
    let table: toml::Table =
        toml::from_str(manifest).map_err(|e| Failure::new(format!("Cargo.toml: {}", e.message()), advice))?;
    let version = table.get("package").and_then(|package| package.get("version")).and_then(toml::Value::as_str);
    version.map(str::to_string).ok_or_else(|| Failure::new("Cargo.toml names no version of the package", advice))
}

/// The step after `current`, for the worst that happens to the Rust API and on the wire.
pub fn step(current: &str, rust: Effect, wire: Effect) -> Result<Step, Failure> {
    let numbers: Vec<u64> =
        current.split(['-', '+']).next().unwrap_or_default().split('.').map_while(|n| n.parse().ok()).collect();
    let [major, minor, patch] = numbers[..] else {
        return Err(Failure::new(format!("`{current}` is no version of three numbers"), "correct it in Cargo.toml"));
    };
    let early = major == 0;
    let step = match (rust, wire) {
        (Effect::Breaking, _) if early => "minor",
        (Effect::Breaking, _) => "major",
        (Effect::Additive, _) if !early => "minor",
        (Effect::None, Effect::None) => "none",
        // What only the wire or the documentation sees is worth a release all the same.
        _ => "patch",
    };
    let next = match step {
        "major" => format!("{}.0.0", major + 1),
        "minor" => format!("{major}.{}.0", minor + 1),
        "patch" => format!("{major}.{minor}.{}", patch + 1),
        _ => current.to_string(),
    };
    Ok(Step { current: current.to_string(), step, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn before_one_breaking_is_minor_and_after_it_major() {
        use Effect::{Additive, Breaking, Documentation, None};
        for (current, rust, wire, name, next) in [
            ("0.1.0", Breaking, None, "minor", "0.2.0"),
            ("0.1.3", Additive, Additive, "patch", "0.1.4"),
            ("0.1.0", None, Breaking, "patch", "0.1.1"),
            ("0.1.0", None, None, "none", "0.1.0"),
            ("1.2.3", Breaking, None, "major", "2.0.0"),
            ("1.2.3", Additive, None, "minor", "1.3.0"),
            ("1.2.3-rc.1", Documentation, None, "patch", "1.2.4"),
        ] {
            let found = step(current, rust, wire).unwrap();
            assert_eq!((found.step, found.next.as_str()), (name, next), "{current} {rust}");
        }
        assert!(step("1.2", Additive, None).is_err());
        assert_eq!(current("[package]\nversion = \"0.1.0\"\n").unwrap(), "0.1.0");
        assert!(current("[package]\nversion.workspace = true\n").is_err());
    }
}
