//! A sandbox is killed at random points under load, a hundred times in a row on the same file: what was answered is there.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::super::machine::books;
use super::super::machine::invariants;
use super::super::receiver_of_webhooks::Receiver;
use super::child::{Child, builder};
use super::ledger::{Books, Told};
use super::load::{self, Answers};

type Test = Result<(), Box<dyn std::error::Error>>;

/// How often the sandbox is killed.
const LIVES: u32 = 100;

/// Numbers that look random and follow from a seed.
struct Random(u64);

impl Random {
    /// The seed of the environment, or another one each time.
    fn new() -> Self {
        let given = std::env::var("IMPRINT_SANDBOX_KILL_SEED").ok().and_then(|text| text.parse().ok());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let seed = given.unwrap_or_else(|| u64::from(now));
        println!("IMPRINT_SANDBOX_KILL_SEED={seed}");
        Self(seed)
    }

    /// A number below another one.
    fn below(&mut self, end: u64) -> u64 {
        // The steps of SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// Whether a file has everything that was told, and no receiver knows more than it.
fn check(path: &Path, life: u32, told: &[Told], receiver: &Receiver) -> Result<Books, String> {
    let books = Books::read(path).map_err(|why| format!("after life {life}: {why}"))?;
    let lost: BTreeSet<_> = told.iter().filter(|told| !books.has(told)).collect();
    if !lost.is_empty() {
        return Err(format!("life {life} was answered {} times and has lost {lost:?}", told.len()));
    }
    let unknown = received(receiver).into_iter().find(|body| !books.bodies.contains(body));
    unknown
        .map_or(Ok(books), |body| Err(format!("after life {life} the receiver knows of an event that is lost: {body}")))
}

/// The bodies that a receiver has got.
fn received(receiver: &Receiver) -> BTreeSet<String> {
    receiver.got().into_iter().map(|got| String::from_utf8_lossy(&got.raw).into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_sandbox_loses_nothing_that_it_has_answered() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let mut random = Random::new();
    let receiver = Receiver::start(imprint_sandbox::Sandbox::start().await?.webhook_token()).await;
    let webhook = receiver.url("/imprint");
    let (started, mut all, mut loaded) = (Instant::now(), Vec::new(), 0);
    for life in 0..LIVES {
        let mut child = Child::start(&path, Some(&webhook));
        if random.below(10) == 0 {
            // While it starts.
            tokio::time::sleep(Duration::from_millis(random.below(80))).await;
            child.kill();
            continue;
        }
        let url = child.url();
        let answers = Answers::default();
        let mut clients = load::start(&url, life, &answers);
        // After so many answers, however fast the machine is, and somewhere in the middle of the next ones.
        let (enough, begun) = (random.below(30), Instant::now());
        while answers.written() < enough && begun.elapsed() < Duration::from_secs(2) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(random.below(6_000))).await;
        let said = child.kill();
        while let Some(ended) = clients.join_next().await {
            ended.map_err(|e| format!("life {life}: {e}; the sandbox said {said:?}"))?;
        }
        let told = answers.all();
        check(&path, life, &told, &receiver)?;
        loaded += 1;
        all.extend(told);
    }
    // It is the same for all lives at the end, and nobody waits for a webhook any more.
    all.sort();
    all.dedup();
    let answered = all.len();
    let books = check(&path, LIVES, &all, &receiver)?;
    println!("{loaded} lives under load, {answered} answers, {} rows, {:?}", books.count(), started.elapsed());
    assert!(answered > 300 && all.iter().any(|told| matches!(told, Told::Confirmed(_))), "{answered} answers");
    let sandbox = builder(&path).webhook(&webhook).start().await?;
    sandbox.settled().await?;
    sandbox.verify()?;
    let undelivered: Vec<_> = books.bodies.difference(&received(&receiver)).cloned().collect();
    assert!(undelivered.is_empty(), "{} events were not delivered: {undelivered:?}", undelivered.len());
    let snapshot = books::Books::of(sandbox.snapshot().to_json());
    invariants::of(&snapshot, &invariants::per_event()).map_err(|e| e.to_string())?;
    drop(sandbox);
    check(&path, LIVES, &all, &receiver)?;
    Ok(())
}

#[tokio::test]
async fn a_sandbox_that_is_killed_while_it_creates_its_file_can_be_started_again() -> Test {
    let folder = tempfile::tempdir()?;
    let mut random = Random::new();
    for round in 0..20 {
        let path = folder.path().join(format!("{round}.db"));
        let mut child = Child::start(&path, None);
        let created = Instant::now();
        while !path.exists() && created.elapsed() < Duration::from_secs(5) {
            std::thread::yield_now();
        }
        // All tables are made in a few milliseconds.
        tokio::time::sleep(Duration::from_micros(random.below(8_000))).await;
        child.kill();
        let sandbox = builder(&path).start().await.map_err(|e| format!("round {round}: {e:?}"))?;
        sandbox.client().search_customers().await?;
    }
    Ok(())
}
