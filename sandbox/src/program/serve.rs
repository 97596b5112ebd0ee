//! Serving: from the flags to a sandbox that listens, until the program is told to stop.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::sandbox::{Bound, Builder, Endpoint, FIRST_KEY, Sandbox};
use crate::seed::Seed;
use crate::server::Limits;
use crate::settings::Permissions;

use super::args::{Serve, ValidationName};
use super::front::ProgramFront;
use super::guard::Guard;
use super::lines::Lines;
use super::served::{STREAMS, Served};
use super::stop;

/// How many requests the log of an account keeps.
const LOG_SIZE: usize = 1_000;

/// Serves until the program is told to stop.
///
/// # Errors
///
/// Why it cannot begin, in words.
pub async fn serve(flags: Serve) -> Result<ExitCode, String> {
    // Before anything else, so that no signal is missed.
    let mut stop = stop::Stop::new(flags.stop_with_stdin).map_err(|e| format!("signals cannot be received: {e}"))?;
    let lines = Lines::to_stdout(flags.log);
    let seed_number = flags.seed_number.unwrap_or_else(drawn);
    if let Some(file) = &flags.print_url {
        // A script that waits for the file must not read what an earlier run has left there.
        remove_if_there(file).map_err(|e| format!("{} cannot be removed: {e}", file.display()))?;
    }
    let (flags, Bound { sandbox, listeners, is_taken_up }) = tokio::select! {
        started = start(flags, seed_number) => started?,
        // Nothing was answered yet, so that nothing is lost; a state file is begun anew.
        () = stop.wait() => return Ok(ExitCode::SUCCESS),
    };
    let guard = Guard { hosts: flags.allowed_hosts.clone(), origins: flags.cors.clone() };
    let streams = Arc::new(Semaphore::new(STREAMS));
    let served = Arc::new(Served {
        sandbox: sandbox.clone(),
        guard,
        has_control: flags.has_control(),
        is_strict: flags.validation == ValidationName::Strict,
        streams,
    });
    sandbox.put_in_front(Arc::new(ProgramFront::new(served, lines.clone())));
    sandbox.on_attempt(Box::new({
        let (lines, first) = (lines.clone(), sandbox.account_name().to_owned());
        move |account, parcel, attempt| lines.webhook((account != first).then_some(account), parcel, attempt)
    }));
    for listener in listeners {
        sandbox.listening().accept_within(listener, Limits::OF_PROGRAM);
    }
    if let Some(file) = &flags.print_url {
        print_url(file, &sandbox.url()).map_err(|e| format!("the URL cannot be written to {}: {e}", file.display()))?;
    }
    for (place, line) in first_lines(&sandbox, &flags, seed_number, is_taken_up).into_iter().enumerate() {
        lines.start(line, place == 0);
    }
    stop.wait().await;
    sandbox.listening().stop().await;
    if let Some(file) = &flags.print_url {
        // Another sandbox may have written there since.
        if std::fs::read_to_string(file).is_ok_and(|text| text.trim_end() == sandbox.url()) {
            let _ = std::fs::remove_file(file);
        }
    }
    lines.flush();
    Ok(ExitCode::SUCCESS)
}

