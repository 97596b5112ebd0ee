//! The settings of a sandbox, and starting it.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{fmt, io};

use imprint_client::Secret;
use tokio::net::TcpListener;

use crate::contract::{Contract, DocumentError};
use crate::instant::Instant;
use crate::operations;
use crate::product::Product;
use crate::seed::{Seed, SeedError};
use crate::server::{Listening, Server};
use crate::settings::{BasicPair, Clock, ErrorShapes, Permissions, Retry, Settings, Validation, Webhooks};
use crate::world::Accounts;

use super::state::FIRST;
use super::{Endpoint, Refused, Sandbox};

/// The text of the default key. It is no part of what the sandbox writes into answers: the client hides its own key in
/// errors, and would hide a part of their messages with it.
pub(crate) const FIRST_KEY: &str = "sandbox-key";

/// The settings of a sandbox.
///
/// ```
/// use std::time::Duration;
///
/// use imprint_sandbox::{Product, Sandbox, Validation};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::builder()
///     .product(Product::default().merchant_key("STORE").program_name("Store Card"))
///     .validation(Validation::Strict)
///     .session_lifetime(Duration::from_secs(60))
///     .start()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a sandbox is started by `start`"]
pub struct Builder {
    /// The addresses to listen at; none is port 0 of loopback.
    addresses: Vec<SocketAddr>,
    keys: Vec<(String, Secret, Permissions)>,
    settings: Settings,
    document: Option<String>,
    endpoints: Vec<Endpoint>,
    seeds: Vec<Seed>,
    #[cfg(feature = "program")]
    state_file: Option<super::state::InFile>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            addresses: Vec::new(),
            keys: Vec::new(),
            settings: Settings {
                seed: 0,
                clock: Clock::Frozen(Instant::START.system_time()),
                products: Vec::new(),
                session_lifetime: Duration::from_secs(3_600),
                existing_link: true,
                is_production: false,
                open_accounts: false,
                simulation_takes: Duration::ZERO,
                lower_case_webhook_ids: false,
                validation: Validation::default(),
                error_shapes: ErrorShapes::default(),
                examples: true,
                log_size: 10_000,
                basic_pairs: Vec::new(),
                webhooks: Webhooks::default(),
                document: None,
            },
            document: None,
            endpoints: Vec::new(),
            seeds: Vec::new(),
            #[cfg(feature = "program")]
            state_file: None,
        }
    }
}

impl Builder {
    /// Listens at this port of loopback. The default, 0, is one that is free.
    pub fn port(self, port: u16) -> Self {
        self.listen([SocketAddr::from((Ipv4Addr::LOCALHOST, port))])
    }

    /// Listens at these addresses, in the place of those that were set before. [`Sandbox::url`] names the first.
    ///
    /// Whoever reaches an address has the account, since its keys are made up: an address other than loopback is for a
    /// network that only tests are in, such as that of containers.
    pub fn listen(mut self, addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        self.addresses = addresses.into_iter().collect();
        self
    }

    /// Accepts this key, with the permissions to read and write. The first key that is named takes the place of the
    /// default one, `sandbox-key`, and is what [`Sandbox::key`] and the clients of the sandbox have.
    ///
    /// Give a made-up key. A real one has no business in a test.
    pub fn key(self, text: impl Into<Secret>) -> Self {
        let label = format!("key {}", self.keys.len() + 1);
        self.key_with(label, text, Permissions::NORMAL)
    }

    /// Accepts this key, with permissions of its own. The log shows its label.
    pub fn key_with(mut self, label: impl Into<String>, text: impl Into<Secret>, permissions: Permissions) -> Self {
        self.keys.push((label.into(), text.into(), permissions));
        self
    }

    /// Accepts the default key, with these permissions.
    #[cfg(feature = "program")]
    pub(crate) fn default_key(self, permissions: Permissions) -> Self {
        self.key_with(FIRST, FIRST_KEY, permissions)
    }

    /// Opens an empty account for each unknown key that begins with `sbx-`.
    #[cfg(feature = "program")]
    pub(crate) fn open_accounts(mut self) -> Self {
        self.settings.open_accounts = true;
        self
    }

    /// Accepts `Basic` authorization with this id and secret, which Imprint's document describes and its pages do not
    /// know. It stands for the first key of the sandbox, and is refused as soon as that key is deleted.
    pub fn basic_pair(mut self, id: impl Into<String>, secret: impl Into<Secret>) -> Self {
        self.settings.basic_pairs.push(BasicPair { id: id.into(), secret: secret.into() });
        self
    }

