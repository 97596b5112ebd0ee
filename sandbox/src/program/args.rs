//! The command line, and the variables of the environment that stand for its flags.

use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Args, Command as ClapCommand, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use imprint_client::Secret;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::settings::{Clock, Retry, Validation};

/// A stateful imitation of the Imprint API on loopback, for tests in any language.
///
/// It is not Imprint: nothing here moves money, and no real personal data belongs into it. Each flag can be set by the
/// environment as well, where a variable that is empty counts as none; a flag that can be repeated takes several values
/// there, with spaces in between.
#[derive(Debug, Parser)]
#[command(name = "imprint-sandbox", version, args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(flatten)]
    pub serve: Serve,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program does in the place of serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sends good and bad webhooks to a receiver, and tells what it makes of them.
    ///
    /// The receiver gets made-up events that are signed with its token: check one that a test started, with a token and a
    /// database of its own. The status is 0 if it does everything right.
    CheckReceiver {
        /// Where the receiver listens: http://127.0.0.1:9000/imprint
        url: String,
        /// The token that the receiver verifies signatures with.
        #[arg(long, value_name = "TOKEN", env = "IMPRINT_SANDBOX_TOKEN", hide_env_values = true)]
        token: Hidden,
    },
    /// Prints the OpenAPI document of Imprint's API, with the corrections of this project, as JSON.
    Openapi {
        /// Prints the document of the control API instead, as YAML.
        #[arg(long)]
        control: bool,
        /// Declares each status that the sandbox may answer an error with, and requires no name that the document does not
        /// define, for tools that compare answers with the document.
        #[arg(long, conflicts_with = "control")]
        for_tools: bool,
    },
    /// Prints a seed file with every section, to begin one's own with.
    SeedExample {
        /// Prints the JSON Schema of seed files instead, for editors.
        #[arg(long)]
        schema: bool,
    },
    /// Tells what is in a state file: accounts, rows of each table, size. The file is not changed.
    State {
        /// The file.
        file: PathBuf,
    },
    /// Asks a sandbox whether it is there. The status is 0 if it is.
    Healthcheck {
        /// Where it listens. Without it, where this program would listen with the same environment.
        url: Option<String>,
    },
}

