//! A sandbox in a process of its own, which a test can kill: this very program, run again for one test that serves.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child as Process, ChildStdout, Command, Stdio};
use std::time::Duration;

use imprint_sandbox::{Clock, Product, Retry, Rewards, Sandbox};

/// The path of the state file, for the process that serves.
const STATE: &str = "IMPRINT_SANDBOX_TEST_STATE";
/// Where it sends webhooks to.
const WEBHOOK: &str = "IMPRINT_SANDBOX_TEST_WEBHOOK";

/// The key of the sandbox.
pub const KEY: &str = "key-of-the-child";
/// The customer that it begins with.
pub const PARTNER: &str = "PARTNER_OF_THE_CHILD";

/// A sandbox in another process. It is killed when this is dropped.
pub struct Child {
    process: Process,
    output: BufReader<ChildStdout>,
}

impl Child {
    /// Starts one with this state file.
    pub fn start(state: &Path, webhook: Option<&str>) -> Self {
        Self::spawn(Command::new(std::env::current_exe().expect("this program")), state, webhook)
    }

    /// Starts one that can make no file longer than so many blocks of 512 bytes.
    pub fn start_limited(state: &Path, webhook: &str, blocks: u32) -> Self {
        let mut shell = Command::new("sh");
        // The signal would end the process; a write that is too long is to fail instead.
        shell.args(["-c", &format!(r#"trap '' XFSZ; ulimit -f {blocks}; exec "$0" "$@""#)]);
        shell.arg(std::env::current_exe().expect("this program"));
        Self::spawn(shell, state, Some(webhook))
    }

    fn spawn(mut command: Command, state: &Path, webhook: Option<&str>) -> Self {
        command.args(["state_file::child::serves_for_another_test", "--exact", "--nocapture", "--test-threads=1"]);
        command.env(STATE, state).env(WEBHOOK, webhook.unwrap_or_default());
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        Self { process, output }
    }

    /// Waits until it listens; its URL.
    pub fn url(&mut self) -> String {
        let mut line = String::new();
        while self.output.read_line(&mut line).expect("a line") > 0 {
            if let Some((_, url)) = line.split_once("listening at ") {
                return url.trim().to_owned();
            }
            line.clear();
        }
        panic!("it does not listen: {}", self.kill());
    }

    /// Kills it without a warning; what it had to say on the standard error.
    pub fn kill(&mut self) -> String {
        // It may have ended by itself.
        let _ = self.process.kill();
        self.process.wait().expect("it has ended");
        let mut said = String::new();
        if let Some(mut error) = self.process.stderr.take() {
            error.read_to_string(&mut said).expect("text");
        }
        said
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How both the process and the test start the sandbox.
pub fn builder(state: &Path) -> imprint_sandbox::Builder {
    let product = Product::default().rewards(Rewards::per_event(200));
    let builder = Sandbox::builder().product(product).key(KEY);
    builder.clock(Clock::Running).webhook_retry(Retry::Fast).state_file(state)
}

/// Serves if it is asked to, and does nothing as a test of its own.
#[test]
fn serves_for_another_test() {
    let Some(state) = std::env::var_os(STATE) else { return };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let sandbox = runtime.block_on(async {
        let webhook = std::env::var(WEBHOOK).ok().filter(|url| !url.is_empty());
        let builder = builder(Path::new(&state));
        let builder = webhook.into_iter().fold(builder, imprint_sandbox::Builder::webhook);
        let sandbox = builder.start().await.expect("a sandbox");
        if sandbox.client().search_customers().await.expect("a list").data.is_empty() {
            sandbox.customer(PARTNER).approved().await.expect("a customer");
            // What was done without a request is kept at the latest when the next answer is there.
            sandbox.client().search_customers().await.expect("a list");
        }
        sandbox
    });
    println!("listening at {}", sandbox.url());
    // Ends together with the test that has started it.
    let mut until_the_end = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut until_the_end);
    drop(sandbox);
    runtime.shutdown_timeout(Duration::from_secs(1));
}
