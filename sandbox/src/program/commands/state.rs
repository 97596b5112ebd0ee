//! `imprint-sandbox state`: tells what is in a state file.

use std::path::Path;
use std::process::ExitCode;

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
    println!("state file of version {version}, {size} bytes, {} accounts", accounts.len());
    match seed {
        Some(seed) => println!("seed number {seed}"),
        None => println!("its first start was interrupted: the next one begins anew"),
    }
    for account in accounts {
        println!("account {}", account.name);
        for (table, rows) in account.rows {
            println!("  {table}: {rows}");
        }
    }
    Ok(ExitCode::SUCCESS)
}
