//! A sandbox for code without async: it runs in a thread of its own.

use std::ops::Deref;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use imprint_client::Secret;
use imprint_client::types::{CustomerId, RewardId};
use tokio::runtime;
use tokio::sync::oneshot;

use crate::log::Request;
use crate::model::delivery::Attempt;
use crate::model::payment_method::LoanStatus;
use crate::model::reward::RewardKind;
use crate::receiver::Report;
use crate::sandbox::{
    self, ApprovedCustomer, Builder, Decision, Event, HasClientSecret, Outcome, Refused, StartError, TokenKind, TooFew,
    Undelivered,
};

/// A sandbox whose methods wait instead of being awaited. All that need not wait are those of
/// [`imprint_sandbox::Sandbox`](crate::Sandbox), which it dereferences to.
///
/// Give its [`url`](crate::Sandbox::url) and its [`key`](crate::Sandbox::key) to the client under test, such as
/// `imprint_client::blocking::Client`, which the client's feature `blocking` turns on.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = imprint_sandbox::Sandbox::blocking()?;
/// let customer = sandbox.customer("PARTNER_USER_456").approved()?;
/// println!("{} has {} at {}", customer.customer_id, customer.payment_method, sandbox.url());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Sandbox {
    inner: sandbox::Sandbox,
    _thread: Arc<Thread>,
}

/// The thread; it ends when this is dropped.
#[derive(Debug)]
struct Thread {
    _stop: oneshot::Sender<()>,
}

impl sandbox::Sandbox {
    /// Starts a sandbox in a thread of its own, for code without async.
    ///
    /// # Errors
    ///
    /// If no port can be listened at, or no thread can be started.
    pub fn blocking() -> Result<Sandbox, StartError> {
        Sandbox::start(Self::builder())
    }
}

impl Builder {
    /// Starts the sandbox in a thread of its own, for code without async.
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start), and that no thread can be started.
    pub fn start_blocking(self) -> Result<Sandbox, StartError> {
        Sandbox::start(self)
    }
}

impl Sandbox {
    fn start(builder: Builder) -> Result<Self, StartError> {
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = runtime.map_err(StartError::Thread)?;
        let inner = runtime.block_on(builder.start())?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::Builder::new().name("imprint-sandbox".into());
        // The error is that the other end was dropped, which is what it waits for.
        thread.spawn(move || drop(runtime.block_on(stopped))).map_err(StartError::Thread)?;
        Ok(Self { inner, _thread: Arc::new(Thread { _stop: stop }) })
    }

    /// [`Sandbox::account`](crate::Sandbox::account).
    pub fn account(&self, name: &str) -> Self {
        Self { inner: self.inner.account(name), _thread: Arc::clone(&self._thread) }
    }

    /// [`Sandbox::advance`](crate::Sandbox::advance).
    pub fn advance(&self, by: Duration) {
        self.wait(self.inner.advance(by));
    }

