//! How many instructions each row takes, counted by callgrind, which no other program disturbs. It needs `valgrind`.
//!
//! `cargo bench --package benches --bench instructions` counts all rows in some minutes; `-- get order` those of these
//! names. valgrind runs this program twice for each side, with the work done `N` and `2 N` times, and the difference is
//! what it takes, without the start of the program. valgrind has no instructions for SHA-256, which the processor has, so
//! webhooks are counted as on an old processor: there the time is the figure to look at.

use std::process::Command;

use benches::rows::{Row, rows};
use benches::server::Server;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [alone, name, side, times] = arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
        && alone == "alone"
    {
        return run(name, side, times.parse().expect("a number"));
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("SKIPPED: there is no valgrind to count with");
        return;
    }
    println!("| what | instructions | by hand | ratio |\n|---|---|---|---|");
    let server = Server::start(env!("CARGO_BIN_EXE_loopback"));
    for Row { name, what, times, .. } in rows(&server) {
        if arguments.is_empty() || arguments.iter().any(|wanted| wanted == name) {
            let of = |side| (counted(name, side, 2 * times) - counted(name, side, times)) / f64::from(times);
            let (ours, bare) = (of("ours"), of("bare"));
            println!("| {what} | {ours:.0} | {bare:.0} | {:.3} |", ours / bare);
        }
    }
}

/// Does the work of one side so many times.
fn run(name: &str, side: &str, times: u32) {
    let server = Server::start(env!("CARGO_BIN_EXE_loopback"));
    let row = rows(&server).into_iter().find(|row| row.name == name).expect("a row");
    let mut work = if side == "ours" { row.ours } else { row.bare };
    (0..times).for_each(|_| work());
}

/// The instructions of a process that does so.
fn counted(name: &str, side: &str, times: u32) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().expect("this program"))
        .args(["alone", name, side, &times.to_string()])
        .output()
        .expect("valgrind runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, number)| number.trim());
    collected.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("valgrind counted nothing: {text}"))
}
