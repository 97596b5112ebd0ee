//! Works out what the changes of the API mean for the version of this crate.

use serde::Serialize;

use crate::{diff::Effect, failure::Failure};

/// The next version, by Cargo's reading of semantic versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextVersion {
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

/// The version after `current`, for the worst effect on the Rust API and on the wire.
pub fn next(current: &str, rust: Effect, wire: Effect) -> Result<NextVersion, Failure> {
    let numbers: Vec<u64> =
        current.split(['-', '+']).next().unwrap_or_default().split('.').map_while(|n| n.parse().ok()).collect();
    let [major, minor, patch] = numbers[..] else {
        return Err(Failure::new(format!("`{current}` is not a version of three numbers"), "correct it in Cargo.toml"));
    };
    let early = major == 0;
    let step = match (rust, wire) {
        (Effect::Breaking, _) if early => "minor",
        (Effect::Breaking, _) => "major",
        (Effect::Additive, _) if !early => "minor",
        (Effect::Nothing, Effect::Nothing) => "none",
        // A change that only shows on the wire or in the documentation needs a release all the same.
        _ => "patch",
    };
    let next = match step {
        "major" => format!("{}.0.0", major + 1),
        "minor" => format!("{major}.{}.0", minor + 1),
        "patch" => format!("{major}.{minor}.{}", patch + 1),
        _ => current.to_string(),
    };
    Ok(NextVersion { current: current.to_string(), step, next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breaking_change_is_a_minor_step_before_1_0_and_a_major_one_after() {
        use Effect::{Additive, Breaking, Documentation, Nothing};
        for (current, rust, wire, step, version) in [
            ("0.1.0", Breaking, Nothing, "minor", "0.2.0"),
            ("0.1.3", Additive, Additive, "patch", "0.1.4"),
            ("0.1.0", Nothing, Breaking, "patch", "0.1.1"),
            ("0.1.0", Nothing, Nothing, "none", "0.1.0"),
            ("1.2.3", Breaking, Nothing, "major", "2.0.0"),
            ("1.2.3", Additive, Nothing, "minor", "1.3.0"),
            ("1.2.3-rc.1", Documentation, Nothing, "patch", "1.2.4"),
        ] {
            let found = next(current, rust, wire).unwrap();
            assert_eq!((found.step, found.next.as_str()), (step, version), "{current} {rust}");
        }
        assert!(next("1.2", Additive, Nothing).is_err());
        assert_eq!(current("[package]\nversion = \"0.1.0\"\n").unwrap(), "0.1.0");
        assert!(current("[package]\nversion.workspace = true\n").is_err());
    }
}
