//! `imprint-sandbox state`: tells what is in a state file.

use std::path::Path;
use std::process::ExitCode;

use crate::program::output::print;
use crate::program::serve::said;
use crate::state_file::StateSummary;

/// Prints what a file has.
///
/// # Errors
///
/// If it is no state file, or a sandbox uses it at the moment.
pub fn state(file: &Path) -> Result<ExitCode, String> {
    let summary = StateSummary::of(file).map_err(|error| said(&error))?;
    let StateSummary { version, size, seed, accounts } = summary;
    let mut text = format!("state file of version {version}, {size} bytes, accounts: {}\n", accounts.len());
    text += &match seed {
        Some(seed) => format!("seed number {seed}\n"),
        None => "its first start was interrupted: the next one begins anew\n".to_owned(),
    };
    for account in accounts {
        text += &format!("account {}\n", account.name);
        for (table, rows) in account.rows {
            text += &format!("  {table}: {rows}\n");
        }
    }
    print(&text, ExitCode::SUCCESS)
}