/// Reads what the sandbox begins with, and binds its addresses. A large seed or state file takes seconds, and a file may be
/// a pipe: the work is done in a thread of its own, so that the program is told to stop in the meantime as well, also where
/// the runtime has a single thread.
async fn start(flags: Serve, seed_number: u64) -> Result<(Serve, Bound), String> {
    let runtime = Handle::current();
    let started = tokio::task::spawn_blocking(move || {
        let bound = runtime.block_on(async { builder(&flags, seed_number)?.bind().await.map_err(|e| said(&e)) });
        Ok((flags, bound?))
    });
    // Nobody aborts the task, so that the error is its panic.
    started.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn builder(flags: &Serve, seed_number: u64) -> Result<Builder, String> {
    let mut builder = Builder::default()
        .listen(flags.addresses())
        .clock(flags.clock)
        .seed_number(seed_number)
        .validation(flags.validation.level())
        .webhook_retry(flags.retry.schedule())
        .log_size(LOG_SIZE);
    let permissions = if flags.pci { Permissions::PCI } else { Permissions::NORMAL };
    for (place, key) in flags.keys.iter().enumerate() {
        if key.0.expose().trim().is_empty() {
            return Err("a key is empty".into());
        }
        builder = builder.key_with(format!("key {}", place + 1), key.0.clone(), permissions);
    }
    if flags.keys.is_empty() && flags.pci {
        builder = builder.default_key(permissions);
    }
    if flags.open_accounts {
        builder = builder.open_accounts();
    }
    if let Some(file) = &flags.seed {
        builder = builder.seed(read_seed(file)?);
    }
    if let Some(file) = &flags.state {
        builder = if flags.durable { builder.durable_state_file(file) } else { builder.state_file(file) };
    }
    if flags.no_examples {
        builder = builder.refuse_examples();
    }
    if flags.webhook_tokens.len() > flags.webhooks.len() {
        return Err("there are more --webhook-token than --webhook".into());
    }
    for (place, url) in flags.webhooks.iter().enumerate() {
        let mut endpoint = Endpoint::at(url.0.expose());
        if let Some(token) = flags.webhook_tokens.get(place) {
            endpoint = endpoint.token(token.0.clone());
        }
        builder = builder.endpoint(endpoint);
    }
    Ok(builder)
}

/// Reads a seed file: JSON by its name, else YAML.
fn read_seed(file: &Path) -> Result<Seed, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("the seed file {shown} cannot be read: {e}"))?;
    let is_json = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let seed = if is_json { Seed::from_json(&text) } else { Seed::from_yaml(&text) };
    seed.map_err(|e| format!("the seed file {shown} cannot be used: {e}"))
}

/// A number for this run. It is short, so that a person can write it down.
fn drawn() -> u64 {
    RandomState::new().build_hasher().finish() % 1_000_000
}

fn first_lines(sandbox: &Sandbox, flags: &Serve, seed_number: u64, is_taken_up: bool) -> Vec<String> {
    let mut lines = vec![
        format!("listening at {}", sandbox.url()),
        "This is not Imprint. Nothing here moves money. Do not enter real personal data.".to_owned(),
    ];
    // A key of the user's own is not shown, wherever it was set.
    if sandbox.key().expose() == FIRST_KEY {
        lines.push(format!("API key: {}", sandbox.key().expose()));
    }
    if flags.webhook_tokens.len() < flags.webhooks.len() || flags.webhooks.is_empty() {
        let token = sandbox.webhook_token();
        lines.push(format!("webhooks to endpoints without a token of their own are signed with {}", token.expose()));
    }
    if let Some(file) = &flags.state {
        let (accounts, endpoints) = (sandbox.account_names().len(), sandbox.endpoints().len());
        let gone_on = if is_taken_up {
            "goes on with what is in it; --seed, --seed-number and --clock are left out"
        } else {
            "begins"
        };
        lines.push(format!(
            "the state is kept in {}, and {gone_on}: accounts {accounts}, endpoints of the first {endpoints}",
            file.display()
        ));
    }
    if flags.has_control() {
        let url = sandbox.url();
        lines.push(format!("page: {url}/  control API: {url}/_sandbox/"));
    }
    if flags.seed_number.is_none() && flags.state.is_none() {
        lines.push(format!("--seed-number {seed_number} gives the ids of this run again"));
    }
    lines
}

/// Writes the URL into a file that appears whole: a script that waits for it must not read half of it.
fn print_url(file: &Path, url: &str) -> std::io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let written = std::fs::write(&beside, format!("{url}\n")).and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn remove_if_there(file: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// An error with its causes.
pub fn said(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message += &format!(": {error}");
        cause = error.source();
    }
    message
}
