//! What a state file costs: requests that wait until their changes are in it, and the start with a large one.

use super::table::Table;

/// Measures both, if the sandbox was built with state files.
pub fn measure(table: &mut Table) {
    #[cfg(feature = "program")]
    {
        with_file::measure_requests(table);
        with_file::measure_start(table);
    }
    #[cfg(not(feature = "program"))]
    table.note("a state file", "was not built: it needs the feature `program`");
}

#[cfg(feature = "program")]
mod with_file {
    use std::collections::BTreeSet;
    use std::path::Path;

    use imprint_sandbox::{Builder, Sandbox};

    use crate::load::{Round, Server};
    use crate::program::{PROGRAM, to_first_line};
    use crate::requests::{answer, order, runtime};
    use crate::table::{Spread, Table};
    use crate::throughput::{in_turns, request, start_bare, start_sandbox};

    /// How many clients ask at the same time. Those who wait at the same time share a commit.
    const CLIENTS: [usize; 3] = [1, 8, 32];

    /// How large the file is that the program is started with.
    const LARGE: u64 = 100_000_000;

    /// How often the program is started with it.
    const STARTS: usize = 7;

    pub fn measure_requests(table: &mut Table) {
        let folder = tempfile::tempdir().expect("a folder");
        let without = start_sandbox(Sandbox::builder()).server;
        let with = start_with_file(Sandbox::builder().state_file(folder.path().join("state.db")));
        let durable = start_with_file(Sandbox::builder().durable_state_file(folder.path().join("durable.db")));
        let request = request("POST", "/v2/customer_sessions", r#"{"partner_customer_id":"A"}"#);
        let bare = start_bare(&without, &request);
        for clients in CLIENTS {
            let rounds = in_turns([&bare, &without, &with, &durable], &request, clients);
            let tell = |choose: fn(&[Round; 4]) -> (Round, Round)| {
                let pairs: Vec<(Round, Round)> = rounds.iter().map(choose).collect();
                let ratios = Spread::of(pairs.iter().map(|(own, other)| own.per_second / other.per_second).collect());
                let busy = Spread::of(pairs.iter().map(|(own, other)| other.busy / own.busy).collect());
                (ratios.median, format!("{}×; by processor time {}×", ratios.text(2), busy.text(2)))
            };
            let who = if clients == 1 { "1 client".to_owned() } else { format!("{clients} clients") };
            let what = format!("createSession with a state file, {who}, against the bare handler");
            let (median, measured) = tell(|[bare, _, with, _]| (*with, *bare));
            table.row(&what, "≥ 0.25×", &measured, median >= 0.25);
            table.note("the same against a sandbox without one", &tell(|[_, without, with, _]| (*with, *without)).1);
            table.note(
                "the same, durable, against the bare handler",
                &tell(|[bare, _, _, durable]| (*durable, *bare)).1,
            );
        }
    }

    /// A sandbox with a state file. The thread that writes the file counts as one of its threads.
    fn start_with_file(builder: Builder) -> Server {
        let before = writers();
        let server = start_sandbox(builder).server;
        server.with(writers().difference(&before).cloned())
    }

    /// The threads of this process that write state files, by their numbers in `/proc`.
    fn writers() -> BTreeSet<String> {
        let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let is_writer =
            |path: &Path| std::fs::read_to_string(path.join("comm")).is_ok_and(|name| name == "state-file\n");
        let writers = threads.filter(|thread| is_writer(&thread.path()));
        writers.map(|thread| thread.file_name().to_string_lossy().into_owned()).collect()
    }

    pub fn measure_start(table: &mut Table) {
        let Some(program) = PROGRAM else {
            return table.note("the program with a state file", "was not built: it needs the feature `program`");
        };
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.db");
        fill(&path);
        let megabytes = size(&path) as f64 / 1e6;
        let file = path.to_str().expect("a path that is text");
        let times: Option<Vec<f64>> =
            (0..STARTS).map(|_| to_first_line(program, &["--port", "0", "--state", file])).collect();
        let what = "program with a state file of 100 MB, from exec to its first line";
        match times.map(Spread::of) {
            Some(times) => {
                let measured = format!("{} ms, {megabytes:.1} MB", times.text(0));
                table.row(what, "≤ 1.5 s", &measured, times.median <= 1_500.0);
            }
            None => table.note(what, "it ended without one"),
        }
    }

    /// Makes a state file of sessions and orders, which are what a partner's tests make most of.
    fn fill(path: &Path) {
        let runtime = runtime();
        let sandbox = runtime.block_on(Sandbox::builder().state_file(path).start()).expect("a sandbox");
        let customer = runtime.block_on(sandbox.customer("A").approved()).expect("a customer");
        let order = order(customer.payment_method.as_str()).to_string();
        while size(path) < LARGE {
            for number in 0..1_000 {
                answer(
                    &sandbox,
                    "POST",
                    "/v2/customer_sessions",
                    &format!(r#"{{"partner_customer_id":"P-{number}"}}"#),
                );
                answer(&sandbox, "POST", "/v2/orders", &order);
            }
            // What is written comes into the file itself a little later than it comes into the file beside it.
            runtime.block_on(sandbox.settled()).expect("there is nothing to deliver");
        }
    }

    fn size(path: &Path) -> u64 {
        std::fs::metadata(path).map_or(0, |metadata| metadata.len())
    }
}
