//! The command line, and the variables of the environment that stand for its flags.

use clap::Parser;

/// A stateful imitation of the Imprint API on loopback, for tests in any language.
#[derive(Debug, Parser)]
#[command(version, name = "imprint-sandbox")]
pub struct Args {}
