//! The program `imprint-sandbox`: a sandbox for tests in any language.

mod args;
mod commands;
mod control;
mod document;
mod environment;
mod failure;
mod front;
mod guard;
mod health;
#[cfg(test)]
mod limits;
mod lines;
mod output;
mod page;
mod serve;
mod served;
mod stop;

use std::process::ExitCode;

use args::{Arguments, Command};

/// The status of a program that was called the wrong way, or could not start.
const UNUSABLE: u8 = 2;

/// Runs the program with the arguments and the environment of the process.
pub fn main() -> ExitCode {
    if let Err(message) = environment::check(std::env::vars_os().map(|(name, _)| name)) {
        return fail(&message);
    }
    let read = Arguments::read(std::env::args_os(), |name| std::env::var_os(name));
    let arguments = read.unwrap_or_else(|error| error.exit());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no thread can be started: {error}")),
    };
    let outcome = runtime.block_on(async {
        match arguments.command {
            None => serve::serve(arguments.serve).await,
            Some(Command::CheckReceiver { url, token }) => commands::check_receiver(&url, token).await,
            Some(Command::Openapi { control, for_tools }) => commands::openapi(control, for_tools),
            Some(Command::SeedExample { schema }) => commands::seed_example(schema),
            Some(Command::State { file }) => commands::state(&file),
            Some(Command::Healthcheck { url }) => commands::healthcheck(url, &arguments.serve).await,
        }
    });
    // A task that does not end must not keep the process.
    runtime.shutdown_background();
    outcome.unwrap_or_else(|message| fail(&message))
}

fn fail(message: &str) -> ExitCode {
    output::complain(format_args!("imprint-sandbox: {message}"));
    ExitCode::from(UNUSABLE)
}
