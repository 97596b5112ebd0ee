//! Runs a helper against a model server: without sockets, with a clock that does not wait, and with an executor that
//! advances the clock.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use reqwest::Request;
use tokio::runtime::{self, Handle, Runtime};

use super::Choices;
use crate::call::RetryPolicy;
use crate::call::stand_in::{Reply, StandIn};
use crate::call::{Clock, Pause};
use crate::client::Client;

/// The time until an answer that is not lost arrives.
const ANSWER_TIME: Duration = Duration::from_millis(20);

/// The server of a model.
pub(crate) trait ModelServer: Send + 'static {
    /// Chooses the answer to a request and returns it. `since` is the time since the start of the run. The timeout of the
    /// request is the time that the attempt may take.
    fn play(&mut self, request: &Request, since: Duration, choices: &mut Choices) -> Reply;

    /// The time from the last request until its answer arrives. If the attempt has less time, no answer comes.
    fn answer_time(&self) -> Duration {
        ANSWER_TIME
    }
}

/// A server, its choices and the time.
pub(crate) struct Simulation<P> {
    state: Arc<Mutex<State<P>>>,
    timers: ModelClock,
}

struct State<P> {
    server: P,
    choices: Choices,
}

impl<P: ModelServer> Simulation<P> {
    pub(crate) fn new(server: P, choices: &Choices) -> Self {
        let state = State { server, choices: choices.clone() };
        Self { state: Arc::new(Mutex::new(state)), timers: ModelClock::default() }
    }

    /// Returns a client of the server, with this retry policy.
    pub(crate) fn client(&self, retry: RetryPolicy) -> Client {
        // The client is built only once: building reads certificates, which takes longer than a run.
        static CLIENT: LazyLock<Client> = LazyLock::new(|| {
            Client::builder()
                .api_key("the-old-key")
                .base_url("http://127.0.0.1:1")
                .build()
                .expect("a good configuration")
        });
        let wire = Wire { state: self.state.clone(), clock: self.timers.clone() };
        CLIENT.with_stand_in(Arc::new(wire), Arc::new(self.timers.clone()), retry)
    }

    /// Runs a future to its end. Time passes only when nothing else can happen.
    pub(crate) fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.run_until(future, std::future::pending::<()>(), Some(())).0
    }

    /// Runs two futures to their ends. When both can make progress, a choice decides which one is polled first.
    pub(crate) fn run_both<A, B>(&self, one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
        self.run_until(one, other, None)
    }

    fn run_until<A, B>(
        &self,
        one: impl Future<Output = A>,
        other: impl Future<Output = B>,
        mut other_done: Option<B>,
    ) -> (A, B) {
        // The timers of attempts belong to a runtime. None of them ends a run: the clock of the model goes first.
        static RUNTIME: LazyLock<Runtime> =
            LazyLock::new(|| runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));
        let _entered = Handle::try_current().is_err().then(|| RUNTIME.enter());
        let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
        let mut one_done = None;
        let flags = [Arc::new(Flag::raised()), Arc::new(Flag::raised())];
        for _ in 0..100_000 {
            let ready = [one_done.is_none() && flags[0].is_up(), other_done.is_none() && flags[1].is_up()];
            let first = match ready {
                [true, true] => {
                    self.lock().choices.choose(&[("the first call goes on", true), ("the second call goes on", false)])
                }
                [true, false] => true,
                [false, true] => false,
                [false, false] if one_done.is_some() && other_done.is_some() => break,
                [false, false] => {
                    assert!(self.timers.advance(), "a helper waits for nothing");
                    continue;
                }
            };
            let flag = &flags[usize::from(!first)];
            flag.lower();
            let waker = Waker::from(Arc::clone(flag));
            let mut context = Context::from_waker(&waker);
            if first {
                if let Poll::Ready(done) = one.as_mut().poll(&mut context) {
                    one_done = Some(done);
                }
            } else if let Poll::Ready(done) = other.as_mut().poll(&mut context) {
                other_done = Some(done);
            }
        }
        (one_done.expect("the first ends"), other_done.expect("the second ends"))
    }

    /// The time since the start of the run.
    pub(crate) fn passed(&self) -> Duration {
        self.timers.passed()
    }

    /// The server after the run, and the choices that were made.
    pub(crate) fn end(
        &self,
        choices: &mut Choices,
        look: impl FnOnce(&mut P) -> Result<super::RunResult, String>,
    ) -> Result<super::RunResult, String> {
        let mut state = self.lock();
        *choices = state.choices.clone();
        look(&mut state.server)
    }

    /// Looks at the server, or tells it something, while no request is under way.
    pub(crate) fn with_server<T>(&self, look: impl FnOnce(&mut P) -> T) -> T {
        look(&mut self.lock().server)
    }

    fn lock(&self) -> MutexGuard<'_, State<P>> {
        lock(&self.state)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An answer with this status and JSON.
