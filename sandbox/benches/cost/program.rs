//! What the program costs: from its start to its first line, and how large it is.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::table::{Spread, Table};

const STARTS: usize = 20;

/// Where cargo has put the program, if it was built with its feature.
pub const PROGRAM: Option<&str> = option_env!("CARGO_BIN_EXE_imprint-sandbox");

pub fn measure(table: &mut Table) {
    let Some(program) = PROGRAM else {
        return table.note("the program", "was not built: it needs the feature `program`");
    };
    let times: Option<Vec<f64>> = (0..STARTS).map(|_| to_first_line(program, &["--port", "0"])).collect();
    match times.map(Spread::of) {
        Some(times) => {
            let is_met = times.median <= 50.0;
            table.row("program, from exec to its first line", "≤ 50 ms", &format!("{} ms", times.text(1)), is_met);
        }
        None => table.note("program, from exec to its first line", "it ended without one"),
    }
    let stripped = std::env::temp_dir().join(format!("imprint-sandbox-stripped-{}", std::process::id()));
    let strip = Command::new("strip").arg("-o").arg(&stripped).arg(program).status();
    match strip.ok().filter(|status| status.success()).and_then(|_| std::fs::metadata(&stripped).ok()) {
        Some(file) => {
            let megabytes = file.len() as f64 / 1e6;
            table.row("program, stripped", "≤ 15 MB", &format!("{megabytes:.1} MB"), megabytes <= 15.0);
        }
        None => table.note("program, stripped", "there is no `strip` here"),
    }
    let _ = std::fs::remove_file(stripped);
}

/// The milliseconds until the program has written a line; None if it ends without one.
pub fn to_first_line(program: &str, arguments: &[&str]) -> Option<f64> {
    let started = Instant::now();
    let mut command = Command::new(program);
    let mut child = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().ok()?;
    let mut line = String::new();
    let read = BufReader::new(child.stdout.take()?).read_line(&mut line);
    let took = started.elapsed().as_secs_f64() * 1e3;
    let _ = child.kill();
    let _ = child.wait();
    (read.ok()? > 0).then_some(took)
}