    /// Declares a product. The first is what requests without a merchant key are about. As soon as one is declared, a
    /// merchant key of none is refused. Each product needs a merchant key of its own.
    pub fn product(mut self, product: Product) -> Self {
        self.settings.products.push(Arc::new(product));
        self
    }

    /// Starts with what a seed says: its products and its keys besides those that are named here, and all else in the first
    /// account. [`Sandbox::reset`] goes back to it, and [`Sandbox::seeded`] has the ids of what it made.
    ///
    /// If no key is named here, those of the seed take the place of the default one. The clock of a seed takes the place of
    /// the one that is set here. Several seeds are applied one after the other.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seeds.push(seed);
        self
    }

    /// Sets the clock. The default stands still at 2026-01-01T00:00:00Z, so that every run has the same times.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Lets the clock stand still at a time.
    pub fn frozen_at(self, time: SystemTime) -> Self {
        self.clock(Clock::Frozen(time))
    }

    /// The number that ids, keys and card numbers follow from: with the same one they are the same in every run. The
    /// default is 0.
    pub fn seed_number(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// How long after its creation a session expires. Imprint does not say how long that is; the default is an hour.
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.session_lifetime = lifetime;
        self
    }

    /// Leaves the existing link out of the error about it, where the document has it as optional.
    pub fn omit_existing_link(mut self) -> Self {
        self.settings.existing_link = false;
        self
    }

    /// Refuses to simulate rewards with 403, as Imprint does outside of its sandbox.
    pub fn production(mut self) -> Self {
        self.settings.is_production = true;
        self
    }

    /// How long `simulateReward` takes until its reward is there; a second one in between is a conflict. The default is
    /// no time at all.
    pub fn simulation_takes(mut self, duration: Duration) -> Self {
        self.settings.simulation_takes = duration;
        self
    }

    /// Writes Imprint's own ids in `TRANSACTION` webhooks in lower case and those everywhere else in upper case, as the
    /// examples of Imprint's documentation do: the ids of the transaction, its event, the intent, the payment method and
    /// the customer. Texts of others, such as `network_transaction_id`, stay as they were sent. Without this, every id is
    /// written in upper case everywhere.
    pub fn webhook_ids_in_lower_case(mut self) -> Self {
        self.settings.lower_case_webhook_ids = true;
        self
    }

    /// How closely requests are compared with the document.
    pub fn validation(mut self, level: Validation) -> Self {
        self.settings.validation = level;
        self
    }

    /// Gives errors another shape than the declared one, to see whether a client reads all that Imprint documents.
    pub fn error_shapes(mut self, shapes: ErrorShapes) -> Self {
        self.settings.error_shapes = shapes;
        self
    }

    /// Refuses an operation that the sandbox has no behaviour for with 501, instead of answering it from the examples of
    /// the document.
    pub fn refuse_examples(mut self) -> Self {
        self.settings.examples = false;
        self
    }

    /// How many requests the log of each account keeps; older ones are dropped. The default is 10,000.
    ///
    /// Requests that were dropped are still counted: by operation, method, status and what the answer was made of. An
    /// assertion that would have to look into one of them fails and says so.
    pub fn log_size(mut self, requests: usize) -> Self {
        self.settings.log_size = requests;
        self
    }

    /// How many deliveries of webhooks that are through, acknowledged or dropped, each account keeps, and how many of those
    /// that are dead; older ones are forgotten, so that a sandbox that runs for days does not fill the memory. The default
    /// is 10,000. Deliveries that still wait for an attempt are kept whatever their number.
    ///
    /// Dead deliveries that were forgotten are still counted, and [`Sandbox::settled`] and [`Sandbox::verify`] fail with
    /// their number.
    pub fn delivery_log_size(mut self, deliveries: usize) -> Self {
        self.settings.webhooks.kept = deliveries;
        self
    }

    /// How many events each account keeps; older ones are dropped. The default is 10,000.
    ///
    /// Events that were dropped are still counted by their kind. [`Sandbox::wait_for_events`], which gives all of a kind
    /// since the beginning, fails and says so if some of them were dropped.
    pub fn event_log_size(mut self, events: usize) -> Self {
        self.settings.webhooks.events_kept = events;
        self
    }

    /// Sends the webhooks of the first account to a receiver: see [`Sandbox::webhook`].
    pub fn webhook(self, url: impl Into<String>) -> Self {
        self.endpoint(Endpoint::at(url))
    }

    /// Registers an endpoint of the first account: see [`Sandbox::register`].
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// When webhooks that were not acknowledged are sent again. The default is [`Retry::Documented`].
    pub fn webhook_retry(mut self, schedule: Retry) -> Self {
        self.settings.webhooks.retry = schedule;
        self
    }

    /// How long a receiver may take to answer a webhook. The default is 10 seconds.
    pub fn webhook_timeout(mut self, timeout: Duration) -> Self {
        self.settings.webhooks.timeout = timeout;
        self
    }

    /// Signs webhooks with the time of the account's clock, for a receiver whose clock a test sets. The default is the
    /// time of the system, since a receiver refuses what was signed long ago.
    pub fn sign_with_virtual_time(mut self) -> Self {
        self.settings.webhooks.virtual_time = true;
        self
    }

    /// Keeps to this OpenAPI document, as JSON, instead of the client's: to see what a change that Imprint announces
    /// means for your code. Operations, fields and values that are new in it are answered without further ado.
    pub fn document(mut self, json: impl Into<String>) -> Self {
        self.document = Some(json.into());
        self
    }

    /// Keeps the state of all accounts in this file, and takes up what is in it: a sandbox that is killed at any moment and
    /// started again with the same file has lost no request that it has answered, and no webhook that such a request
    /// caused. The file is created if there is none, readable by its owner alone, since it has keys and made-up card
    /// numbers. [docs/state-file.md] says what is in it.
    ///
    /// An answer leaves only after its changes are in the file. The methods of the sandbox, which are no requests, do not wait
    /// for that: what they have done is in the file at the latest when the next answer is there, or the sandbox was dropped.
    ///
    /// What is in the file comes before the settings: the number of the seed, the clocks, and the keys and endpoints
    /// of the accounts. Keys and endpoints that the file does not have yet are added. Faults and the log of requests are not
    /// kept.
    ///
    /// [docs/state-file.md]: https://docs.rs/crate/imprint-sandbox/latest/source/docs/state-file.md
    #[cfg(feature = "program")]
    pub fn state_file(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.state_file = Some(super::state::InFile { path: path.into(), is_durable: false });
        self
    }

    /// Keeps the state in this file, as [`state_file`](Self::state_file) does, and writes each change through to the disk
    /// before the answer leaves: what was answered outlives the machine as well, and not only the process. It is slower.
    #[cfg(feature = "program")]
    pub fn durable_state_file(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.state_file = Some(super::state::InFile { path: path.into(), is_durable: true });
        self
    }

    /// Starts the sandbox, in the tokio runtime of the caller.
    ///
    /// # Errors
    ///
    /// If the port cannot be listened at, the document cannot be read, two keys have the same text, two products have the
    /// same merchant key, an endpoint cannot be registered, a seed is refused, or the state file cannot be used.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let Bound { sandbox, listeners, .. } = self.bind().await?;
        for listener in listeners {
            sandbox.listening.accept(listener);
        }
        Ok(sandbox)
    }

    /// Makes the sandbox with its sockets, which accept nothing yet.
    pub(crate) async fn bind(self) -> Result<Bound, StartError> {
        let mut settings = self.settings;
        let mut keys_of_products = BTreeSet::new();
        if let Some(twice) = settings.products.iter().find(|product| !keys_of_products.insert(product.key())) {
            return Err(StartError::ProductTwice(twice.key().to_owned()));
        }
        for seed in &self.seeds {
            seed.declare(&mut settings).map_err(StartError::Seed)?;
        }
        if let Some(clock) = self.seeds.iter().find_map(Seed::clock) {
            settings.clock = clock;
        }
        let document = self.document.as_deref().map(Contract::read).transpose().map_err(StartError::Document)?;
        settings.document = document.map(Arc::new);
        let mut wanted = self.addresses;
        if wanted.is_empty() {
            wanted.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        }
        let mut listeners = Vec::new();
        for address in &wanted {
            listeners.push(TcpListener::bind(address).await.map_err(|e| StartError::Listen(*address, e))?);
        }
        let address = listeners[0].local_addr().map_err(|e| StartError::Listen(wanted[0], e))?;

        #[cfg(feature = "program")]
        let mut kept =
            super::state::Kept::open(self.state_file.as_ref(), &mut settings).map_err(StartError::StateFile)?;
        #[cfg(not(feature = "program"))]
        let mut kept = super::state::Kept;
        let mut keys = self.keys;
        for key in self.seeds.iter().flat_map(Seed::keys) {
            // One that is known already gets the label and the permissions of the seed when that is applied.
            if !keys.iter().any(|(_, known, _)| *known == key.1) {
                keys.push(key);
            }
        }
        let settings = Arc::new(settings);
        let accounts = Accounts::new(Arc::clone(&settings), operations::fire, kept.keeper());
        let taken_up = kept.take_up(&accounts)?;
        let is_taken_up = taken_up.is_some();
        let account = match taken_up {
            Some(account) => {
                accounts.add_keys(&account, &keys).map_err(StartError::Key)?;
                account
            }
            None => {
                if keys.is_empty() {
                    keys.push((FIRST.into(), FIRST_KEY.into(), Permissions::NORMAL));
                }
                accounts.open_with(FIRST, &keys).map_err(StartError::Key)?
            }
        };
        let key = keys.first().map_or_else(|| account.first_key.clone(), |(_, text, _)| text.clone());
        let server = Server::new(address, settings, accounts, Arc::clone(&account));
        let listening = Arc::new(Listening::new(Arc::new(server)));
        let sandbox = Sandbox { listening, account, key };
        sandbox.deliver_taken_up();
        for endpoint in self.endpoints {
            if is_taken_up && sandbox.has_endpoint(&endpoint) {
                continue;
            }
            if is_taken_up {
                // It may have another token now, or take other kinds.
                sandbox.remove_endpoints_at(&endpoint);
            }
            sandbox.register(endpoint).map_err(StartError::Endpoint)?;
        }
        // What the file has came from the seed, too, or has gone on from there.
        if !is_taken_up {
            sandbox.keep_as_seed();
            for seed in &self.seeds {
                sandbox.seed(seed).map_err(StartError::Seed)?;
            }
        }
        kept.finish(&sandbox).await?;
        Ok(Bound { sandbox, listeners, is_taken_up })
    }
}