    /// [`Sandbox::freeze_clock_at`](crate::Sandbox::freeze_clock_at).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn freeze_clock_at(&self, time: SystemTime) -> Result<(), Refused> {
        self.wait(self.inner.freeze_clock_at(time))
    }

    /// [`Sandbox::apply`](crate::Sandbox::apply).
    pub fn apply(&self, session: impl HasClientSecret) -> Application {
        Application { sandbox: self.clone(), inner: self.inner.apply(session) }
    }

    /// [`Sandbox::decide`](crate::Sandbox::decide).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn decide(&self, application_id: &str, decision: Decision) -> Result<Outcome, Refused> {
        self.wait(self.inner.decide(application_id, decision))
    }

    /// [`Sandbox::close_account`](crate::Sandbox::close_account).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn close_account(&self, customer_id: impl AsRef<str>, effective: SystemTime) -> Result<(), Refused> {
        self.wait(self.inner.close_account(customer_id, effective))
    }

    /// [`Sandbox::customer`](crate::Sandbox::customer).
    pub fn customer(&self, partner_customer_id: impl Into<String>) -> CustomerSetup {
        CustomerSetup { sandbox: self.clone(), inner: self.inner.customer(partner_customer_id) }
    }

    /// [`Sandbox::grant_reward`](crate::Sandbox::grant_reward).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn grant_reward(
        &self,
        customer_id: impl AsRef<str>,
        kind: RewardKind,
        amount: i64,
    ) -> Result<RewardId, Refused> {
        self.wait(self.inner.grant_reward(customer_id, kind, amount))
    }

    /// [`Sandbox::confirm_reward`](crate::Sandbox::confirm_reward).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn confirm_reward(&self, reward_id: impl AsRef<str>) -> Result<(), Refused> {
        self.wait(self.inner.confirm_reward(reward_id))
    }

    /// [`Sandbox::close_statement`](crate::Sandbox::close_statement).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn close_statement(&self, customer_id: impl AsRef<str>) -> Result<(), Refused> {
        self.wait(self.inner.close_statement(customer_id))
    }

    /// [`Sandbox::link_in_app`](crate::Sandbox::link_in_app).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn link_in_app(&self, customer_id: impl AsRef<str>, partner_customer_id: &str) -> Result<(), Refused> {
        self.wait(self.inner.link_in_app(customer_id, partner_customer_id))
    }

    /// [`Sandbox::settled`](crate::Sandbox::settled).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn settled(&self) -> Result<(), Undelivered> {
        self.wait(self.inner.settled())
    }

    /// [`Sandbox::wait_for`](crate::Sandbox::wait_for).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn wait_for(&self, kind: &str) -> Result<Event, Refused> {
        self.wait(self.inner.wait_for(kind))
    }

    /// [`Sandbox::wait_for_events`](crate::Sandbox::wait_for_events).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn wait_for_events(&self, kind: &str, count: usize) -> Result<Vec<Event>, Refused> {
        self.wait(self.inner.wait_for_events(kind, count))
    }

    /// [`Sandbox::replay`](crate::Sandbox::replay).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn replay(&self, delivery_id: impl AsRef<str>) -> Result<Attempt, Refused> {
        self.wait(self.inner.replay(delivery_id))
    }

    /// [`Sandbox::replay_with_old_signature`](crate::Sandbox::replay_with_old_signature).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn replay_with_old_signature(&self, delivery_id: impl AsRef<str>) -> Result<Attempt, Refused> {
        self.wait(self.inner.replay_with_old_signature(delivery_id))
    }

    /// [`Sandbox::check_receiver`](crate::Sandbox::check_receiver).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn check_receiver(&self, url: impl AsRef<str>) -> Result<Report, Refused> {
        self.wait(self.inner.check_receiver(url))
    }

    /// [`Sandbox::payment_method`](crate::Sandbox::payment_method).
    pub fn payment_method(&self, id: impl AsRef<str>) -> PaymentMethodControl {
        PaymentMethodControl { sandbox: self.clone(), inner: self.inner.payment_method(id) }
    }

    /// [`Sandbox::requests`](crate::Sandbox::requests).
    pub fn requests(&self) -> Requests {
        Requests { sandbox: self.clone(), inner: self.inner.requests() }
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.inner.runtime().block_on(future)
    }
}

impl Deref for Sandbox {
    type Target = sandbox::Sandbox;

    fn deref(&self) -> &sandbox::Sandbox {
        &self.inner
    }
}

/// [`imprint_sandbox::check_receiver`](crate::check_receiver) for code without async.
///
/// # Errors
///
/// Those of the other, and that no runtime can be made.
pub fn check_receiver(url: impl AsRef<str>, token: impl Into<Secret>) -> Result<Report, Refused> {
    let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build();
    let runtime = runtime.map_err(|e| Refused::new(format!("no runtime can be made: {e}")))?;
    runtime.block_on(sandbox::check_receiver(url, token))
}