/// The flags of a sandbox that serves.
#[derive(Args, Debug)]
pub struct Serve {
    /// Listens at this address and port; can be repeated. The default is 127.0.0.1:8080.
    #[arg(long, value_name = "ADDRESS", env = "IMPRINT_SANDBOX_LISTEN", value_delimiter = ' ')]
    pub listen: Vec<SocketAddr>,
    /// Listens at this port of 127.0.0.1; 0 is one that is free.
    #[arg(long, value_name = "N", env = "IMPRINT_SANDBOX_PORT")]
    pub port: Option<u16>,
    /// Accepts this API key in the place of `sandbox-key`; can be repeated. With a state file that has a sandbox already it
    /// is accepted besides those of the file.
    #[arg(
        long = "key",
        value_name = "KEY",
        env = "IMPRINT_SANDBOX_KEY",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    pub keys: Vec<Hidden>,
    /// Lets the keys see card numbers and security codes, which are made up.
    #[arg(long, env = "IMPRINT_SANDBOX_PCI", value_parser = BoolishValueParser::new())]
    pub pci: bool,
    /// Begins with what this file has: keys, products, customers and so on; YAML, or JSON if its name ends with `.json`.
    /// `imprint-sandbox seed-example` prints one.
    #[arg(long, value_name = "FILE", env = "IMPRINT_SANDBOX_SEED")]
    pub seed: Option<PathBuf>,
    /// Keeps everything in this file, and goes on with what it has: a sandbox that is killed loses nothing that it has
    /// answered. The file has API keys. If it has a sandbox already, `--seed` is left out.
    #[arg(long, value_name = "FILE", env = "IMPRINT_SANDBOX_STATE")]
    pub state: Option<PathBuf>,
    /// Writes each change of the state file through to the disk, so that it outlives the machine and not only the process.
    #[arg(long, env = "IMPRINT_SANDBOX_DURABLE", value_parser = BoolishValueParser::new())]
    pub durable: bool,
    /// Sends the webhooks of the first account to this receiver; can be repeated. For another account the control API
    /// registers one: POST /_sandbox/endpoints?account=NAME.
    #[arg(
        long = "webhook",
        value_name = "URL",
        env = "IMPRINT_SANDBOX_WEBHOOK",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    pub webhooks: Vec<Hidden>,
    /// Signs the webhooks with this token: the first is that of the first receiver, and so on. A receiver without one gets
    /// the token of the account, which is printed at the start.
    #[arg(
        long = "webhook-token",
        value_name = "TOKEN",
        env = "IMPRINT_SANDBOX_WEBHOOK_TOKEN",
        hide_env_values = true,
        value_delimiter = ' ',
        requires = "webhooks"
    )]
    pub webhook_tokens: Vec<Hidden>,
    /// When webhooks that were not acknowledged are sent again: `documented` is after 5 seconds, then 10, 20 and so on;
    /// `fast` is after 10 milliseconds, then 20, 40 and so on.
    #[arg(long, value_enum, default_value_t = RetryName::Documented, env = "IMPRINT_SANDBOX_RETRY")]
    pub retry: RetryName,
    /// How closely requests are compared with the document: `strict` refuses fields that it does not name, `off` accepts
    /// any values.
    #[arg(long, value_enum, default_value_t = ValidationName::AsImprint, env = "IMPRINT_SANDBOX_VALIDATION")]
    pub validation: ValidationName,
    /// `running`, `frozen`, or `frozen@2026-01-01T00:00:00Z`: a clock that stands still until it is told to go on.
    #[arg(long, value_name = "CLOCK", default_value = "running", env = "IMPRINT_SANDBOX_CLOCK", value_parser = clock)]
    pub clock: Clock,
    /// The number that ids, keys and card numbers follow from, for runs that are the same. Without it each run has another
    /// one, which is printed at the start.
    #[arg(long, value_name = "N", env = "IMPRINT_SANDBOX_SEED_NUMBER")]
    pub seed_number: Option<u64>,
    /// Refuses operations that the sandbox has no behaviour for with 501, instead of answering them from the document's
    /// examples.
    #[arg(long, env = "IMPRINT_SANDBOX_NO_EXAMPLES", value_parser = BoolishValueParser::new())]
    pub no_examples: bool,
    /// Whether the control API and the page are there. The default is `on` if each address is a loopback one, else `off`:
    /// whoever reaches them can let the sandbox send requests to addresses of its network.
    #[arg(long, value_enum, env = "IMPRINT_SANDBOX_CONTROL")]
    pub control: Option<Switch>,
    /// Opens an empty account for each unknown key that begins with `sbx-`, up to 1,000 of them, so that each worker of a
    /// test can take a key of its own.
    #[arg(long, env = "IMPRINT_SANDBOX_OPEN_ACCOUNTS", value_parser = BoolishValueParser::new())]
    pub open_accounts: bool,
    /// Lets scripts of web pages of this origin call the sandbox: http://localhost:3000; can be repeated.
    #[arg(long, value_name = "ORIGIN", env = "IMPRINT_SANDBOX_CORS", value_delimiter = ' ', value_parser = super::guard::origin)]
    pub cors: Vec<String>,
    /// Accepts requests that name this host, besides addresses, `localhost`, names without a dot and names that end with
    /// `.localhost` or `.internal`; can be repeated.
    #[arg(
        long = "allow-host",
        value_name = "HOST",
        env = "IMPRINT_SANDBOX_ALLOW_HOST",
        value_delimiter = ' ',
        value_parser = super::guard::host
    )]
    pub allowed_hosts: Vec<String>,
    /// What is printed of each request.
    #[arg(long, value_enum, default_value_t = LogForm::Text, env = "IMPRINT_SANDBOX_LOG")]
    pub log: LogForm,
    /// Writes the URL into this file as soon as the sandbox listens, for a script that waits for it. The file appears at
    /// once and whole.
    #[arg(long, value_name = "FILE", env = "IMPRINT_SANDBOX_PRINT_URL")]
    pub print_url: Option<PathBuf>,
    /// Stops when the standard input ends, as it does when the program that started this one is gone, however it ended.
    #[arg(long, env = "IMPRINT_SANDBOX_STOP_WITH_STDIN", value_parser = BoolishValueParser::new())]
    pub stop_with_stdin: bool,
}

impl Arguments {
    /// Reads a command line, and the variables of the environment for what it does not have.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or the help or version that it asks for.
    pub fn read(
        line: impl IntoIterator<Item = impl Into<OsString> + Clone>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, clap::Error> {
        let mut command = with_variables(Self::command(), &variable);
        let matches = command.try_get_matches_from_mut(line)?;
        let mut arguments = Self::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        let serve = &mut arguments.serve;
        match (matches.value_source("listen"), matches.value_source("port")) {
            (Some(ValueSource::CommandLine), Some(ValueSource::EnvVariable)) => serve.port = None,
            (Some(ValueSource::EnvVariable), Some(ValueSource::CommandLine)) => serve.listen.clear(),
            (Some(_), Some(_)) => {
                let message = "--listen cannot be used with --port, nor the variable of the one with that of the other: \
                               each says where to listen";
                return Err(command.error(ErrorKind::ArgumentConflict, message));
            }
            _ => {}
        }
        // clap would require it also where the variable says that the flag is off.
        if serve.durable && serve.state.is_none() {
            let message = "--durable writes the state file through to the disk, so it needs --state <FILE>";
            return Err(command.error(ErrorKind::MissingRequiredArgument, message));
        }
        Ok(arguments)
    }
}

/// The command without the variables that are empty, which shells and compose files leave where nothing was set.
fn with_variables(command: ClapCommand, variable: &impl Fn(&str) -> Option<OsString>) -> ClapCommand {
    let command = command.mut_args(|flag| {
        let name = flag.get_env().map(|name| name.to_string_lossy().into_owned());
        let is_empty = name.and_then(|name| variable(&name)).is_some_and(|value| value.is_empty());
        if is_empty { flag.env(None::<&'static str>) } else { flag }
    });
    command.mut_subcommands(|command| with_variables(command, variable))
}

impl Serve {
    /// The addresses to listen at.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        match (self.listen.as_slice(), self.port) {
            ([], port) => vec![SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(8080)))],
            (listen, _) => listen.to_vec(),
        }
    }

    /// Whether the control API and the page are on.
    pub fn has_control(&self) -> bool {
        let is_loopback = || self.addresses().iter().all(|address| address.ip().is_loopback());
        self.control.map_or_else(is_loopback, |control| control == Switch::On)
    }
}