/// A sandbox that accepts no connection yet, with the sockets that it listens at.
pub(crate) struct Bound {
    pub sandbox: Sandbox,
    pub listeners: Vec<TcpListener>,
    /// Whether a state file had a sandbox already, so that what only a first start does was left out.
    #[cfg_attr(not(feature = "program"), allow(dead_code, reason = "only the program tells"))]
    pub is_taken_up: bool,
}

/// Why a sandbox could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened at: the port is taken, most often.
    Listen(SocketAddr, io::Error),
    /// No thread or runtime could be made for a sandbox of code without async.
    Thread(io::Error),
    /// The document cannot be read.
    Document(DocumentError),
    /// Two keys have the same text, so that a request could not tell them apart: the label of the second.
    Key(String),
    /// Two products were declared with this merchant key, so that a request could not name the second.
    ProductTwice(String),
    /// An endpoint for webhooks cannot be registered.
    Endpoint(Refused),
    /// A seed is refused.
    Seed(SeedError),
    /// The state cannot be kept in the file.
    #[cfg(feature = "program")]
    StateFile(crate::state_file::StateFileError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, e) => {
                write!(f, "cannot listen at {address}")?;
                match e.kind() {
                    io::ErrorKind::AddrInUse => {
                        f.write_str(", the port is taken; choose another one, or 0 for one that is free")
                    }
                    io::ErrorKind::AddrNotAvailable => f.write_str(", which is no address of this machine"),
                    io::ErrorKind::PermissionDenied => {
                        f.write_str("; ports below 1024 need a permission, choose a higher one")
                    }
                    _ => Ok(()),
                }
            }
            Self::Thread(_) => f.write_str("no thread can be started for the sandbox"),
            Self::Document(_) => f.write_str("the document that the sandbox was told to keep to cannot be read"),
            Self::Key(label) => write!(f, "the key with the label `{label}` has the same text as one before it"),
            Self::ProductTwice(key) => {
                write!(f, "two products have the merchant key {key:?}: name another for one of them")
            }
            Self::Endpoint(_) => f.write_str("an endpoint for webhooks cannot be registered"),
            Self::Seed(_) => f.write_str("the seed is refused"),
            #[cfg(feature = "program")]
            Self::StateFile(_) => f.write_str("the state cannot be kept in the file"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Listen(_, e) | Self::Thread(e) => Some(e),
            Self::Document(e) => Some(e),
            Self::Key(_) | Self::ProductTwice(_) => None,
            Self::Endpoint(e) => Some(e),
            Self::Seed(e) => Some(e),
            #[cfg(feature = "program")]
            Self::StateFile(e) => Some(e),
        }
    }
}