/// Declares a form of a builder whose last step waits.
macro_rules! waiting {
    ($(#[$about:meta])* $name:ident($inner:ty) { $($(#[$setting_about:meta])* $setting:ident($($argument:ident: $type:ty),*);)* }
     { $($(#[$step_about:meta])* $step:ident() -> $result:ty;)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug)]
        #[must_use = "nothing happens before the last step"]
        pub struct $name {
            sandbox: Sandbox,
            inner: $inner,
        }

        impl $name {
            $($(#[$setting_about])*
            pub fn $setting(self, $($argument: $type),*) -> Self {
                Self { inner: self.inner.$setting($($argument),*), ..self }
            })*

            $($(#[$step_about])*
            pub fn $step(self) -> $result {
                self.sandbox.wait(self.inner.$step())
            })*
        }
    };
}

// After the macro, which it uses.
mod streaks;

pub use streaks::{Streak, StreakSetup};

waiting! {
    /// [`imprint_sandbox::Application`](crate::Application) for code without async.
    Application(sandbox::Application) {
        /// [`Application::last_name`](crate::Application::last_name).
        last_name(name: impl Into<String>);
        /// [`Application::phone`](crate::Application::phone).
        phone(phone: impl Into<String>);
        /// [`Application::otp`](crate::Application::otp).
        otp(password: impl Into<String>);
    } {
        /// [`Application::complete`](crate::Application::complete).
        ///
        /// # Errors
        ///
        /// As there.
        complete() -> Result<Outcome, Refused>;
    }
}

waiting! {
    /// [`imprint_sandbox::CustomerSetup`](crate::CustomerSetup) for code without async.
    CustomerSetup(sandbox::CustomerSetup) {
        /// [`CustomerSetup::merchant_key`](crate::CustomerSetup::merchant_key).
        merchant_key(key: impl Into<String>);
        /// [`CustomerSetup::first_name`](crate::CustomerSetup::first_name).
        first_name(name: impl Into<String>);
        /// [`CustomerSetup::last_name`](crate::CustomerSetup::last_name).
        last_name(name: impl Into<String>);
        /// [`CustomerSetup::email`](crate::CustomerSetup::email).
        email(email: impl Into<String>);
        /// [`CustomerSetup::phone`](crate::CustomerSetup::phone).
        phone(phone: impl Into<String>);
        /// [`CustomerSetup::date_of_birth`](crate::CustomerSetup::date_of_birth).
        date_of_birth(year: u16, month: u8, day: u8);
        /// [`CustomerSetup::ssn`](crate::CustomerSetup::ssn).
        ssn(ssn: impl Into<Secret>);
        /// [`CustomerSetup::prescreened`](crate::CustomerSetup::prescreened).
        prescreened();
    } {
        /// [`CustomerSetup::approved`](crate::CustomerSetup::approved).
        ///
        /// # Errors
        ///
        /// As there.
        approved() -> Result<ApprovedCustomer, Refused>;
    }
}

impl CustomerSetup {
    /// [`CustomerSetup::create`](crate::CustomerSetup::create).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn create(self) -> Result<CustomerId, Refused> {
        self.inner.create()
    }
}

waiting! {
    /// [`imprint_sandbox::PaymentMethodControl`](crate::PaymentMethodControl) for code without async.
    PaymentMethodControl(sandbox::PaymentMethodControl) {} {}
}

impl PaymentMethodControl {
    /// [`PaymentMethodControl::activate`](crate::PaymentMethodControl::activate).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn activate(&self) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.activate())
    }

    /// [`PaymentMethodControl::deactivate`](crate::PaymentMethodControl::deactivate).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn deactivate(&self) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.deactivate())
    }

    /// [`PaymentMethodControl::cancel`](crate::PaymentMethodControl::cancel).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn cancel(&self) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.cancel())
    }

    /// [`PaymentMethodControl::decline`](crate::PaymentMethodControl::decline).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn decline(&self) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.decline())
    }

    /// [`PaymentMethodControl::accept`](crate::PaymentMethodControl::accept).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn accept(&self) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.accept())
    }

    /// [`PaymentMethodControl::reissue`](crate::PaymentMethodControl::reissue).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn reissue(&self) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.reissue())
    }

    /// [`PaymentMethodControl::tokenize`](crate::PaymentMethodControl::tokenize).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn tokenize(&self, kind: TokenKind) -> Result<Secret, Refused> {
        self.sandbox.wait(self.inner.tokenize(kind))
    }

    /// [`PaymentMethodControl::loan`](crate::PaymentMethodControl::loan).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn loan(&self, status: LoanStatus) -> Result<(), Refused> {
        self.sandbox.wait(self.inner.loan(status))
    }
}

/// [`imprint_sandbox::Requests`](crate::Requests) for code without async. It dereferences to that, which has the
/// assertions.
#[derive(Clone, Debug)]
pub struct Requests {
    sandbox: Sandbox,
    inner: sandbox::Requests,
}

impl Requests {
    /// [`Requests::to`](crate::Requests::to).
    ///
    /// # Panics
    ///
    /// As there.
    #[must_use]
    #[track_caller]
    pub fn to(self, operation: &str) -> Self {
        Self { inner: self.inner.to(operation), ..self }
    }

    /// [`Requests::method`](crate::Requests::method).
    #[must_use]
    pub fn method(self, method: &str) -> Self {
        Self { inner: self.inner.method(method), ..self }
    }

    /// [`Requests::status`](crate::Requests::status).
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        Self { inner: self.inner.status(status), ..self }
    }

    /// [`Requests::matching`](crate::Requests::matching).
    #[must_use]
    pub fn matching(self, condition: impl Fn(&Request) -> bool + Send + Sync + 'static) -> Self {
        Self { inner: self.inner.matching(condition), ..self }
    }

    /// [`Requests::wait_for`](crate::Requests::wait_for).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn wait_for(&self, count: u64) -> Result<Self, TooFew> {
        let inner = self.sandbox.wait(self.inner.wait_for(count))?;
        Ok(Self { sandbox: self.sandbox.clone(), inner })
    }
}

impl Deref for Requests {
    type Target = sandbox::Requests;

    fn deref(&self) -> &sandbox::Requests {
        &self.inner
    }
}

impl IntoIterator for Requests {
    type Item = Request;
    type IntoIter = std::vec::IntoIter<Request>;

    fn into_iter(self) -> Self::IntoIter {
        self.inner.into_iter()
    }
}