/// A value of the command line that no message shows.
#[derive(Clone)]
pub struct Hidden(pub Secret);

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It is there.
    On,
    /// It is not there.
    Off,
}

/// What is printed of each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogForm {
    /// A line for people.
    Text,
    /// A line of JSON.
    Json,
    /// Nothing.
    Off,
}

/// The names of the schedules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum RetryName {
    Documented,
    Fast,
    Off,
}

impl RetryName {
    /// The schedule of the name.
    pub fn schedule(self) -> Retry {
        match self {
            Self::Documented => Retry::Documented,
            Self::Fast => Retry::Fast,
            Self::Off => Retry::Off,
        }
    }
}

/// The names of the levels of validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum ValidationName {
    AsImprint,
    Strict,
    Off,
}

impl ValidationName {
    /// The level of the name.
    pub fn level(self) -> Validation {
        match self {
            Self::AsImprint => Validation::AsImprint,
            Self::Strict => Validation::Strict,
            Self::Off => Validation::Off,
        }
    }
}

/// Reads `running`, `frozen` or `frozen@` and a time.
fn clock(text: &str) -> Result<Clock, String> {
    match text.split_once('@') {
        None if text == "running" => Ok(Clock::Running),
        None if text == "frozen" => Ok(Clock::Frozen(crate::instant::Instant::START.system_time())),
        Some(("frozen", at)) => OffsetDateTime::parse(at, &Rfc3339)
            .map(|at| Clock::Frozen(at.into()))
            .map_err(|_| format!("{at:?} is no time such as 2026-01-01T00:00:00Z")),
        _ => Err("it is `running`, `frozen` or `frozen@2026-01-01T00:00:00Z`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent_and_each_flag_has_a_variable() {
        let command = Arguments::command();
        command.clone().debug_assert();
        for flag in command.get_arguments().filter(|flag| !["help", "version"].contains(&flag.get_id().as_str())) {
            let variable = flag.get_env().unwrap_or_else(|| panic!("{} has no variable", flag.get_id()));
            assert!(variable.to_string_lossy().starts_with("IMPRINT_SANDBOX_"), "{variable:?}");
        }
    }

    #[test]
    fn control_is_on_where_only_this_machine_reaches_it_or_where_somebody_says_so() {
        for (flags, expected) in [
            (&[][..], true),
            (&["--listen", "[::1]:0", "--listen", "127.0.0.1:0"], true),
            (&["--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"], false),
            (&["--listen", "0.0.0.0:0", "--control", "on"], true),
            (&["--control", "off"], false),
        ] {
            let arguments = Arguments::try_parse_from([&["imprint-sandbox"], flags].concat()).expect("flags");
            assert_eq!(arguments.serve.has_control(), expected, "{flags:?}");
        }
    }

    #[test]
    fn no_secret_of_the_command_line_is_shown() {
        let arguments =
            ["imprint-sandbox", "--key", "k-one", "--webhook", "http://a/?s=k-two", "--webhook-token", "k-3"];
        let shown = format!("{:?}", Arguments::try_parse_from(arguments).expect("flags"));
        assert!(!shown.contains("k-"), "{shown}");
    }

    #[test]
    fn a_clock_is_read_or_the_error_says_how_it_is_written() {
        assert_eq!(clock("running"), Ok(Clock::Running));
        assert!(matches!(clock("frozen"), Ok(Clock::Frozen(_))));
        assert!(matches!(clock("frozen@2030-05-01T10:00:00+02:00"), Ok(Clock::Frozen(_))));
        assert!(clock("frozen@tomorrow").is_err_and(|e| e.contains("2026-01-01T00:00:00Z")));
        assert!(clock("runing").is_err());
    }
}