pub(crate) fn answer(status: u16, body: &serde_json::Value) -> Reply {
    Reply::Answer(status, Vec::new(), body.to_string().into_bytes())
}

/// The path of a request, with its method.
pub(crate) fn path_of(request: &Request) -> String {
    format!("{} {}", request.method(), request.url().path())
}

struct Wire<P> {
    state: Arc<Mutex<State<P>>>,
    clock: ModelClock,
}

impl<P: ModelServer> StandIn for Wire<P> {
    fn reply(&self, mut request: Request, time: Duration) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        *request.timeout_mut() = Some(time);
        Box::pin(async move {
            let (reply, answer_time) = {
                let State { server, choices } = &mut *lock(&self.state);
                (server.play(&request, self.clock.passed(), choices), server.answer_time())
            };
            match reply {
                Reply::TimedOut => self.clock.sleep(time).await,
                _ if answer_time > time && answer_time > ANSWER_TIME => {
                    self.clock.sleep(time).await;
                    return Reply::TimedOut;
                }
                _ => self.clock.sleep(answer_time.min(time)).await,
            }
            reply
        })
    }
}

/// A clock whose pauses end when the executor advances it.
#[derive(Clone, Default)]
struct ModelClock(Arc<Mutex<Timers>>);

struct Timers {
    begun: Instant,
    now: Instant,
    waiting: Vec<(Instant, Waker)>,
}

impl Default for Timers {
    fn default() -> Self {
        let now = Instant::now();
        Self { begun: now, now, waiting: Vec::new() }
    }
}

impl ModelClock {
    fn passed(&self) -> Duration {
        let timers = lock(&self.0);
        timers.now - timers.begun
    }

    /// Advances the clock to the end of the pause that ends first; returns false if there is no pause.
    fn advance(&self) -> bool {
        let mut timers = lock(&self.0);
        let Some(next) = timers.waiting.iter().map(|(at, _)| *at).min() else { return false };
        timers.now = timers.now.max(next);
        let now = timers.now;
        let (due, waiting) = std::mem::take(&mut timers.waiting).into_iter().partition(|(at, _)| *at <= now);
        timers.waiting = waiting;
        let due: Vec<(Instant, Waker)> = due;
        drop(timers);
        due.into_iter().for_each(|(_, waker)| waker.wake());
        true
    }
}

impl Clock for ModelClock {
    fn now(&self) -> Instant {
        lock(&self.0).now
    }

    fn sleep(&self, pause: Duration) -> Pause {
        let timers = Arc::clone(&self.0);
        let end = lock(&timers).now + pause;
        Box::pin(std::future::poll_fn(move |cx| {
            let mut timers = lock(&timers);
            if timers.now >= end {
                return Poll::Ready(());
            }
            timers.waiting.push((end, cx.waker().clone()));
            Poll::Pending
        }))
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

/// Whether a future was woken and can make progress.
struct Flag(AtomicBool);

impl Flag {
    fn raised() -> Self {
        Self(AtomicBool::new(true))
    }

    fn is_up(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn lower(&self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}
