//! The program `imprint-sandbox`. What it does is in the library, in `program`.

use std::process::ExitCode;

fn main() -> ExitCode {
    imprint_sandbox::program::main()
}
