//! The variables of the environment that the program reads, and those that look like one of them.

use std::ffi::OsString;

use clap::CommandFactory;

use super::args::Arguments;

/// What the names of all variables begin with.
const PREFIX: &str = "IMPRINT_SANDBOX_";

/// Refuses a variable that the program does not know: a misspelt one would be left out in silence.
///
/// # Errors
///
/// The first unknown variable, and the known one that is most like it.
pub fn check(names: impl Iterator<Item = OsString>) -> Result<(), String> {
    let known = known();
    for name in names {
        let name = name.to_string_lossy();
        if !name.starts_with(PREFIX) || known.iter().any(|known| *known == name) {
            continue;
        }
        let likeness = |known: &&String| (strsim::jaro_winkler(known, &name) * 1_000.0) as u32;
        let nearest = known.iter().max_by_key(likeness).map_or("", String::as_str);
        return Err(format!("the variable {name} of the environment is none that the program reads; is it {nearest}?"));
    }
    Ok(())
}

fn known() -> Vec<String> {
    let command = Arguments::command();
    let of_commands = command.get_subcommands().flat_map(|command| command.get_arguments());
    let variables = command.get_arguments().chain(of_commands).filter_map(|flag| flag.get_env());
    variables.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_variable_is_refused_with_the_right_one() {
        let check = |name: &str| check([OsString::from(name)].into_iter());
        assert_eq!(check("IMPRINT_SANDBOX_PORT"), Ok(()));
        assert_eq!(check("IMPRINT_SANDBOX_TOKEN"), Ok(()));
        assert_eq!(check("IMPRINT_API_KEY"), Ok(()));
        assert!(check("IMPRINT_SANDBOX_PROT").is_err_and(|e| e.ends_with("is it IMPRINT_SANDBOX_PORT?")));
    }
}
