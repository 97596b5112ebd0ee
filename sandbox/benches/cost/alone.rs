//! Parts that need a process of their own: one whose memory is counted, or in which nothing was called yet. This program
//! starts itself again for them, with a word as its first argument, and reads numbers from its output.

use std::process::{Command, Stdio};

use super::{memory, start};

/// The first argument of such a process.
const WORD: &str = "alone";

/// Does something in this process, as the arguments say; the numbers that it measured.
type Task = fn(&[String]) -> Vec<f64>;

/// What such a process can do, by the argument behind the word.
const TASKS: [(&str, Task); 3] = [
    ("first-call", start::first_call),
    ("transactions", memory::of_transactions),
    ("many-requests", memory::of_many_requests),
];

pub fn is_asked(arguments: &[String]) -> bool {
    arguments.first().is_some_and(|first| first == WORD)
}

/// Does what the arguments say, and prints the numbers that it gives.
pub fn run(arguments: &[String]) {
    let (_, task) = TASKS.iter().find(|(name, _)| Some(*name) == arguments.get(1).map(String::as_str)).expect("a task");
    let numbers: Vec<String> = task(&arguments[2..]).iter().map(f64::to_string).collect();
    println!("{}", numbers.join(" "));
}

/// Lets a process of its own do a task; the numbers that it gives.
pub fn ask(task: &str, arguments: &[&str]) -> Vec<f64> {
    let program = std::env::current_exe().expect("the path of this program");
    let mut command = Command::new(program);
    command.args([WORD, task]).args(arguments).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().expect("this program starts again");
    assert!(output.status.success(), "{task}: {}", output.status);
    let text = String::from_utf8(output.stdout).expect("text");
    text.split_whitespace().map(|number| number.parse().expect("a number")).collect()
}
